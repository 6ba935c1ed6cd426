#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/address.h"

namespace haetae::dns {

// Who may ask (`dns.allow_from`): a set of prefixes as disjoint ranges in ascending order, so that
// the thousands of prefixes of an access network cost a few comparisons.
class AllowFrom {
 public:
  AllowFrom() = default;  // nobody
  explicit AllowFrom(std::span<const Cidr> prefixes);

  bool contains(const IpAddress& address) const noexcept;

 private:
  using Octets = std::array<std::uint8_t, 16>;
  struct Range {
    Octets first;
    Octets last;
  };
  std::vector<Range> ranges_;
};

}  // namespace haetae::dns
