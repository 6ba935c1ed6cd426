// Google's QUIC before TLS.
#include "wire/gquic.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/guarded_bytes.h"
#include "support/hello_maker.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;

void append_little(Octets& to, std::uint64_t value, int octets) {
  for (int i = 0; i < octets; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

using Tags = std::vector<std::pair<std::string, std::string>>;

Octets message_of(const Tags& tags, std::string_view message_tag = "CHLO") {
  Octets message;
  append(message, as_bytes(message_tag));
  append_little(message, tags.size(), 2);
  append_little(message, 0, 2);
  std::size_t end = 0;
  for (const auto& [tag, value] : tags) {
    std::string name = tag;
    name.resize(4);
    append(message, as_bytes(name));
    append_little(message, end += value.size(), 4);
  }
  for (const auto& [tag, value] : tags) append(message, as_bytes(value));
  return message;
}

const Tags kUsual{{"PAD", std::string(40, '-')},
                  {"SNI", "www.Example.com"},
                  {"VER", "Q043"},
                  {"CCS", std::string(16, 'x')}};

// A client's first packet: header, hash, what was private, a STREAM frame.
Octets packet_of(int number, const Octets& message) {
  const std::string version = "Q0" + std::to_string(number);
  Octets packet;
  if (number < 44) {
    packet = {0x0d, 1, 2, 3, 4, 5, 6, 7, 8};
    append(packet, as_bytes(version));
    packet.push_back(1);
  } else {
    packet = {0xc3};
    append(packet, as_bytes(version));
    append(packet, Octets{0x50, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1});
  }
  packet.resize(packet.size() + 12, 0xaa);
  if (number < 34) packet.push_back(0);
  append(packet, Octets{0xa0, 1});
  if (number >= 39) {
    append_number(packet, message.size(), 2);
  } else {
    append_little(packet, message.size(), 2);
  }
  append(packet, message);
  packet.resize(packet.size() + 20);
  return packet;
}

TEST(Gquic, FindsTheHandshakeInPacketsOfEveryVersion) {
  const Octets message = message_of(kUsual);
  for (const int number : {24, 33, 34, 35, 38, 39, 43, 46}) {
    const GuardedBytes packet(packet_of(number, message));
    Bytes handshake;
    ASSERT_EQ(read_gquic_packet(packet, handshake), Progress::Done) << number;
    EXPECT_TRUE(std::ranges::equal(handshake, message)) << number;
    Host host;
    ASSERT_EQ(read_chlo(handshake, host), Progress::Done);
    EXPECT_EQ(host.name.to_text(), "www.example.com");
  }
}

TEST(Gquic, LeavesOtherPacketsAlone) {
  struct Case {
    const char* what;
    void (*change)(Octets&);
  };
  const Case cases[] = {
      {"no version", [](Octets& o) { o[0] = 0x0c; }},
      {"a reset", [](Octets& o) { o[0] = 0x0f; }},
      {"no connection id", [](Octets& o) { o[0] = 0x01; }},
      {"a version that never was", [](Octets& o) { o[11] = '9'; }},
      {"an ACK in front", [](Octets& o) { o[26] = 0x40; }},
      {"a later part of the stream", [](Octets& o) { o[26] = 0xa4; }},
      {"another stream", [](Octets& o) { o[27] = 3; }},
      {"another message", [](Octets& o) { o[30] = 'S'; }},
      {"no octets", [](Octets& o) { o = {}; }},
  };
  for (const Case& c : cases) {
    Octets packet = packet_of(43, message_of(kUsual));
    c.change(packet);
    const GuardedBytes guarded(packet);
    Bytes handshake;
    EXPECT_EQ(read_gquic_packet(guarded, handshake), Progress::NotThis) << c.what;
  }
}

TEST(Gquic, RefusesPacketsThatAreCut) {
  const Octets message = message_of(kUsual);
  const Octets packet = packet_of(43, message);
  const std::size_t frame_end = packet.size() - 20;
  for (std::size_t size = 0; size < frame_end; ++size) {
    const GuardedBytes prefix(Bytes(packet).first(size));
    Bytes handshake;
    EXPECT_NE(read_gquic_packet(prefix, handshake), Progress::Done) << size;
  }
}

TEST(Gquic, NeedsMoreOfAMessageUntilItsNameIsThere) {
  const Octets message = message_of(kUsual);
  const std::size_t name_end = std::string(as_text(message)).find("www.Example.com") + 15;
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const GuardedBytes prefix(Bytes(message).first(size));
    Host host;
    const Progress progress = read_chlo(prefix, host);
    EXPECT_EQ(progress, size < name_end ? Progress::NeedMore : Progress::Done) << size;
    EXPECT_EQ(host.kind, size < name_end ? HostKind::None : HostKind::Name) << size;
  }
}

TEST(Gquic, TellsMessagesApart) {
  struct Case {
    const char* what;
    Octets message;
    Progress progress;
    HostKind kind = HostKind::None;
  };
  Octets backward = message_of(kUsual);
  backward[8 + 8 + 4] = 1;  // the name would end before it starts
  Octets many = message_of({});
  many[5] = 0x7f;
  const Case cases[] = {
      {"no tags", message_of({}), Progress::Done},
      {"no name", message_of({{"PAD", "--"}, {"VER", "Q043"}}), Progress::Done},
      {"an empty name", message_of({{"SNI", ""}}), Progress::Done, HostKind::Odd},
      {"an address", message_of({{"SNI", "192.0.2.1"}}), Progress::Done, HostKind::Address},
      {"another message", message_of(kUsual, "SHLO"), Progress::NotThis},
      {"tags out of order", message_of({{"PAD", ""}, {"PAD", ""}, {"SNI", "a.example"}}),
       Progress::Malformed},
      {"a value that ends before it starts", backward, Progress::Malformed},
      {"more tags than there may be", many, Progress::Malformed},
  };
  for (const Case& c : cases) {
    const GuardedBytes message(c.message);
    Host host;
    EXPECT_EQ(read_chlo(message, host), c.progress) << c.what;
    EXPECT_EQ(host.kind, c.kind) << c.what;
  }
}

}  // namespace
}  // namespace haetae::wire
