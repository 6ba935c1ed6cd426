#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>

#include "base/address.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "wire/parse_error.h"

namespace haetae::wire {

// What an IPv6 router tells all devices of its network (RFC 4861, section 4.2), as far as it
// concerns resolvers (RFC 8106, section 5.1).
struct RouterAdvertisement {
  std::uint16_t router_lifetime_s = 0;  // 0: not a default router
  std::array<IpAddress, limits::kRdnssAddressesMax> resolver_room;
  std::size_t resolver_count = 0;  // further ones are left out
  std::span<const IpAddress> resolvers() const noexcept {
    return std::span(resolver_room).first(resolver_count);
  }
};

// icmp: the ICMPv6 message, after the IPv6 header. Resolvers with lifetime 0 are being withdrawn
// and left out. Errors: Truncated; BadValue: another ICMPv6 message, or an option that says that it
// is empty.
std::expected<RouterAdvertisement, ParseError> parse_router_advertisement(Bytes icmp) noexcept;

}  // namespace haetae::wire
