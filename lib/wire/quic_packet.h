#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/progress.h"

namespace haetae::wire {

inline constexpr std::uint32_t kQuicVersion1 = 0x00000001;  // RFC 9000
inline constexpr std::uint32_t kQuicVersion2 = 0x6b3343cf;  // RFC 9369

// The generations of Initial packets that we can open, by what their keys are made of.
enum class QuicEra : std::uint8_t {
  Unknown,     // no version that we know
  Draft22,     // draft-ietf-quic-tls-22, and mvfst's of that time
  Draft23,     // drafts 23 to 28, and mvfst's of that time
  Draft29,     // drafts 29 to 32
  Version1,    // RFC 9001; drafts 33 and 34
  Version2,    // RFC 9369
  GoogleQ050,  // Google's own: packets as in draft 27 with frames of theirs, and no TLS
  GoogleT050,  // the same with TLS
  GoogleT051,
};

struct QuicVersion {
  std::uint32_t number;
  QuicEra era;
};
// All whose Initials we can open. mvfst is what Facebook's apps speak: draft 22, and draft 27 under
// two numbers.
inline constexpr QuicVersion kQuicVersions[] = {
    {kQuicVersion1, QuicEra::Version1}, {kQuicVersion2, QuicEra::Version2},
    {0xfaceb001, QuicEra::Draft22},     {0xfaceb002, QuicEra::Draft23},
    {0xfaceb00e, QuicEra::Draft23},     {0x51303530, QuicEra::GoogleQ050},
    {0x54303530, QuicEra::GoogleT050},  {0x54303531, QuicEra::GoogleT051},
    {0xff000016, QuicEra::Draft22},     {0xff000017, QuicEra::Draft23},
    {0xff000018, QuicEra::Draft23},     {0xff000019, QuicEra::Draft23},
    {0xff00001a, QuicEra::Draft23},     {0xff00001b, QuicEra::Draft23},
    {0xff00001c, QuicEra::Draft23},     {0xff00001d, QuicEra::Draft29},
    {0xff00001e, QuicEra::Draft29},     {0xff00001f, QuicEra::Draft29},
    {0xff000020, QuicEra::Draft29},     {0xff000021, QuicEra::Version1},
    {0xff000022, QuicEra::Version1}};
QuicEra quic_era(std::uint32_t version) noexcept;

enum class QuicPacketType : std::uint8_t {
  Initial,
  ZeroRtt,
  Handshake,
  Retry,
  VersionNegotiation,  // version 0: a server's answer to a version it does not speak
  UnknownVersion,      // only version and connection ids are read (RFC 8999)
};

// One packet with a long header (RFC 9000, section 17.2). All views point into the datagram.
struct QuicPacket {
  QuicPacketType type = QuicPacketType::UnknownVersion;
  QuicEra era = QuicEra::Unknown;
  std::uint32_t version = 0;
  Bytes destination_id;
  Bytes source_id;
  Bytes token;  // of an Initial; of a Retry, its token without the integrity tag
  // All of the packet, header included, up to where its length says it ends. Of the types that have
  // no length it is the rest of the datagram.
  Bytes octets;
  // Where in `octets` the protected packet number starts; 0 for types that have none.
  std::size_t number_offset = 0;
};

// The long header packets of one UDP datagram, which may be coalesced (RFC 9000, section 12.2).
class QuicPacketReader {
 public:
  explicit QuicPacketReader(Bytes datagram) noexcept : rest_(datagram) {}

  // Done: `out` is the next packet. NotThis: no further one: the datagram's end, a packet with a
  // short header, or padding behind the packets; for the first call: no QUIC that could be told.
  // Malformed: a long header of a known version whose fields do not fit into the datagram, or a
  // connection id of more than 20 octets; nothing more is read. Never NeedMore.
  // The fixed bit is not asked for: RFC 9287 lets clients clear it, and the tag tells.
  Progress next(QuicPacket& out) noexcept;

 private:
  Bytes rest_;
};

}  // namespace haetae::wire
