#include "wire/link_layer.h"

#include <algorithm>

#include "wire/packet_limits.h"

namespace haetae::wire {
namespace {

using IpOrError = std::expected<IpOctets, PacketError>;

// EtherTypes (IANA "IEEE 802 Numbers").
constexpr std::uint16_t kIpv4Type = 0x0800;
constexpr std::uint16_t kIpv6Type = 0x86dd;
constexpr std::uint16_t kVlanType = 0x8100;          // IEEE 802.1Q
constexpr std::uint16_t kServiceVlanType = 0x88a8;   // IEEE 802.1ad
constexpr std::uint16_t kOldQinQType = 0x9100;       // what switches used before 802.1ad
constexpr std::uint16_t kPppoeSessionType = 0x8864;  // RFC 2516, section 4
// Smaller values are the length of an LLC frame.
constexpr std::uint16_t kTypeMin = 0x0600;

// PPP protocol numbers (RFC 1332, section 2; RFC 5072, section 3).
constexpr std::uint16_t kPppIpv4 = 0x0021;
constexpr std::uint16_t kPppIpv6 = 0x0057;

// Hardware types of Linux, as cooked captures tell them.
constexpr std::uint16_t kArphrdEthernet = 1;

constexpr bool is_tag(std::uint16_t type) {
  return type == kVlanType || type == kServiceVlanType || type == kOldQinQType;
}

IpOrError not_ip() {
  return std::unexpected(PacketError::NotIp);
}

IpOrError carried(bool is_v6, const WireReader& in) {
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  return IpOctets{.is_v6 = is_v6, .octets = in.rest()};
}

void read_mac(WireReader& in, MacAddress& mac) {
  const Bytes octets = in.take(mac.octets.size());
  if (in.ok()) std::ranges::copy(octets, mac.octets.begin());
}

// The first four bits of either header are its version.
IpOrError read_raw(WireReader& in) {
  const std::size_t start = in.offset();
  const int version = in.u8() >> 4;
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  if (version != 4 && version != 6) return not_ip();
  in.seek(start);
  return carried(version == 6, in);
}

// RFC 1661, section 2; RFC 1662, section 3.1: address and control come first unless they were
// compressed away, and of a protocol number below 256 the first octet may be missing.
IpOrError read_ppp(WireReader& in) {
  std::uint16_t protocol = in.u8();
  if (protocol == 0xff) {
    in.skip(1);
    protocol = in.u8();
  }
  if (protocol % 2 == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | in.u8());
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  if (protocol == kPppIpv4 || protocol == kPppIpv6) return carried(protocol == kPppIpv6, in);
  return not_ip();
}

// RFC 2516, section 4. The length counts what follows it, so that padding ends here.
IpOrError read_pppoe(WireReader& in) {
  constexpr std::uint8_t kVersion1Type1 = 0x11;
  constexpr std::uint8_t kSessionData = 0;
  const std::uint8_t version = in.u8();
  const std::uint8_t code = in.u8();
  in.skip(2);
  const std::size_t length = in.u16();
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  if (version != kVersion1Type1) return std::unexpected(PacketError::BadValue);
  if (code != kSessionData) return not_ip();
  WireReader session = in.sub(std::min(length, in.left()));
  return read_ppp(session);
}

// IEEE 802.2 with the SNAP header of RFC 1042; IP is not sent over LLC in any other way.
IpOrError read_llc(std::size_t length, WireReader& in) {
  constexpr std::uint32_t kSnap = 0xaaaa03;
  WireReader llc = in.sub(std::min(length, in.left()));
  if (llc.u24() != kSnap || llc.u24() != 0) {
    return llc.ok() ? not_ip() : std::unexpected(PacketError::Truncated);
  }
  const std::uint16_t type = llc.u16();
  if (type == kIpv4Type || type == kIpv6Type) return carried(type == kIpv6Type, llc);
  return llc.ok() ? not_ip() : std::unexpected(PacketError::Truncated);
}

IpOrError read_ethernet(WireReader& in, Packet& packet) {
  read_mac(in, packet.destination_mac);
  read_mac(in, packet.source_mac);
  packet.has_macs = in.ok();
  const std::uint16_t type = in.u16();
  return read_ethertype(type, in);
}

// An address family, in the byte order of the machine that captured: told apart by where the small
// number is. IPv6 has another number on every BSD.
IpOrError read_loopback(WireReader& in) {
  const std::uint32_t order_big = in.u32();
  const std::uint32_t family = order_big > 0xffff ? __builtin_bswap32(order_big) : order_big;
  if (!in.ok()) return std::unexpected(PacketError::Truncated);
  switch (family) {
    case 2: return carried(false, in);
    case 10:  // Linux
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return carried(true, in);
    default: return not_ip();
  }
}

// The sender's address in a field of eight octets.
void read_cooked_mac(std::uint16_t hardware, std::size_t length, WireReader& in, Packet& packet) {
  WireReader field = in.sub(8);
  if (hardware != kArphrdEthernet || length != packet.source_mac.octets.size()) return;
  read_mac(field, packet.source_mac);
  packet.has_macs = field.ok();
}

// Small numbers are frames of Linux' own kinds here, and no length.
IpOrError read_cooked_type(std::uint16_t type, WireReader& in) {
  return in.ok() && type < kTypeMin ? not_ip() : read_ethertype(type, in);
}

// tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
IpOrError read_cooked(WireReader& in, Packet& packet) {
  in.skip(2);
  const std::uint16_t hardware = in.u16();
  const std::uint16_t length = in.u16();
  read_cooked_mac(hardware, length, in, packet);
  const std::uint16_t type = in.u16();
  return read_cooked_type(type, in);
}

// tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
IpOrError read_cooked2(WireReader& in, Packet& packet) {
  const std::uint16_t type = in.u16();
  in.skip(6);
  const std::uint16_t hardware = in.u16();
  in.skip(1);
  const std::uint8_t length = in.u8();
  read_cooked_mac(hardware, length, in, packet);
  return read_cooked_type(type, in);
}

constexpr std::size_t kTwoMacsBytes = 12;

}  // namespace

Bytes vlan_tags(Bytes frame) noexcept {
  constexpr std::size_t kTagBytes = 4;
  WireReader in(frame);
  in.skip(kTwoMacsBytes);
  std::size_t bytes = 0;
  while (is_tag(in.u16()) && bytes < limits::kVlanTagsMax * kTagBytes) {
    in.skip(2);
    if (!in.ok()) return {};
    bytes += kTagBytes;
  }
  return in.ok() ? frame.subspan(kTwoMacsBytes, bytes) : Bytes();
}

std::expected<IpOctets, PacketError> read_ethertype(std::uint16_t type, WireReader& in) noexcept {
  for (std::size_t tags = 0;; ++tags) {
    if (!in.ok()) return std::unexpected(PacketError::Truncated);
    switch (type) {
      case kIpv4Type: return carried(false, in);
      case kIpv6Type: return carried(true, in);
      case kPppoeSessionType: return read_pppoe(in);
      default: break;
    }
    if (!is_tag(type)) return type < kTypeMin ? read_llc(type, in) : not_ip();
    if (tags == limits::kVlanTagsMax) return std::unexpected(PacketError::TooDeep);
    in.skip(2);
    type = in.u16();
  }
}

std::expected<IpOctets, PacketError> read_inner_ethernet(WireReader& in) noexcept {
  in.skip(kTwoMacsBytes);
  const std::uint16_t type = in.u16();
  return read_ethertype(type, in);
}

std::expected<IpOctets, PacketError> read_link(LinkType link, Bytes frame,
                                               Packet& packet) noexcept {
  WireReader in(frame);
  switch (link) {
    case LinkType::Ethernet: return read_ethernet(in, packet);
    case LinkType::LinuxCooked: return read_cooked(in, packet);
    case LinkType::LinuxCooked2: return read_cooked2(in, packet);
    case LinkType::Raw: return read_raw(in);
    case LinkType::Ipv4: return carried(false, in);
    case LinkType::Ipv6: return carried(true, in);
    case LinkType::Ppp: return read_ppp(in);
    case LinkType::Null:
    case LinkType::Loop: return read_loopback(in);
  }
  return std::unexpected(PacketError::UnknownLink);
}

}  // namespace haetae::wire
