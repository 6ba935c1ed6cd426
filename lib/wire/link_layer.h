#pragma once

#include "wire/packet.h"
#include "wire/reader.h"

// The part of parse_packet() below IP. For packet.cc and its tunnels only.
namespace haetae::wire {

// An IP packet, and which version its carrier said that it has.
struct IpOctets {
  bool is_v6 = false;
  Bytes octets;  // from the IP header to the end of what the link carried, padding included
};

// Reads what stands before IP in a frame; sets the MAC addresses if the link has them.
// UnknownLink, NotIp, Truncated, BadValue or TooDeep.
std::expected<IpOctets, PacketError> read_link(LinkType link, Bytes frame, Packet& packet) noexcept;

// Reads on where an EtherType (IEEE 802.3, clause 3.2.6) or a length stood before `in`.
std::expected<IpOctets, PacketError> read_ethertype(std::uint16_t type, WireReader& in) noexcept;

// An EtherType that GRE may hold too (RFC 1701: Transparent Ethernet Bridging).
inline constexpr std::uint16_t kBridgedEthernet = 0x6558;

// Reads an Ethernet frame inside a tunnel, whose MAC addresses tell nothing about a device here.
std::expected<IpOctets, PacketError> read_inner_ethernet(WireReader& in) noexcept;

}  // namespace haetae::wire
