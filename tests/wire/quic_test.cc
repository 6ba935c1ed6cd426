// QUIC's long headers, Initial protection and the frames of an Initial.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/allocation_count.h"
#include "support/guarded_bytes.h"
#include "support/hello_maker.h"
#include "support/quic_sealer.h"
#include "support/quic_vectors.h"
#include "wire/quic_frames.h"
#include "wire/quic_opener.h"
#include "wire/quic_packet.h"
#include "wire/tls_hello.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;
using ::testing::ElementsAre;
using ::testing::Pair;

Octets from_hex(std::string_view digits) {
  Octets octets;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    octets.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return octets;
}

Octets copy_of(Bytes octets) {
  return {octets.begin(), octets.end()};
}

QuicPacket packet_of(Bytes datagram) {
  QuicPacketReader packets(datagram);
  QuicPacket packet;
  EXPECT_EQ(packets.next(packet), Progress::Done);
  return packet;
}

// The plaintext of a datagram's first packet, opened with the keys of its own destination id.
Octets opened(Bytes datagram) {
  const GuardedBytes guarded(datagram);
  Octets room(datagram.size());
  const auto plaintext = QuicOpener().open(packet_of(guarded), room);
  return plaintext ? copy_of(*plaintext) : Octets{};
}

std::string name_of_hello(Bytes handshake) {
  TlsHello hello;
  EXPECT_EQ(read_client_hello(handshake, hello), Progress::Done);
  return hello.server_name.name.to_text();
}

struct Vectors {
  std::uint32_t version;
  QuicKeys client;
  QuicKeys server;
  Octets client_initial, server_initial, retry, short_header;
};

QuicKeys keys_of(std::string_view key, std::string_view iv, std::string_view header_key) {
  QuicKeys keys;
  std::ranges::copy(from_hex(key), keys.key.begin());
  std::ranges::copy(from_hex(iv), keys.iv.begin());
  std::ranges::copy(from_hex(header_key), keys.header_key.begin());
  return keys;
}

std::vector<Vectors> rfc_vectors() {
  using namespace quic_vectors;
  return {{kQuicVersion1, keys_of(kClientKey1, kClientIv1, kClientHeaderKey1),
           keys_of(kServerKey1, kServerIv1, kServerHeaderKey1), from_hex(kClientInitial1),
           from_hex(kServerInitial1), from_hex(kRetry1), from_hex(kShortHeader1)},
          {kQuicVersion2, keys_of(kClientKey2, kClientIv2, kClientHeaderKey2),
           keys_of(kServerKey2, kServerIv2, kServerHeaderKey2), from_hex(kClientInitial2),
           from_hex(kServerInitial2), from_hex(kRetry2), from_hex(kShortHeader2)}};
}

TEST(QuicOpener, MakesTheKeysOfTheRfcs) {
  for (const Vectors& v : rfc_vectors()) {
    const Octets id = from_hex(quic_vectors::kDestinationId);
    const QuicKeys keys = QuicOpener().client_keys(quic_era(v.version), id);
    EXPECT_EQ(keys.key, v.client.key);
    EXPECT_EQ(keys.iv, v.client.iv);
    EXPECT_EQ(keys.header_key, v.client.header_key);
  }
}

TEST(QuicOpener, OpensTheClientInitialsOfTheRfcs) {
  Octets expected = from_hex(quic_vectors::kClientFrames);
  expected.resize(1162);
  for (const Vectors& v : rfc_vectors()) {
    EXPECT_EQ(opened(v.client_initial), expected) << v.version;
    QuicCryptoReader frames(expected);
    QuicCryptoFrame frame;
    ASSERT_EQ(frames.next(frame), Progress::Done);
    EXPECT_EQ(frame.offset, 0U);
    EXPECT_EQ(name_of_hello(frame.octets), "example.com");
    EXPECT_EQ(frames.next(frame), Progress::NotThis);
  }
}

