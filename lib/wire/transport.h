#pragma once

#include "wire/packet.h"

// The part of parse_packet() above IP. For packet.cc only.
namespace haetae::wire {

// Read the header that packet.payload starts with, set what the packet says of it, and leave
// behind it what it carries. Truncated: the capture ends within the part of the header that is
// always there. BadValue: the header cannot be.
std::expected<void, PacketError> read_tcp(Packet& packet) noexcept;
std::expected<void, PacketError> read_udp(Packet& packet) noexcept;

}  // namespace haetae::wire
