#include "wire/tcp_reset.h"

#include "base/assert.h"
#include "wire/checksum.h"
#include "wire/writer.h"

namespace haetae::wire {
namespace {

constexpr std::size_t kTcpHeaderBytes = 20;
constexpr std::size_t kIpv4HeaderBytes = 20;
constexpr std::uint8_t kHopsMax = 64;

// Where the reset comes from and goes to, and what its TCP header says.
struct Fields {
  Peer source;
  Peer destination;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = tcp_flag::kRst;
};

// How far the packet leads its sender in sequence numbers: SYN and FIN count as one octet each.
std::uint32_t sequence_bytes(const Packet& seen) {
  auto bytes = static_cast<std::uint32_t>(seen.payload.size()) + seen.missing_bytes;
  if ((seen.tcp_flags & tcp_flag::kSyn) != 0) ++bytes;
  if ((seen.tcp_flags & tcp_flag::kFin) != 0) ++bytes;
  return bytes;
}

// As the receiver would answer a segment that it knows no connection for.
Fields toward_sender(const Packet& seen) {
  Fields fields{{seen.destination, seen.destination_port}, {seen.source, seen.source_port}};
  if ((seen.tcp_flags & tcp_flag::kAck) != 0) {
    fields.sequence = seen.acknowledgement;
  } else {
    fields.acknowledgement = seen.sequence + sequence_bytes(seen);
    fields.flags |= tcp_flag::kAck;
  }
  return fields;
}

// As the sender would go on. An end that has sent no more than its SYN wants to see that
// acknowledged.
Fields toward_receiver(const Packet& seen, bool has_it) {
  Fields fields{{seen.source, seen.source_port}, {seen.destination, seen.destination_port}};
  fields.sequence = seen.sequence + (has_it ? sequence_bytes(seen) : 0);
  fields.acknowledgement = seen.acknowledgement;
  fields.flags |= seen.tcp_flags & tcp_flag::kAck;
  return fields;
}

void write_ip(const Fields& fields, WireWriter& out) {
  const bool is_v4 = fields.source.address.is_v4();
  if (is_v4) {
    constexpr std::uint16_t kDontFragment = 0x4000;
    const std::size_t start = out.offset();
    out.u8(0x45);
    out.u8(0);
    out.u16(kIpv4HeaderBytes + kTcpHeaderBytes);
    out.u16(0);  // no fragments, no id (RFC 6864, section 4.1)
    out.u16(kDontFragment);
    out.u8(kHopsMax);
    out.u8(ip_protocol::kTcp);
    out.u16(0);
    out.bytes(fields.source.address.wire());
    out.bytes(fields.destination.address.wire());
    Checksum sum;
    sum.add(out.written().subspan(start));
    out.patch_u16(start + 10, sum.value());
  } else {
    out.u32(0x60000000);
    out.u16(kTcpHeaderBytes);
    out.u8(ip_protocol::kTcp);
    out.u8(kHopsMax);
    out.bytes(fields.source.address.wire());
    out.bytes(fields.destination.address.wire());
  }
}

void write_tcp(const Fields& fields, WireWriter& out) {
  constexpr std::uint8_t kWords = kTcpHeaderBytes / 4;
  const std::size_t start = out.offset();
  out.u16(fields.source.port);
  out.u16(fields.destination.port);
  out.u32(fields.sequence);
  out.u32(fields.acknowledgement);
  out.u8(kWords << 4);
  out.u8(fields.flags);
  out.u16(0);  // window
  out.u16(0);  // checksum
  out.u16(0);  // urgent pointer
  // With the pseudo header of RFC 9293, section 3.1; IPv6's says the same in wider fields (RFC
  // 8200, section 8.1).
  Checksum sum;
  sum.add(fields.source.address.wire());
  sum.add(fields.destination.address.wire());
  sum.add(std::size_t{ip_protocol::kTcp});
  sum.add(kTcpHeaderBytes);
  sum.add(out.written().subspan(start));
  out.patch_u16(start + 16, sum.value());
}

}  // namespace

std::optional<TcpReset> make_tcp_reset(const Packet& seen, ResetFor whom) noexcept {
  const bool is_reset = (seen.tcp_flags & tcp_flag::kRst) != 0;
  if (seen.protocol != ip_protocol::kTcp || seen.fragment || is_reset) return std::nullopt;
  // An IPv6 packet with an IPv4-mapped address at one end: no such connection exists (RFC 4038,
  // section 4.2).
  if (seen.source.is_v4() != seen.destination.is_v4()) return std::nullopt;
  const Fields fields = whom == ResetFor::Sender
                            ? toward_sender(seen)
                            : toward_receiver(seen, whom == ResetFor::Receiver);
  TcpReset reset;
  WireWriter out(MutableBytes(reset.octets_).subspan(TcpReset::kFrameHeaderBytesMax));
  write_ip(fields, out);
  write_tcp(fields, out);
  reset.packet_bytes_ = out.offset();
  return reset;
}

Bytes TcpReset::frame(const MacAddress& source, const MacAddress& destination,
                      Bytes tags) noexcept {
  constexpr std::uint16_t kIpv4Type = 0x0800;
  constexpr std::uint16_t kIpv6Type = 0x86dd;
  const bool is_v4 = packet_bytes_ < kPacketBytesMax;
  HAETAE_ASSERT(tags.size() <= kTagsBytesMax);
  const std::size_t start = kTagsBytesMax - tags.size();
  WireWriter out(MutableBytes(octets_).subspan(start));
  out.bytes(destination.octets);
  out.bytes(source.octets);
  out.bytes(tags);
  out.u16(is_v4 ? kIpv4Type : kIpv6Type);
  return Bytes(octets_).subspan(start, out.offset() + packet_bytes_);
}

}  // namespace haetae::wire
