// A UDP datagram as QUIC. As it stands, nearly none can be opened; so the same octets are read as a
// plaintext, too, and what an Initial may hold is sealed and found again.
#include <array>
#include <vector>

#include "../support/quic_sealer.h"
#include "base/assert.h"
#include "wire/gquic.h"
#include "wire/quic_frames.h"
#include "wire/quic_opener.h"
#include "wire/quic_packet.h"
#include "wire/tls_hello.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

void read_plaintext(Bytes plaintext, QuicEra era) {
  QuicCryptoReader frames(plaintext, era);
  QuicCryptoFrame frame;
  std::size_t octets = 0;
  while (frames.next(frame) == Progress::Done) {
    HAETAE_ASSERT(frame.offset + frame.octets.size() < std::uint64_t{1} << 62);
    octets += frame.octets.size();
    TlsHello hello;
    read_client_hello(frame.octets, hello);
    Host host;
    read_chlo(frame.octets, host);
  }
  HAETAE_ASSERT(octets <= plaintext.size());
}

// A name that stands in a part of the message stands in all of it.
void read_gquic(Bytes datagram) {
  Bytes handshake;
  if (read_gquic_packet(datagram, handshake) != Progress::Done) return;
  Host whole;
  const Progress progress = read_chlo(handshake, whole);
  for (std::size_t size = 0; size < handshake.size(); size += 1 + handshake.size() / 50) {
    Host part;
    const Progress early = read_chlo(handshake.first(size), part);
    HAETAE_ASSERT(early == Progress::NeedMore || early == progress);
    HAETAE_ASSERT(part.kind == HostKind::None || part.name == whole.name);
  }
}

void read_datagram(QuicOpener& opener, Bytes datagram) {
  std::vector<std::uint8_t> room(datagram.size());
  QuicPacketReader packets(datagram);
  QuicPacket packet;
  const std::uint8_t* next = datagram.data();
  while (packets.next(packet) == Progress::Done) {
    HAETAE_ASSERT(packet.octets.data() == next && !packet.octets.empty());
    next += packet.octets.size();
    HAETAE_ASSERT(packet.number_offset <= packet.octets.size());
    if (const auto plaintext = opener.open(packet, room)) read_plaintext(*plaintext, packet.era);
  }
  HAETAE_ASSERT(packets.next(packet) == Progress::NotThis);
}

void seal_and_open(QuicOpener& opener, Bytes plaintext) {
  constexpr std::array<std::uint32_t, 5> kVersions{0xff000016, 0xff00001d, 0x54303530,
                                                   kQuicVersion1, kQuicVersion2};
  const std::size_t seed = plaintext.size() + (plaintext.empty() ? 0 : plaintext.front());
  const test::InitialToSeal initial{.version = kVersions[seed % kVersions.size()],
                                    .token = test::Octets(seed % 70, 1),
                                    .number = 0xabcd,
                                    .number_octets = 2 + static_cast<int>(seed % 3)};
  if (plaintext.size() < 2) return;  // no room for a sample
  const test::Octets datagram = test::seal_initial(initial, plaintext);
  std::vector<std::uint8_t> room(datagram.size());
  QuicPacketReader packets(datagram);
  QuicPacket packet;
  HAETAE_ASSERT(packets.next(packet) == Progress::Done);
  const auto opened = opener.open(packet, room);
  HAETAE_ASSERT(opened && as_text(*opened) == as_text(plaintext));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static QuicOpener opener;
  const std::vector<std::uint8_t> input(data, data + size);
  read_datagram(opener, input);
  read_plaintext(input, QuicEra::Version1);
  read_plaintext(input, QuicEra::GoogleT050);
  read_gquic(input);
  if (size <= 2000) seal_and_open(opener, input);
  return 0;
}
