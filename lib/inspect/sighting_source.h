#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "policy/policy.h"
#include "policy/sighting.h"

namespace haetae::inspect {

// What a packet of a client shows beside its address.
struct Trace {
  std::uint32_t interface = 0;  // the kernel's index of where it came in; 0: not known
  std::optional<MacAddress> mac{};
};

// Knows the network around us: what a client's packet shows becomes a Sighting. One thread, and one
// user: what it makes holds for the policy of the last refresh().
class SightingSource {
 public:
  virtual ~SightingSource() = default;
  virtual void refresh(const policy::Policy& policy, bool is_new_policy) = 0;
  // Hot path.
  virtual policy::Sighting look(const IpAddress& client, const Trace& trace) const noexcept = 0;
};

}  // namespace haetae::inspect
