#include "base/local_address.h"

#include <algorithm>
#include <array>

namespace haetae {
namespace {

// For literals of this file, which are prefixes.
Cidr prefix(std::string_view text) noexcept {
  return *Cidr::from_text(text);
}

IpAddress v4_at(const IpAddress& address, std::size_t offset) noexcept {
  return IpAddress::v4(std::span<const std::uint8_t, 4>(address.octets().data() + offset, 4));
}

bool holds(std::span<const Cidr> prefixes, const IpAddress& address) noexcept {
  return std::ranges::any_of(prefixes, [&](const Cidr& p) { return p.contains(address); });
}

}  // namespace

IpAddress led_to(const IpAddress& address) noexcept {
  static const Cidr kNat64 = prefix("64:ff9b::/96");
  static const Cidr k6to4 = prefix("2002::/16");
  static const Cidr kCompatible = prefix("::/96");
  static const IpAddress kLoopback = *IpAddress::from_text("::1");
  constexpr std::size_t kLastFour = 12;
  constexpr std::size_t kBehind6to4 = 2;
  if (address.is_v4() || address == IpAddress() || address == kLoopback) return address;
  if (kNat64.contains(address) || kCompatible.contains(address)) return v4_at(address, kLastFour);
  if (k6to4.contains(address)) return v4_at(address, kBehind6to4);
  return address;
}

bool is_unspecified(const IpAddress& address) noexcept {
  const IpAddress meant = led_to(address);
  return meant == IpAddress() || meant == IpAddress::v4(0);
}

bool is_local(const IpAddress& address) noexcept {
  return address == IpAddress() || holds(local_prefixes(), led_to(address));
}

std::span<const Cidr> local_prefixes() noexcept {
  static const std::array kLocal{
      prefix("0.0.0.0/8"),       // RFC 1122, section 3.2.1.3: this network
      prefix("10.0.0.0/8"),      // RFC 1918
      prefix("100.64.0.0/10"),   // RFC 6598: between the provider and its customers
      prefix("127.0.0.0/8"),     // loopback
      prefix("169.254.0.0/16"),  // RFC 3927
      prefix("172.16.0.0/12"),   // RFC 1918
      prefix("192.168.0.0/16"),  // RFC 1918
      prefix("::1"),             // loopback
      prefix("fc00::/7"),        // RFC 4193
      prefix("fe80::/10"),       // RFC 4291, section 2.5.6
      prefix("fec0::/10"),       // RFC 3879: site-local, no longer given out but still routed
  };
  return kLocal;
}

std::span<const Cidr> siteless_prefixes() noexcept {
  static const std::array kSiteless{
      prefix("224.0.0.0/4"),     // RFC 5771: multicast
      prefix("240.0.0.0/4"),     // RFC 1112, section 4: reserved; broadcast is its last
      prefix("::"),              // unspecified
      prefix("64:ff9b::/96"),    // RFC 6052: all of the IPv4 internet
      prefix("64:ff9b:1::/48"),  // RFC 8215: the same, locally
      prefix("ff00::/8"),        // multicast
  };
  return kSiteless;
}

bool overlap(const Cidr& a, const Cidr& b) noexcept {
  return a.mapped_bits() <= b.mapped_bits() ? a.contains(b.address()) : b.contains(a.address());
}

}  // namespace haetae
