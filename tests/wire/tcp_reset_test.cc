// The segments that end a connection of which one packet was seen.
#include "wire/tcp_reset.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "support/frame_maker.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;  // NOLINT(google-build-using-namespace): the words of every row

constexpr std::string_view kClient = "192.0.2.1";
constexpr std::string_view kServer = "198.51.100.2";
constexpr std::string_view kClient6 = "2001:db8::1";
constexpr std::string_view kServer6 = "2001:db8::2";
constexpr unsigned kTcp = ip_protocol::kTcp;
constexpr unsigned kSyn = tcp_flag::kSyn;
constexpr unsigned kAck = tcp_flag::kAck;
constexpr unsigned kFin = tcp_flag::kFin;
constexpr unsigned kRst = tcp_flag::kRst;

// What a receiver does to verify a checksum: RFC 1071, section 1, rule 3, with 64 bits and odd
// lengths as it is told there, which lib/wire does otherwise. All ones: it is right.
std::uint16_t sum_of(const Octets& octets) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += static_cast<std::uint64_t>(octets[i]) << (i % 2 == 0 ? 8 : 0);
  }
  while (sum > 0xffff) sum = sum / 0x10000 + sum % 0x10000;
  return static_cast<std::uint16_t>(sum);
}

// The octets that TCP's checksum is over: the pseudo header of RFC 9293, section 3.1, or of RFC
// 8200, section 8.1, and the segment.
Octets summed(Bytes packet) {
  if (packet[0] >> 4 == 4) {
    const Bytes segment = packet.subspan(20);
    return OctetWriter().raw(packet.subspan(12, 8)).u8(0).u8(6).u16(segment.size()).raw(segment);
  }
  const Bytes segment = packet.subspan(40);
  return OctetWriter()
      .raw(packet.subspan(8, 32))
      .u32(static_cast<std::uint32_t>(segment.size()))
      .u32(6)
      .raw(segment);
}

void expect_right_checksums(Bytes packet) {
  EXPECT_EQ(sum_of(summed(packet)), 0xffff) << "TCP";
  if (packet[0] >> 4 == 4) {
    EXPECT_EQ(sum_of(OctetWriter().raw(packet.first(20))), 0xffff) << "IPv4";
  }
}

std::string said(const Packet& packet) {
  return fmt::format("{}:{} > {}:{} flags {:#x} seq {} ack {} with {}", packet.source.to_text(),
                     packet.source_port, packet.destination.to_text(), packet.destination_port,
                     packet.tcp_flags, packet.sequence, packet.acknowledgement,
                     packet.payload.size());
}

// The reset for a packet, in one line; "none".
std::string reset_of(Bytes packet, ResetFor whom) {
  const auto seen = parse_packet(LinkType::Raw, packet);
  EXPECT_TRUE(seen.has_value());
  const auto reset = make_tcp_reset(*seen, whom);
  if (!reset) return "none";
  expect_right_checksums(reset->packet());
  const auto made = parse_packet(LinkType::Raw, reset->packet());
  EXPECT_TRUE(made.has_value());
  return said(*made);
}

Octets packet_of(const TcpFields& fields, std::string_view payload = "") {
  return ipv4(kClient, kServer, kTcp, tcp(40000, 443, octets(payload), fields));
}

TEST(TcpReset, HasTheSequenceNumberThatItsReaderWantsNext) {
  constexpr std::string_view kBack = "198.51.100.2:443 > 192.0.2.1:40000 ";
  constexpr std::string_view kOn = "192.0.2.1:40000 > 198.51.100.2:443 ";
  const struct {
    std::string_view sentence;
    Octets packet;
    ResetFor whom;
    std::string expected;
  } rows[] = {
      {"the sender wants what it acknowledged", packet_of({100, 900}, "hello"), ResetFor::Sender,
       fmt::format("{}flags 0x4 seq 900 ack 0 with 0", kBack)},
      {"the receiver has the octets", packet_of({100, 900}, "hello"), ResetFor::Receiver,
       fmt::format("{}flags 0x14 seq 105 ack 900 with 0", kOn)},
      {"the receiver will not get the octets", packet_of({100, 900}, "hello"),
       ResetFor::ReceiverWithout, fmt::format("{}flags 0x14 seq 100 ack 900 with 0", kOn)},
      {"a client that opens wants its SYN acknowledged", packet_of({100, 0, kSyn}),
       ResetFor::Sender, fmt::format("{}flags 0x14 seq 0 ack 101 with 0", kBack)},
      {"a server that answered wants what follows the SYN", packet_of({100, 0, kSyn}),
       ResetFor::Receiver, fmt::format("{}flags 0x4 seq 101 ack 0 with 0", kOn)},
      {"a SYN may bring octets (RFC 7413)", packet_of({100, 0, kSyn}, "hello"), ResetFor::Sender,
       fmt::format("{}flags 0x14 seq 0 ack 106 with 0", kBack)},
      {"a client that gets SYN and ACK", packet_of({100, 900, kSyn | kAck}), ResetFor::Receiver,
       fmt::format("{}flags 0x14 seq 101 ack 900 with 0", kOn)},
      {"a FIN counts as an octet", packet_of({100, 900, kFin | kAck}, "hello"), ResetFor::Receiver,
       fmt::format("{}flags 0x14 seq 106 ack 900 with 0", kOn)},
      {"numbers go round", packet_of({0xfffffffe, 900}, "hello"), ResetFor::Receiver,
       fmt::format("{}flags 0x14 seq 3 ack 900 with 0", kOn)},
  };
  for (const auto& row : rows)
    EXPECT_EQ(reset_of(row.packet, row.whom), row.expected) << row.sentence;
}