// With the keys that the RFCs tell: their packet number has two octets, and they have an ACK.
TEST(QuicOpener, OpensTheServerInitialsOfTheRfcs) {
  for (const Vectors& v : rfc_vectors()) {
    const QuicPacket packet = packet_of(v.server_initial);
    EXPECT_TRUE(packet.destination_id.empty());
    EXPECT_EQ(copy_of(packet.source_id), from_hex("f067a5502a4262b5"));
    Octets room(v.server_initial.size());
    const auto plaintext = QuicOpener().open(packet, v.server, room);
    ASSERT_TRUE(plaintext.has_value());
    EXPECT_EQ(copy_of(*plaintext), from_hex(quic_vectors::kServerFrames));
    QuicCryptoReader frames(*plaintext);
    QuicCryptoFrame frame;
    ASSERT_EQ(frames.next(frame), Progress::Done);
    EXPECT_EQ(frame.octets.size(), 0x5aU);
    EXPECT_EQ(frames.next(frame), Progress::NotThis);
  }
}

TEST(QuicPacketReader, ReadsTheRetriesOfTheRfcs) {
  for (const Vectors& v : rfc_vectors()) {
    const QuicPacket packet = packet_of(v.retry);
    EXPECT_EQ(packet.type, QuicPacketType::Retry);
    EXPECT_EQ(packet.version, v.version);
    EXPECT_EQ(copy_of(packet.source_id), from_hex("f067a5502a4262b5"));
    EXPECT_EQ(as_text(packet.token), "token");
    EXPECT_EQ(packet.octets.size(), v.retry.size());
    Octets room(100);
    EXPECT_FALSE(QuicOpener().open(packet, room).has_value());
  }
}

TEST(QuicPacketReader, LeavesShortHeadersAlone) {
  for (const Vectors& v : rfc_vectors()) {
    QuicPacketReader packets(v.short_header);
    QuicPacket packet;
    EXPECT_EQ(packets.next(packet), Progress::NotThis);
  }
}

TEST(QuicOpener, OpensEveryEraThatItKnows) {
  struct Case {
    const char* what;
    std::uint32_t version;
    QuicEra era;
  };
  const Case cases[] = {
      {"draft 21", 0xff000015, QuicEra::Unknown},
      {"draft 22", 0xff000016, QuicEra::Draft22},
      {"draft 23", 0xff000017, QuicEra::Draft23},
      {"draft 28", 0xff00001c, QuicEra::Draft23},
      {"draft 29", 0xff00001d, QuicEra::Draft29},
      {"draft 32", 0xff000020, QuicEra::Draft29},
      {"draft 33", 0xff000021, QuicEra::Version1},
      {"draft 34", 0xff000022, QuicEra::Version1},
      {"draft 35", 0xff000023, QuicEra::Unknown},
      {"mvfst 22", 0xfaceb001, QuicEra::Draft22},
      {"mvfst 27", 0xfaceb002, QuicEra::Draft23},
      {"mvfst exp", 0xfaceb00e, QuicEra::Draft23},
      {"version 1", 1, QuicEra::Version1},
      {"version 2", 0x6b3343cf, QuicEra::Version2},
      {"Q050", 0x51303530, QuicEra::GoogleQ050},
      {"T050", 0x54303530, QuicEra::GoogleT050},
      {"T051", 0x54303531, QuicEra::GoogleT051},
      {"Q046", 0x51303436, QuicEra::Unknown},
      {"a draft's version 2", 0x709a50c4, QuicEra::Unknown},
      {"greased", 0x1a2a3a4a, QuicEra::Unknown},
      {"negotiation", 0, QuicEra::Unknown},
  };
  const Octets plaintext(1100, 1);
  for (const Case& c : cases) {
    EXPECT_EQ(quic_era(c.version), c.era) << c.what;
    if (c.era == QuicEra::Unknown) continue;
    EXPECT_EQ(opened(seal_initial({.version = c.version}, plaintext)), plaintext) << c.what;
  }
}

