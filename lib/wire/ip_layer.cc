#include "wire/ip_layer.h"

#include <algorithm>

#include "wire/reader.h"

namespace haetae::wire {
namespace {

using Done = std::expected<void, PacketError>;

// Extension headers, by the number that announces them.
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;

// Sets the payload to what the header says that follows it, and not what the link padded.
Done set_payload(Bytes captured, std::size_t told_bytes, std::uint32_t known_missing,
                 Packet& packet) {
  const std::size_t taken = std::min(told_bytes, captured.size());
  const std::size_t missing = told_bytes - taken;
  if (missing > known_missing) return std::unexpected(PacketError::BadValue);
  packet.payload = captured.first(taken);
  packet.missing_bytes = static_cast<std::uint32_t>(missing);
  return {};
}

// RFC 791, section 3.1.
Done read_v4(Bytes octets, std::uint32_t known_missing, Packet& packet) {
  constexpr std::uint16_t kMoreFragments = 0x2000;
  constexpr std::uint16_t kOffsetMask = 0x1fff;
  constexpr std::size_t kHeaderBytesMin = 20;
  WireReader in(octets);
  const Bytes fixed = in.take(kHeaderBytesMin);
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  // Of a size that the compiler knows, so that it need not check each read.
  WireReader head(fixed.first<kHeaderBytesMin>());
  const std::uint8_t version = head.u8();
  head.skip(1);
  const std::size_t total_bytes = head.u16();
  const std::uint16_t id = head.u16();
  const std::uint16_t place = head.u16();
  head.skip(1);
  const std::uint8_t protocol = head.u8();
  head.skip(2);
  const Bytes source = head.take(4);
  const Bytes destination = head.take(4);
  const std::size_t header_bytes = (version & 0x0f) * std::size_t{4};
  if (version >> 4 != 4 || header_bytes < kHeaderBytesMin) {
    return std::unexpected(PacketError::BadValue);
  }
  in.skip(header_bytes - kHeaderBytesMin);
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  // Left at 0 for a network card that was to cut the packet up.
  const std::size_t whole_bytes = total_bytes == 0 ? octets.size() : total_bytes;
  if (whole_bytes < header_bytes) return std::unexpected(PacketError::BadValue);
  const Done set = set_payload(in.rest(), whole_bytes - header_bytes, known_missing, packet);
  if (!set) return set;
  packet.source = IpAddress::v4(source.first<4>());
  packet.destination = IpAddress::v4(destination.first<4>());
  packet.protocol = protocol;
  packet.fragment.reset();
  if ((place & (kMoreFragments | kOffsetMask)) != 0) {
    packet.fragment = Fragment{.id = id,
                               .offset = (place & kOffsetMask) * std::uint32_t{8},
                               .more = (place & kMoreFragments) != 0};
  }
  return {};
}

// RFC 8200, section 3.
Done read_v6(Bytes octets, std::uint32_t known_missing, Packet& packet) {
  constexpr std::size_t kHeaderBytes = 40;
  WireReader in(octets);
  const Bytes fixed = in.take(kHeaderBytes);
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  WireReader head(fixed.first<kHeaderBytes>());
  const std::uint8_t version = head.u8();
  head.skip(3);
  const std::size_t told_bytes = head.u16();
  const std::uint8_t next = head.u8();
  head.skip(1);
  const Bytes source = head.take(16);
  const Bytes destination = head.take(16);
  if (version >> 4 != 6) return std::unexpected(PacketError::BadValue);
  // 0 for what a network card was to cut up, and for jumbograms (RFC 2675).
  const std::size_t payload_bytes = told_bytes == 0 ? in.left() : told_bytes;
  const Done set = set_payload(in.rest(), payload_bytes, known_missing, packet);
  if (!set) return set;
  packet.source = IpAddress::v6(source.first<16>());
  packet.destination = IpAddress::v6(destination.first<16>());
  packet.protocol = next;
  packet.fragment.reset();
  return {};
}

// RFC 8200, section 4.5. The header has no length: it is always eight octets.
void read_fragment(WireReader& in, Packet& packet) {
  constexpr std::uint16_t kMore = 0x0001;
  constexpr std::uint16_t kOffsetMask = 0xfff8;
  in.skip(1);
  const std::uint16_t place = in.u16();
  const std::uint32_t id = in.u32();
  if (!in.ok() || (place & (kMore | kOffsetMask)) == 0) return;
  packet.fragment = Fragment{.id = id,
                             .offset = static_cast<std::uint32_t>(place & kOffsetMask),
                             .more = (place & kMore) != 0};
}

bool is_extension(const Packet& packet) {
  switch (packet.protocol) {
    case kAuthentication: return true;
    case kHopByHop:
    case kRouting:
    case kFragment:
    case kDestinationOptions: return !packet.source.is_v4();
    default: return false;
  }
}

// RFC 2784, section 2; RFC 2890, section 2.
std::expected<IpOctets, PacketError> read_gre(const Packet& packet) {
  constexpr std::uint16_t kChecksum = 0x8000;
  constexpr std::uint16_t kRouting1701 = 0x4000;
  constexpr std::uint16_t kKey = 0x2000;
  constexpr std::uint16_t kSequence = 0x1000;
  constexpr std::uint16_t kVersionMask = 0x0007;
  WireReader in(packet.payload);
  const std::uint16_t flags = in.u16();
  const std::uint16_t type = in.u16();
  if (in.ok() && (flags & (kRouting1701 | kVersionMask)) != 0) {
    return std::unexpected(PacketError::NotIp);
  }
  if ((flags & kChecksum) != 0) in.skip(4);
  if ((flags & kKey) != 0) in.skip(4);
  if ((flags & kSequence) != 0) in.skip(4);
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  return type == kBridgedEthernet ? read_inner_ethernet(in) : read_ethertype(type, in);
}

}  // namespace

std::expected<void, PacketError> read_ip(const IpOctets& ip, std::uint32_t known_missing,
                                         Packet& packet) noexcept {
  return ip.is_v6 ? read_v6(ip.octets, known_missing, packet)
                  : read_v4(ip.octets, known_missing, packet);
}

std::expected<bool, PacketError> step_over_extension(Packet& packet) noexcept {
  if (!is_extension(packet)) return false;
  WireReader in(packet.payload);
  const std::uint8_t next = in.u8();
  if (packet.protocol == kFragment) {
    read_fragment(in, packet);
  } else {
    // In units of eight octets without the first; AH counts four, without the first two.
    const std::size_t length = in.u8();
    in.skip(packet.protocol == kAuthentication ? length * 4 + 6 : length * 8 + 6);
  }
  if (!in.ok()) return std::unexpected(cut_error(packet));
  packet.protocol = next;
  packet.payload = in.rest();
  return true;
}

std::expected<IpOctets, PacketError> read_tunnel(const Packet& packet) noexcept {
  switch (packet.protocol) {
    case ip_protocol::kIpv4: return IpOctets{.is_v6 = false, .octets = packet.payload};
    case ip_protocol::kIpv6: return IpOctets{.is_v6 = true, .octets = packet.payload};
    case ip_protocol::kGre: return read_gre(packet);
    default: return std::unexpected(PacketError::NotIp);
  }
}

}  // namespace haetae::wire
