#pragma once

#include <span>

#include "base/prefix_map.h"

namespace haetae::dns {

// Who may ask (`dns.allow_from`).
class AllowFrom {
 public:
  AllowFrom() = default;  // nobody
  explicit AllowFrom(std::span<const Cidr> prefixes);

  bool contains(const IpAddress& address) const noexcept { return allowed_.at(address); }

 private:
  PrefixMap<bool> allowed_;
};

}  // namespace haetae::dns