TEST(QuicOpener, OpensPacketsOfEveryShape) {
  struct Case {
    const char* what;
    InitialToSeal initial;
    std::size_t plaintext_bytes;
  };
  const Case cases[] = {
      {"a number of two octets", {.number = 300, .number_octets = 2}, 1100},
      {"a number of three octets", {.number = 70'000, .number_octets = 3}, 1100},
      {"a number of four octets", {.number = 0xfedcba98, .number_octets = 4}, 1100},
      {"a token", {.token = Octets(400, 7)}, 700},
      {"a source id", {.source_id = Octets(20, 9)}, 1100},
      {"a destination id of 20 octets", {.destination_id = Octets(20, 3)}, 1100},
      {"no destination id", {.destination_id = {}}, 1100},
      {"three octets of plaintext", {.number_octets = 1}, 3},
      {"an octet of plaintext", {.number_octets = 4}, 1},
      {"no plaintext", {.number_octets = 4}, 0},
      {"a datagram of 60 KB", {}, 60'000},
  };
  for (const Case& c : cases) {
    const Octets plaintext(c.plaintext_bytes, 1);
    const Octets datagram = seal_initial(c.initial, plaintext);
    const GuardedBytes guarded(datagram);
    Octets room(datagram.size());
    const auto got = QuicOpener().open(packet_of(guarded), room);
    ASSERT_TRUE(got.has_value()) << c.what;
    EXPECT_EQ(copy_of(*got), plaintext) << c.what;
  }
}

TEST(QuicOpener, OpensWithTheKeysOfTheIdThatARetryBrought) {
  QuicOpener opener;
  const Octets plaintext(1100, 1);
  const Octets first_id{8, 7, 6, 5, 4, 3, 2, 1};
  const Octets brought{9, 9, 9, 9, 9, 9, 9, 9};
  const Octets packet = seal_initial({.destination_id = brought}, plaintext);
  Octets room(packet.size());
  const QuicKeys old_keys = opener.client_keys(QuicEra::Version1, first_id);
  EXPECT_FALSE(opener.open(packet_of(packet), old_keys, room).has_value());
  EXPECT_TRUE(opener.open(packet_of(packet), room).has_value());

  // Later packets go to the id that the server chose, under the keys of the first one.
  const Octets later = seal_initial({.destination_id = brought}, old_keys, plaintext);
  EXPECT_FALSE(opener.open(packet_of(later), room).has_value());
  EXPECT_TRUE(opener.open(packet_of(later), old_keys, room).has_value());
}

TEST(QuicOpener, OpensNothingThatIsNotWhole) {
  QuicOpener opener;
  const Octets packet = seal_initial({}, Octets(1100, 1));
  Octets room(packet.size());
  for (std::size_t i = 0; i < packet.size(); i += i < 40 ? 1 : 97) {
    Octets changed = packet;
    changed[i] ^= 0x04;
    QuicPacketReader packets(changed);
    QuicPacket read;
    if (packets.next(read) != Progress::Done) continue;
    EXPECT_FALSE(opener.open(read, room).has_value()) << i;
  }
  EXPECT_TRUE(opener.open(packet_of(packet), room).has_value()) << "and still opens the next one";
  EXPECT_FALSE(opener.open(packet_of(packet), MutableBytes(room).first(1099)).has_value())
      << "no room";
}

TEST(QuicOpener, AllocatesNothingOnceWarm) {
  QuicOpener opener;
  const Octets packet = seal_initial({}, Octets(1100, 1));
  Octets room(packet.size());
  const QuicPacket read = packet_of(packet);
  const std::uint64_t before = allocation_count();
  const bool done = opener.open(read, room).has_value();
  EXPECT_EQ(allocation_count(), before);
  EXPECT_TRUE(done);
}

TEST(QuicPacketReader, ReadsCoalescedPacketsOneByOne) {
  const InitialToSeal shape{.token = {5, 5, 5}};
  Octets datagram = seal_initial(shape, Octets(40, 1));
  const std::size_t first_bytes = datagram.size();
  append(datagram, seal_initial({.number = 1}, Octets(50, 1)));
  const std::size_t two_bytes = datagram.size();
  // 0-RTT: as an Initial without token, of type 1; then what fills the datagram.
  append(datagram, from_hex("d0000000010801020304050607080005aabbccddee"));
  const std::size_t three_bytes = datagram.size();
  append(datagram, Octets(200, 0));

  const GuardedBytes guarded(datagram);
  QuicPacketReader packets(guarded);
  QuicPacket packet;
  ASSERT_EQ(packets.next(packet), Progress::Done);
  EXPECT_EQ(packet.type, QuicPacketType::Initial);
  EXPECT_EQ(packet.octets.size(), first_bytes);
  EXPECT_EQ(copy_of(packet.token), shape.token);
  ASSERT_EQ(packets.next(packet), Progress::Done);
  EXPECT_EQ(packet.octets.size(), two_bytes - first_bytes);
  EXPECT_TRUE(packet.token.empty());
  Octets room(datagram.size());
  EXPECT_TRUE(QuicOpener().open(packet, room).has_value());
  ASSERT_EQ(packets.next(packet), Progress::Done);
  EXPECT_EQ(packet.type, QuicPacketType::ZeroRtt);
  EXPECT_EQ(packet.octets.size(), three_bytes - two_bytes);
  EXPECT_FALSE(QuicOpener().open(packet, room).has_value());
  EXPECT_EQ(packets.next(packet), Progress::NotThis);
  EXPECT_EQ(packets.next(packet), Progress::NotThis);
}

TEST(QuicPacketReader, TellsTypesAndVersionsApart) {
  struct Case {
    const char* what;
    const char* datagram;
    Progress progress;
    QuicPacketType type = QuicPacketType::UnknownVersion;
  };
  using enum QuicPacketType;
  const Case cases[] = {
      {"an Initial of version 1", "c000000001010a01010001aa", Progress::Done, Initial},
      {"one without the fixed bit", "8000000001010a01010000", Progress::Done, Initial},
      {"a Handshake of version 1", "e000000001010a010b01aa", Progress::Done, Handshake},
      {"an Initial of version 2", "d06b3343cf010a01010001aa", Progress::Done, Initial},
      {"a 0-RTT of version 2", "e06b3343cf010a010b01aa", Progress::Done, ZeroRtt},
      {"a Handshake of version 2", "f06b3343cf010a010b01aa", Progress::Done, Handshake},
      {"an unknown version", "c0abcdef01010a010b01aa", Progress::Done, UnknownVersion},
      {"a greased version", "c01a2a3a4a010a010b01aa", Progress::Done, UnknownVersion},
      {"a negotiation", "8000000000010a010b00000001", Progress::Done, VersionNegotiation},
      {"no octets", "", Progress::NotThis},
      {"a short header", "40000000010102030405", Progress::NotThis},
      {"a long header's first octet", "c0", Progress::NotThis},
      {"ids of an unknown version that do not fit", "c0abcdef01ff0a", Progress::NotThis},
      {"an id of 21 octets", "c00000000115000000000000000000000000000000000000000000000000",
       Progress::Malformed},
      {"ids that do not fit", "c000000001080a", Progress::Malformed},
      {"a token that does not fit", "c000000001010a01010a0101aa", Progress::Malformed},
      {"a length that does not fit", "c000000001010a01010002aa", Progress::Malformed},
      {"a length of 2^62 - 1", "c000000001010a010100ffffffffffffffff", Progress::Malformed},
      {"a Retry without a tag", "f000000001010a010b00112233445566778899", Progress::Malformed},
  };
  for (const Case& c : cases) {
    const GuardedBytes datagram(from_hex(c.datagram));
    QuicPacketReader packets(datagram);
    QuicPacket packet;
    EXPECT_EQ(packets.next(packet), c.progress) << c.what;
    if (c.progress == Progress::Done) {
      EXPECT_EQ(packet.type, c.type) << c.what;
      EXPECT_EQ(copy_of(packet.destination_id), Octets{0x0a}) << c.what;
    }
    EXPECT_EQ(packets.next(packet), Progress::NotThis) << c.what;
  }
}

TEST(QuicPacketReader, GivesNoPacketOfAPrefix) {
  const Octets packet = seal_initial({.token = {1, 2, 3}}, Octets(60, 1));
  for (std::size_t size = 5; size < packet.size(); ++size) {
    const GuardedBytes prefix(Bytes(packet).first(size));
    QuicPacketReader packets(prefix);
    QuicPacket read;
    EXPECT_EQ(packets.next(read), Progress::Malformed) << size;
  }
}

struct Frames {
  std::vector<std::pair<std::uint64_t, std::string>> crypto;
  Progress end;
};

Frames read_frames(const Octets& plaintext, QuicEra era = QuicEra::Version1) {
  const GuardedBytes guarded(plaintext);
  QuicCryptoReader reader(guarded, era);
  Frames frames;
  QuicCryptoFrame frame;
  while ((frames.end = reader.next(frame)) == Progress::Done) {
    frames.crypto.emplace_back(frame.offset, as_text(frame.octets));
  }
  EXPECT_EQ(reader.next(frame), frames.end) << "the end stays the end";
  return frames;
}

TEST(QuicFrames, FindsCryptoFramesAmongWhatElseAnInitialMayHold) {
  // CRYPTO at 5, PADDING, PING, ACK of two ranges, CRYPTO at 0, ACK with ECN, CONNECTION_CLOSE with
  // a reason, an empty CRYPTO, PADDING.
  const Frames frames =
      read_frames(from_hex("0605026869"
                           "000000"
                           "01"
                           "020a00020101010101"
                           "0640000141"
                           "03000000000a0b0c"
                           "1c0a060361626306400500"
                           "0000"));
  EXPECT_THAT(frames.crypto, ElementsAre(Pair(5U, "hi"), Pair(0U, "A"), Pair(5U, "")));
  EXPECT_EQ(frames.end, Progress::NotThis);
}

TEST(QuicFrames, RefusesWhatAnInitialMayNotHold) {
  struct Case {
    const char* what;
    const char* plaintext;
  };
  const Case cases[] = {
      {"a STREAM", "08000161"},
      {"a NEW_TOKEN", "070161"},
      {"a CONNECTION_CLOSE of the application", "1d0000"},
      {"a HANDSHAKE_DONE", "1e"},
      {"an unknown type", "4aaa"},
      {"a CRYPTO that is cut", "06000361"},
      {"a CRYPTO without a length", "0600"},
      {"a CRYPTO whose offset is cut", "0640"},
      {"a CRYPTO that ends at 2^62", "06ffffffffffffffff0161"},
      {"an ACK of more ranges than there are octets", "020a00ffffffffffffffff00"},
      {"a reason that is cut", "1c00000561"},
  };
  for (const Case& c : cases) {
    const Frames alone = read_frames(from_hex(c.plaintext));
    EXPECT_EQ(alone.end, Progress::Malformed) << c.what;
    EXPECT_TRUE(alone.crypto.empty()) << c.what;
    // What came before it was sent all the same.
    const Frames behind = read_frames(from_hex(std::string("06000161") + c.plaintext));
    EXPECT_EQ(behind.end, Progress::Malformed) << c.what;
    EXPECT_EQ(behind.crypto.size(), 1U) << c.what;
  }
  EXPECT_EQ(read_frames({}).end, Progress::NotThis);
}

TEST(QuicFrames, KnowsTheFramesOfGoogle) {
  // PING, CRYPTO at 1024, PADDING, CRYPTO at 0; then an ACK, which ends what is read.
  const Octets plaintext = from_hex("07084400026869000008000141400110080001ff");
  for (const QuicEra era : {QuicEra::GoogleQ050, QuicEra::GoogleT050, QuicEra::GoogleT051}) {
    const Frames frames = read_frames(plaintext, era);
    EXPECT_THAT(frames.crypto, ElementsAre(Pair(1024U, "hi"), Pair(0U, "A")));
    EXPECT_EQ(frames.end, Progress::NotThis);
    EXPECT_EQ(read_frames(from_hex("08000361"), era).end, Progress::Malformed) << "it is cut";
  }
}

// As Chrome sends it: pieces in any order, PING and PADDING in between, over two packets.
TEST(QuicFrames, BringAShuffledHelloBackTogether) {
  std::mt19937 random(7);
  const Octets hello = browser_hello("www.example.com");
  std::vector<Octets> frames;
  for (std::size_t at = 0; at < hello.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 200, hello.size() - at);
    frames.push_back(crypto_frame(at, Bytes(hello).subspan(at, size)));
    frames.push_back(random() % 2 == 0 ? Octets{1} : Octets(random() % 30, 0));
    at += size;
  }
  std::ranges::shuffle(frames, random);
  Octets plaintexts[2];
  for (std::size_t i = 0; i < frames.size(); ++i) append(plaintexts[i % 2], frames[i]);

  Octets stream(hello.size());
  for (std::uint32_t i = 0; i < 2; ++i) {
    const Octets plaintext = opened(seal_initial({.number = i}, plaintexts[i]));
    QuicCryptoReader reader(plaintext);
    QuicCryptoFrame frame;
    while (reader.next(frame) == Progress::Done) {
      std::ranges::copy(frame.octets, stream.begin() + static_cast<std::ptrdiff_t>(frame.offset));
    }
  }
  EXPECT_EQ(stream, hello);
  EXPECT_EQ(name_of_hello(stream), "www.example.com");
}

}  // namespace
}  // namespace haetae::wire
