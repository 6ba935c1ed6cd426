#include "wire/quic_packet.h"

#include "wire/quic_varint.h"
#include "wire/reader.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kLongHeader = 0x80;
constexpr std::size_t kIdBytesMax = 20;
constexpr std::size_t kRetryTagBytes = 16;

// A version's packet types, by the two bits of the first octet (RFC 9000, table 5; RFC 9369,
// section 3.2).
QuicPacketType type_of(std::uint8_t first_octet, QuicEra era) noexcept {
  using enum QuicPacketType;
  constexpr QuicPacketType kTypes[] = {Initial, ZeroRtt, Handshake, Retry};
  constexpr QuicPacketType kVersion2Types[] = {Retry, Initial, ZeroRtt, Handshake};
  const std::size_t bits = first_octet >> 4 & 3;
  return era == QuicEra::Version2 ? kVersion2Types[bits] : kTypes[bits];
}

// What follows the connection ids. False: the fields do not fit.
bool read_rest(WireReader& in, QuicPacket& out) noexcept {
  if (out.type == QuicPacketType::Retry) {
    if (in.left() < kRetryTagBytes) return false;
    out.token = in.take(in.left() - kRetryTagBytes);
    in.skip(kRetryTagBytes);
    return true;
  }
  if (out.type == QuicPacketType::Initial) out.token = in.take(read_varint(in));
  const std::uint64_t protected_bytes = read_varint(in);
  out.number_offset = in.offset();
  in.skip(protected_bytes);
  return in.ok();
}

}  // namespace

QuicEra quic_era(std::uint32_t version) noexcept {
  for (const QuicVersion& known : kQuicVersions) {
    if (known.number == version) return known.era;
  }
  return QuicEra::Unknown;
}

Progress QuicPacketReader::next(QuicPacket& out) noexcept {
  const Bytes datagram = rest_;
  rest_ = {};
  if (datagram.empty() || (datagram.front() & kLongHeader) == 0) return Progress::NotThis;
  out = {};
  WireReader in(datagram);
  const std::uint8_t first_octet = in.u8();
  out.version = in.u32();
  out.destination_id = in.take(in.u8());
  out.source_id = in.take(in.u8());
  out.era = quic_era(out.version);
  if (out.era == QuicEra::Unknown) {
    if (!in.ok()) return Progress::NotThis;
    out.type =
        out.version == 0 ? QuicPacketType::VersionNegotiation : QuicPacketType::UnknownVersion;
    out.octets = datagram;
    return Progress::Done;
  }
  out.type = type_of(first_octet, out.era);
  const bool has_ids =
      in.ok() && out.destination_id.size() <= kIdBytesMax && out.source_id.size() <= kIdBytesMax;
  if (!has_ids || !read_rest(in, out)) return Progress::Malformed;
  out.octets = datagram.first(in.offset());
  rest_ = in.rest();
  return Progress::Done;
}

}  // namespace haetae::wire
