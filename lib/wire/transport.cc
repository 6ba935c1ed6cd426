#include "wire/transport.h"

#include <algorithm>

#include "wire/ip_layer.h"
#include "wire/reader.h"

namespace haetae::wire {

// RFC 9293, section 3.1. Of the options only the length counts: if the capture ends within them,
// ports and flags are still told.
std::expected<void, PacketError> read_tcp(Packet& packet) noexcept {
  constexpr std::size_t kHeaderBytesMin = 20;
  WireReader in(packet.payload);
  const Bytes fixed = in.take(kHeaderBytesMin);
  if (!in.ok()) return std::unexpected(cut_error(packet));
  WireReader head(fixed.first<kHeaderBytesMin>());
  const std::uint16_t source_port = head.u16();
  const std::uint16_t destination_port = head.u16();
  const std::uint32_t sequence = head.u32();
  const std::uint32_t acknowledgement = head.u32();
  const std::size_t header_bytes = (head.u8() >> 4) * std::size_t{4};
  const std::uint8_t flags = head.u8();
  if (header_bytes < kHeaderBytesMin) return std::unexpected(PacketError::BadValue);
  const std::size_t options_bytes = header_bytes - kHeaderBytesMin;
  const std::size_t taken = std::min(options_bytes, in.left());
  const std::size_t missing = options_bytes - taken;
  if (missing > packet.missing_bytes) return std::unexpected(PacketError::BadValue);
  in.skip(taken);
  packet.segment = packet.payload;
  packet.source_port = source_port;
  packet.destination_port = destination_port;
  packet.sequence = sequence;
  packet.acknowledgement = acknowledgement;
  packet.tcp_flags = flags;
  packet.payload = in.rest();
  packet.missing_bytes -= static_cast<std::uint32_t>(missing);
  return {};
}

// RFC 768. A length of 0 stands in jumbograms (RFC 2675, section 4) and in what a network card was
// to cut up. One that is longer than the packet makes receivers drop it.
std::expected<void, PacketError> read_udp(Packet& packet) noexcept {
  constexpr std::size_t kHeaderBytes = 8;
  WireReader in(packet.payload);
  const std::uint16_t source_port = in.u16();
  const std::uint16_t destination_port = in.u16();
  const std::size_t told_bytes = in.u16();
  in.skip(2);
  if (!in.ok()) return std::unexpected(cut_error(packet));
  const std::size_t wire_bytes = packet.payload.size() + packet.missing_bytes;
  const std::size_t datagram_bytes = told_bytes == 0 ? wire_bytes : told_bytes;
  if (datagram_bytes < kHeaderBytes || datagram_bytes > wire_bytes) {
    return std::unexpected(PacketError::BadValue);
  }
  const std::size_t taken = std::min(datagram_bytes - kHeaderBytes, in.left());
  packet.segment = packet.payload.first(kHeaderBytes + taken);
  packet.source_port = source_port;
  packet.destination_port = destination_port;
  packet.payload = in.take(taken);
  packet.missing_bytes = static_cast<std::uint32_t>(datagram_bytes - kHeaderBytes - taken);
  return {};
}

}  // namespace haetae::wire
