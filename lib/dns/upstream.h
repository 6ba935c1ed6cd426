#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/name.h"

namespace haetae::dns {

// What the service asks of the world. The same question of many clients is asked once.
struct UpstreamQuestion {
  Name name;
  std::uint16_t type = 0;
  std::uint16_t record_class = 1;
  // The clock is not set, and it is set by this name: nothing that depends on the time (signatures,
  // certificates) may refuse its answer.
  bool sets_clock = false;
};

// What came back.
struct UpstreamAnswer {
  bool failed = false;     // no answer at all: timeout, unreachable, refused by all
  std::uint8_t rcode = 0;  // for reports; what counts stands in the packet, if there is one
  bool secure = false;     // DNSSEC: validated
  bool bogus = false;      // DNSSEC: validation failed
  Bytes packet;            // whole message; empty if failed. Valid during the call only.
};

// The seam to the resolvers: libunbound, our DoT client, a script in tests. One per worker; answers
// come back on the same thread by Service::on_answer(token, …), possibly inside resolve().
class Upstream {
 public:
  virtual ~Upstream() = default;
  // Starts resolving. False if it cannot even start (too many in flight): the query fails. A
  // question that stays without answer for 30 s is forgotten and may be asked anew.
  virtual bool resolve(const UpstreamQuestion& question, std::uint64_t token) noexcept = 0;
};

}  // namespace haetae::dns
