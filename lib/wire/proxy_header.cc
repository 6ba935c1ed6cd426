#include "wire/proxy_header.h"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>

#include "base/limits.h"
#include "wire/reader.h"

namespace haetae::wire {
namespace {

// No protocol of text starts like this, and as DNS it is a query of an operation that is long gone.
constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::uint8_t kVersion2 = 0x20;
constexpr std::uint8_t kLocal = kVersion2;
constexpr std::uint8_t kProxy = kVersion2 | 1;

// Family and protocol in one octet.
constexpr std::uint8_t kTcpOverV4 = 0x11;
constexpr std::uint8_t kUdpOverV4 = 0x12;
constexpr std::uint8_t kTcpOverV6 = 0x21;
constexpr std::uint8_t kUdpOverV6 = 0x22;

constexpr std::uint8_t kCrc32cType = 0x03;
constexpr std::size_t kCrc32cBytes = 4;

// Source and destination address, then source and destination port. The destination is where the
// balancer was asked; nothing is decided by it.
std::optional<Peer> read_source(WireReader& in, std::uint8_t family) noexcept {
  Peer source;
  if (family == kTcpOverV4 || family == kUdpOverV4) {
    const Bytes octets = in.take(4);
    in.skip(4);
    if (in.ok()) source.address = IpAddress::v4(octets.first<4>());
  } else if (family == kTcpOverV6 || family == kUdpOverV6) {
    const Bytes octets = in.take(16);
    in.skip(16);
    if (in.ok()) source.address = IpAddress::v6(octets.first<16>());
  } else {
    return std::nullopt;
  }
  source.port = in.u16();
  in.skip(2);
  return in.ok() ? std::optional(source) : std::nullopt;
}

// The checksum of a header whose own four octets at `crc_at` count as zeros.
std::uint32_t crc32c(Bytes header, std::size_t crc_at) noexcept {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  constexpr std::array<std::uint8_t, kCrc32cBytes> kZeros{};
  const Bytes after = header.subspan(crc_at + kCrc32cBytes);
  crc.process_bytes(header.data(), crc_at);
  crc.process_bytes(kZeros.data(), kZeros.size());
  crc.process_bytes(after.data(), after.size());
  return crc.checksum();
}

// Steps over the additional values; false if they do not fill the header exactly or its checksum is
// another.
bool values_hold(WireReader& in, Bytes header) noexcept {
  std::optional<std::size_t> crc_at;
  std::uint32_t told = 0;
  while (in.ok() && in.left() > 0) {
    const std::uint8_t type = in.u8();
    const std::size_t size = in.u16();
    if (type != kCrc32cType) {
      in.skip(size);
      continue;
    }
    if (size != kCrc32cBytes || crc_at) return false;
    crc_at = in.offset();
    told = in.u32();
  }
  return in.ok() && (!crc_at || crc32c(header, *crc_at) == told);
}

}  // namespace

std::expected<std::size_t, ParseError> proxy_header_bytes(Bytes start) noexcept {
  if (start.size() < kProxyFixedBytes) return std::unexpected(ParseError::Truncated);
  WireReader in(start);
  const Bytes signature = in.take(kSignature.size());
  const std::uint8_t command = in.u8();
  in.skip(1);
  const std::size_t size = kProxyFixedBytes + in.u16();
  const bool is_known =
      std::ranges::equal(signature, kSignature) && (command == kLocal || command == kProxy);
  if (!is_known || size > limits::kProxyHeaderBytesMax) {
    return std::unexpected(ParseError::BadValue);
  }
  return size;
}

std::expected<ProxyHeader, ParseError> parse_proxy_header(Bytes bytes) noexcept {
  const auto size = proxy_header_bytes(bytes);
  if (!size) return std::unexpected(size.error());
  if (bytes.size() < *size) return std::unexpected(ParseError::Truncated);
  const Bytes header = bytes.first(*size);
  ProxyHeader read{.size_bytes = *size};
  WireReader in(header);
  in.skip(kSignature.size());
  if (in.u8() == kLocal) return read;
  const std::uint8_t family = in.u8();
  in.skip(2);
  read.source = read_source(in, family);
  if (!read.source || !values_hold(in, header)) return std::unexpected(ParseError::BadValue);
  return read;
}

}  // namespace haetae::wire
