#include "base/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/assert.h"

namespace haetae {
namespace {

constexpr std::size_t kV4At = 12;  // where the IPv4 address stands in the mapped form
constexpr int kV4PrefixBits = 96;

std::optional<int> parse_number(std::string_view text, int base) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t host_order) noexcept {
  const std::array<std::uint8_t, 4> octets{
      static_cast<std::uint8_t>(host_order >> 24), static_cast<std::uint8_t>(host_order >> 16),
      static_cast<std::uint8_t>(host_order >> 8), static_cast<std::uint8_t>(host_order)};
  return v4(octets);
}

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> octets) noexcept {
  IpAddress address;
  address.octets_[10] = address.octets_[11] = 0xff;
  std::ranges::copy(octets, address.octets_.begin() + kV4At);
  return address;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> octets) noexcept {
  IpAddress address;
  std::ranges::copy(octets, address.octets_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::from_text(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  // A NUL octet would end the text for inet_pton(), whatever follows it.
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  std::array<std::uint8_t, 16> octets;
  if (inet_pton(AF_INET, terminated.data(), octets.data()) == 1) {
    return v4(std::span<const std::uint8_t>(octets).first<4>());
  }
  if (inet_pton(AF_INET6, terminated.data(), octets.data()) == 1) return v6(octets);
  return std::nullopt;
}

bool IpAddress::is_v4() const noexcept {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(octets_.data(), kMapped.data(), kMapped.size()) == 0;
}

Bytes IpAddress::wire() const noexcept {
  return is_v4() ? Bytes{octets_}.subspan(kV4At) : Bytes{octets_};
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, wire().data(), text.data(), text.size());
  return text.data();
}

Cidr::Cidr(const IpAddress& address, int prefix_bits) noexcept
    : mapped_bits_(prefix_bits + (address.is_v4() ? kV4PrefixBits : 0)) {
  HAETAE_ASSERT(prefix_bits >= 0 && mapped_bits_ <= 128);
  std::array<std::uint8_t, 16> octets = address.octets();
  for (int bit = mapped_bits_; bit < 128; ++bit) {
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] & ~(0x80 >> (bit % 8)));
  }
  address_ = IpAddress::v6(octets);
}

std::optional<Cidr> Cidr::from_text(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::from_text(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int bits_max = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Cidr(*address, bits_max);
  const auto bits = parse_number(text.substr(slash + 1), 10);
  if (!bits || *bits < 0 || *bits > bits_max) return std::nullopt;
  return Cidr(*address, *bits);
}

bool Cidr::contains(const IpAddress& address) const noexcept {
  const std::size_t whole = static_cast<std::size_t>(mapped_bits_) / 8;
  const auto& mine = address_.octets();
  const auto& theirs = address.octets();
  if (std::memcmp(mine.data(), theirs.data(), whole) != 0) return false;
  const int rest = mapped_bits_ % 8;
  return rest == 0 || ((mine[whole] ^ theirs[whole]) >> (8 - rest)) == 0;
}

int Cidr::prefix_bits() const noexcept {
  return address_.is_v4() ? mapped_bits_ - kV4PrefixBits : mapped_bits_;
}

std::string Cidr::to_text() const {
  return fmt::format("{}/{}", address_.to_text(), prefix_bits());
}

std::optional<MacAddress> MacAddress::from_text(std::string_view text) noexcept {
  if (text.size() != 17) return std::nullopt;
  MacAddress mac;
  for (std::size_t i = 0; i < mac.octets.size(); ++i) {
    const auto octet = parse_number(text.substr(i * 3, 2), 16);
    if (!octet || *octet < 0) return std::nullopt;
    if (i > 0 && text[i * 3 - 1] != ':' && text[i * 3 - 1] != '-') return std::nullopt;
    mac.octets[i] = static_cast<std::uint8_t>(*octet);
  }
  return mac;
}

std::string MacAddress::to_text() const {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", octets[0], octets[1], octets[2],
                     octets[3], octets[4], octets[5]);
}

}  // namespace haetae