TEST(TcpReset, CountsOctetsThatTheCaptureCutOff) {
  Octets cut = packet_of({100, 900}, "hello");
  cut.pop_back();
  EXPECT_EQ(reset_of(cut, ResetFor::Receiver),
            "192.0.2.1:40000 > 198.51.100.2:443 flags 0x14 seq 105 ack 900 with 0");
}

TEST(TcpReset, IsIpv6WhereThePacketWas) {
  const Octets packet =
      ipv6(kClient6, kServer6, kTcp, tcp(40000, 443, octets("hello"), {100, 900}));
  EXPECT_EQ(reset_of(packet, ResetFor::Sender),
            "2001:db8::2:443 > 2001:db8::1:40000 flags 0x4 seq 900 ack 0 with 0");
  EXPECT_EQ(reset_of(packet, ResetFor::Receiver),
            "2001:db8::1:40000 > 2001:db8::2:443 flags 0x14 seq 105 ack 900 with 0");
}

TEST(TcpReset, ChecksumsAreRightWhateverTheNumbersAre) {
  std::uint32_t number = 0x9e3779b9;
  const auto draw = [&number] { return number = number * 1664525 + 1013904223; };
  for (int i = 0; i < 1000; ++i) {
    const TcpFields fields{draw(), draw()};
    const Octets segment = tcp(draw() >> 16, draw() >> 16, octets("x"), fields);
    const std::string source = IpAddress::v4(draw()).to_text();
    for (const ResetFor whom : {ResetFor::Sender, ResetFor::Receiver}) {
      (void)reset_of(ipv4(source, kServer, kTcp, segment), whom);
      (void)reset_of(ipv6(kClient6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", kTcp, segment),
                     whom);
    }
  }
}

TEST(TcpReset, StandsBehindAnEthernetHeader) {
  const MacAddress mine{{2, 0, 0, 0, 0, 9}};
  const MacAddress client{{2, 0, 0, 0, 0, 1}};
  const Octets packets[] = {packet_of({100, 900}, "hello"),
                            ipv6(kClient6, kServer6, kTcp, tcp(40000, 443, octets("hello")))};
  for (const Octets& packet : packets) {
    auto reset = make_tcp_reset(*parse_packet(LinkType::Raw, packet), ResetFor::Sender);
    ASSERT_TRUE(reset.has_value());
    const auto made = parse_packet(LinkType::Ethernet, reset->frame(mine, client));
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->source_mac, mine);
    EXPECT_EQ(made->destination_mac, client);
    EXPECT_EQ(said(*made), said(*parse_packet(LinkType::Raw, reset->packet())));
  }
}

TEST(TcpReset, KeepsTheTagsThatItIsGiven) {
  Octets frame = vlan(7, kIpv4Type, packet_of({100, 900}, "hello"));
  for (std::size_t tags = 1; tags <= limits::kVlanTagsMax; ++tags) {
    const Octets seen = ethernet(0x8100, frame);
    auto reset = make_tcp_reset(*parse_packet(LinkType::Ethernet, seen), ResetFor::Sender);
    ASSERT_TRUE(reset.has_value());
    const Bytes made = reset->frame(MacAddress{}, MacAddress{}, vlan_tags(seen));
    EXPECT_EQ(as_text(vlan_tags(made)), as_text(vlan_tags(seen)));
    EXPECT_EQ(vlan_tags(made).size(), tags * 4);
    EXPECT_EQ(said(*parse_packet(LinkType::Ethernet, made)),
              said(*parse_packet(LinkType::Raw, reset->packet())));
    frame = vlan(6, 0x8100, frame);
  }
}

TEST(TcpReset, IsNotMadeForWhatNobodyAnswers) {
  Octets mapped = ipv6(kClient6, kServer6, kTcp, tcp(40000, 443, octets("hello")));
  constexpr std::uint8_t kMapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  std::ranges::copy(kMapped, mapped.begin() + 8);
  const struct {
    std::string_view sentence;
    Octets packet;
  } rows[] = {
      {"a reset", packet_of({100, 900, kRst})},
      {"a reset that acknowledges", packet_of({100, 900, kRst | kAck})},
      {"UDP", ipv4(kClient, kServer, ip_protocol::kUdp, udp(40000, 443, octets("hello")))},
      {"the first part of a segment",
       ipv4(kClient, kServer, kTcp, tcp(40000, 443, octets("hell")), {.more_fragments = true})},
      {"a later part of a segment",
       ipv4(kClient, kServer, kTcp, octets("hello"), {.fragment_offset = 24})},
      {"an address that IPv6 packets do not have", mapped},
  };
  for (const auto& row : rows) {
    for (const ResetFor whom : {ResetFor::Sender, ResetFor::Receiver, ResetFor::ReceiverWithout}) {
      EXPECT_EQ(reset_of(row.packet, whom), "none") << row.sentence;
    }
  }
}

}  // namespace
}  // namespace haetae::wire
