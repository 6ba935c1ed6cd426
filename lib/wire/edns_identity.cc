#include "wire/edns_identity.h"

#include <algorithm>

#include "base/limits.h"
#include "wire/reader.h"

namespace haetae::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMacBytes = std::tuple_size_v<decltype(MacAddress::octets)>;
constexpr std::size_t kMacBase64Bytes = kMacBytes / 3 * 4;  // six octets need no padding

// RFC 4648, section 4. Nothing for an octet that is no digit.
constexpr std::optional<std::uint32_t> base64_digit(std::uint8_t octet) noexcept {
  if (octet >= 'A' && octet <= 'Z') return octet - 'A';
  if (octet >= 'a' && octet <= 'z') return octet - 'a' + 26;
  if (octet >= '0' && octet <= '9') return octet - '0' + 52;
  if (octet == '+') return 62;
  if (octet == '/') return 63;
  return std::nullopt;
}

std::expected<MacAddress, ParseError> mac_from_base64(Bytes digits) noexcept {
  MacAddress mac;
  for (std::size_t group = 0; group < kMacBytes / 3; ++group) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto digit = base64_digit(digits[group * 4 + i]);
      if (!digit) return std::unexpected(ParseError::BadValue);
      bits = bits << 6 | *digit;
    }
    mac.octets[group * 3] = static_cast<std::uint8_t>(bits >> 16);
    mac.octets[group * 3 + 1] = static_cast<std::uint8_t>(bits >> 8);
    mac.octets[group * 3 + 2] = static_cast<std::uint8_t>(bits);
  }
  return mac;
}

// The fields of option UmbrellaIdent that are read. Numbers, since any may come.
constexpr std::uint16_t kRemoteIpv4 = 0x0010;
constexpr std::uint16_t kRemoteIpv6 = 0x0020;
constexpr std::uint16_t kDevice = 0x0040;

// Of every field whose length is known; those above 0x0080 need version 1. 0: nobody told.
constexpr std::size_t bytes_of(std::uint16_t field) noexcept {
  switch (field) {
    case 0x1000: return 1;  // type of policy
    case 0x0004:            // virtual appliance
    case 0x0008:            // organization
    case kRemoteIpv4:
    case 0x0080:            // the client's IPv4 address, made up
    case 0x0800: return 4;  // origin
    case kDevice: return kUmbrellaDeviceBytes;
    case 0x0001:  // user
    case 0x0002:  // machine
    case kRemoteIpv6:
    case 0x0100: return 16;  // the client's IPv6 address, made up
    default: return 0;
  }
}

}  // namespace

std::expected<MacAddress, ParseError> parse_mac_option(Bytes value) noexcept {
  if (value.size() != kMacBytes) return std::unexpected(ParseError::BadValue);
  MacAddress mac;
  std::ranges::copy(value, mac.octets.begin());
  return mac;
}

std::expected<MacAddress, ParseError> parse_mac_text_option(Bytes value) noexcept {
  if (value.size() == kMacBase64Bytes) return mac_from_base64(value);
  const auto mac = MacAddress::from_text(as_text(value));
  if (!mac) return std::unexpected(ParseError::BadValue);
  return *mac;
}

std::expected<std::string_view, ParseError> parse_cpe_id_option(Bytes value) noexcept {
  constexpr std::uint8_t kSpace = 0x20;
  constexpr std::uint8_t kDelete = 0x7f;
  const bool is_text = std::ranges::all_of(
      value, [](std::uint8_t octet) { return octet >= kSpace && octet != kDelete; });
  if (value.empty() || value.size() > limits::kClientIdBytesMax || !is_text) {
    return std::unexpected(ParseError::BadValue);
  }
  return as_text(value);
}

std::array<char, kUmbrellaDeviceTextBytes> umbrella_device_text(
    std::span<const std::uint8_t, kUmbrellaDeviceBytes> device) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, kUmbrellaDeviceTextBytes> text;
  for (std::size_t i = 0; i < device.size(); ++i) {
    text[2 * i] = kDigits[device[i] >> 4];
    text[2 * i + 1] = kDigits[device[i] & 0x0f];
  }
  return text;
}

std::expected<Bytes, ParseError> parse_umbrella_device_option(Bytes value) noexcept {
  constexpr std::string_view kStart = "OpenDNS"sv;
  if (value.size() != kStart.size() + kUmbrellaDeviceBytes || !as_text(value).starts_with(kStart)) {
    return std::unexpected(ParseError::BadValue);
  }
  return value.subspan(kStart.size());
}

std::expected<UmbrellaIdent, ParseError> parse_umbrella_ident_option(Bytes value) noexcept {
  constexpr std::string_view kStart = "ODNS"sv;
  constexpr std::uint8_t kLongTypes = 1;
  WireReader in(value);
  const Bytes start = in.take(kStart.size());
  const std::uint8_t version = in.u8();
  in.skip(1);  // flags: wishes about Umbrella's own logs and caches
  if (!in.ok()) return std::unexpected(ParseError::Truncated);
  if (as_text(start) != kStart || version > kLongTypes) {
    return std::unexpected(ParseError::BadValue);
  }
  UmbrellaIdent ident;
  while (in.ok() && in.left() > 0) {
    const std::uint16_t field = version == kLongTypes ? in.u16() : in.u8();
    const std::size_t size = bytes_of(field);
    if (in.ok() && size == 0) return ident;
    const Bytes content = in.take(size);
    if (!in.ok()) break;
    const bool is_address = field == kRemoteIpv4 || field == kRemoteIpv6;
    if ((is_address && ident.address) || (field == kDevice && !ident.device.empty())) {
      return std::unexpected(ParseError::BadValue);
    }
    if (field == kRemoteIpv4) ident.address = IpAddress::v4(content.first<4>());
    if (field == kRemoteIpv6) ident.address = IpAddress::v6(content.first<16>());
    if (field == kDevice) ident.device = content;
  }
  if (!in.ok()) return std::unexpected(ParseError::Truncated);
  return ident;
}

}  // namespace haetae::wire
