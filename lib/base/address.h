#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace haetae {

// An IPv4 or IPv6 address in 16 octets; IPv4 is held as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2),
// so one comparison and one prefix match serve both.
class IpAddress {
 public:
  constexpr IpAddress() noexcept : octets_{} {}  // ::
  static IpAddress v4(std::uint32_t host_order) noexcept;
  static IpAddress v4(std::span<const std::uint8_t, 4> octets) noexcept;
  static IpAddress v6(std::span<const std::uint8_t, 16> octets) noexcept;
  // "192.0.2.1", "2001:db8::1"; no zone, no brackets, no port.
  static std::optional<IpAddress> from_text(std::string_view text) noexcept;

  bool is_v4() const noexcept;
  // 4 octets for IPv4, 16 for IPv6, as they stand in A and AAAA records.
  Bytes wire() const noexcept;
  const std::array<std::uint8_t, 16>& octets() const noexcept { return octets_; }
  std::string to_text() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> octets_;
};

// An address prefix. The bits below the prefix are zero.
class Cidr {
 public:
  // Bits are counted in the address's own family: 0 to 32 or 0 to 128; host bits are cleared.
  Cidr(const IpAddress& address, int prefix_bits) noexcept;
  // "192.0.2.0/24", "2001:db8::/32", or a bare address as a prefix of full length.
  static std::optional<Cidr> from_text(std::string_view text) noexcept;

  bool contains(const IpAddress& address) const noexcept;
  const IpAddress& address() const noexcept { return address_; }
  int prefix_bits() const noexcept;                          // in the address's own family
  int mapped_bits() const noexcept { return mapped_bits_; }  // 0 to 128 over the 16 octets
  std::string to_text() const;

  friend auto operator<=>(const Cidr&, const Cidr&) = default;

 private:
  IpAddress address_;
  int mapped_bits_;
};

// 48-bit hardware address (IEEE 802).
struct MacAddress {
  std::array<std::uint8_t, 6> octets{};
  // "02:00:00:00:00:01" or with hyphens.
  static std::optional<MacAddress> from_text(std::string_view text) noexcept;
  std::string to_text() const;
  // The six octets as a number, the first one highest.
  std::uint64_t number() const noexcept {
    std::uint64_t all = 0;
    for (const std::uint8_t octet : octets) all = all << 8 | octet;
    return all;
  }
  static MacAddress from_number(std::uint64_t number) noexcept {
    MacAddress mac;
    for (std::size_t i = mac.octets.size(); i-- > 0; number >>= 8) {
      mac.octets[i] = static_cast<std::uint8_t>(number);
    }
    return mac;
  }
  // Made up by the device rather than given by its maker, as phones do for privacy (IEEE 802c: the
  // second lowest bit of the first octet).
  bool is_made_up() const noexcept { return (octets[0] & 0x02) != 0; }
  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

// Who sent a packet, before we know the Device.
struct Peer {
  IpAddress address;
  std::uint16_t port = 0;
  friend auto operator<=>(const Peer&, const Peer&) = default;
};

}  // namespace haetae
