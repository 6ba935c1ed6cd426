#include "wire/packet.h"

#include <limits>

#include "wire/ip_layer.h"
#include "wire/link_layer.h"
#include "wire/packet_limits.h"
#include "wire/transport.h"

namespace haetae::wire {
namespace {

using Done = std::expected<void, PacketError>;

// A link does not tell how long its frame was before the capture cut it.
constexpr std::uint32_t kAnyMissing = std::numeric_limits<std::uint32_t>::max();

// Goes up from the payload of an IP header until a transport header was read, or there is nothing
// that we know the inside of. ip_headers: how many have been read.
Done read_up(std::size_t ip_headers, Packet& packet) {
  for (std::size_t extensions = 0; !packet.fragment;) {
    if (packet.protocol == ip_protocol::kTcp) return read_tcp(packet);
    if (packet.protocol == ip_protocol::kUdp) return read_udp(packet);
    const auto stepped = step_over_extension(packet);
    if (!stepped) return std::unexpected(stepped.error());
    if (*stepped) {
      if (++extensions > limits::kExtensionHeadersMax) return std::unexpected(PacketError::TooDeep);
      continue;
    }
    if (ip_headers == limits::kIpHeadersMax) return {};
    const auto inner = read_tunnel(packet);
    if (!inner && inner.error() == PacketError::NotIp) return {};
    const Done read =
        inner ? read_ip(*inner, packet.missing_bytes, packet) : std::unexpected(inner.error());
    if (!read && read.error() == PacketError::Truncated) return std::unexpected(cut_error(packet));
    if (!read) return read;
    ++ip_headers;
    packet.is_tunnelled = true;
  }
  return {};
}

}  // namespace

std::expected<void, PacketError> parse_packet(LinkType link, Bytes frame, Packet& out) noexcept {
  // What no header of this frame may set. Addresses, protocol and payload are set by any.
  out.has_macs = false;
  out.interface = 0;
  out.source_mac = out.destination_mac = {};
  out.source_port = out.destination_port = 0;
  out.sequence = out.acknowledgement = 0;
  out.tcp_flags = 0;
  out.segment = {};
  out.is_tunnelled = false;
  const auto ip = read_link(link, frame, out);
  if (!ip) return std::unexpected(ip.error());
  if (const Done read = read_ip(*ip, kAnyMissing, out); !read) return read;
  return read_up(1, out);
}

std::expected<Packet, PacketError> parse_packet(LinkType link, Bytes frame) noexcept {
  std::expected<Packet, PacketError> packet;
  if (const Done read = parse_packet(link, frame, *packet); !read) {
    packet = std::unexpected(read.error());
  }
  return packet;
}

std::expected<void, PacketError> parse_transport(Bytes whole, Packet& packet) noexcept {
  packet.payload = whole;
  packet.missing_bytes = 0;
  packet.fragment.reset();
  return read_up(1, packet);
}

std::string_view describe(PacketError error) noexcept {
  switch (error) {
    case PacketError::UnknownLink: return "the link layer is not one that is read here";
    case PacketError::NotIp: return "the frame carries something other than IP";
    case PacketError::Truncated: return "the capture ends within a header";
    case PacketError::BadValue: return "a header has a length or version that it may not have";
    case PacketError::TooDeep: return "more tags, headers or tunnels than are looked through";
  }
  return "unknown error";
}

}  // namespace haetae::wire
