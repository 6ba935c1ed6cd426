#pragma once

#include "wire/link_layer.h"
#include "wire/packet.h"

// The part of parse_packet() that is IP. For packet.cc only.
namespace haetae::wire {

// Reads an IP header with its options into packet: addresses, protocol, payload, missing_bytes,
// fragment. known_missing: how many octets may be missing behind ip.octets at most, where a header
// outside has told. Truncated or BadValue; then packet is as it was.
std::expected<void, PacketError> read_ip(const IpOctets& ip, std::uint32_t known_missing,
                                         Packet& packet) noexcept;

// Steps over the extension header that packet.payload starts with, if packet.protocol is one:
// hop-by-hop, destination options, routing, fragment (RFC 8200, section 4), AH (RFC 4302). A
// fragment header sets packet.fragment, unless its packet is whole (RFC 6946).
// False: it is none, and nothing changed. Truncated or BadValue.
std::expected<bool, PacketError> step_over_extension(Packet& packet) noexcept;

// Finds the IP packet in packet.payload, if packet.protocol is a tunnel's: IP in IP, GRE.
// NotIp: no tunnel, or one that carries something else, or a GRE that is not of RFC 2784 and RFC
// 2890 (version 1 is PPTP's). Truncated, BadValue or TooDeep.
std::expected<IpOctets, PacketError> read_tunnel(const Packet& packet) noexcept;

// What it means that a header is longer than what was captured of it.
inline PacketError cut_error(const Packet& packet) noexcept {
  return packet.missing_bytes > 0 ? PacketError::Truncated : PacketError::BadValue;
}

}  // namespace haetae::wire
