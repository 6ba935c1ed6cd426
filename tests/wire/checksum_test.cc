#include "wire/checksum.h"

#include <gtest/gtest.h>

#include "support/frame_maker.h"
#include "wire/tcp_reset.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;  // NOLINT(google-build-using-namespace): the words of every row

std::uint16_t checksum_of(const Octets& octets) {
  Checksum sum;
  sum.add(octets);
  return sum.value();
}

TEST(Checksum, IsThatOfTheRfcsExample) {
  // RFC 1071, section 3: the sum is ddf2.
  EXPECT_EQ(checksum_of({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), 0xffff - 0xddf2);
}

TEST(Checksum, PadsAnOddOctetBehindIt) {
  EXPECT_EQ(checksum_of({0x12, 0x34, 0x56}), checksum_of({0x12, 0x34, 0x56, 0x00}));
  EXPECT_EQ(checksum_of({0x12}), 0xffff - 0x1200);
}

TEST(Checksum, CarriesHoweverOften) {
  EXPECT_EQ(checksum_of(Octets(70'000, 0xff)), 0);
  Checksum pieces;
  for (int i = 0; i < 1000; ++i) pieces.add(Octets{0xff, 0xff, 0x00, 0x01});
  EXPECT_EQ(pieces.value(), 0xffff - 1000);
}

// A reset has right checksums (its own test says so), over IPv4 and IPv6.
Octets packet_between(std::string_view client, std::string_view server) {
  Packet seen;
  seen.source = *IpAddress::from_text(client);
  seen.destination = *IpAddress::from_text(server);
  seen.source_port = 40'000;
  seen.destination_port = 443;
  seen.protocol = ip_protocol::kTcp;
  seen.tcp_flags = tcp_flag::kAck;
  const auto reset = make_tcp_reset(seen, ResetFor::Receiver);
  return {reset->packet().begin(), reset->packet().end()};
}

TEST(RightChecksum, IsToldFromAWrongOneInEveryBit) {
  for (const auto& [client, server] :
       {std::pair{"192.0.2.1", "198.51.100.2"}, std::pair{"2001:db8::1", "2001:db8::2"}}) {
    const Octets good = packet_between(client, server);
    ASSERT_TRUE(has_right_checksum(*parse_packet(LinkType::Raw, good)));
    const std::size_t tcp_at = good.size() - 20;
    for (std::size_t bit = tcp_at * 8; bit < good.size() * 8; ++bit) {
      Octets bad = good;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
      const auto packet = parse_packet(LinkType::Raw, bad);
      EXPECT_FALSE(packet && has_right_checksum(*packet)) << client << " bit " << bit;
    }
  }
}

TEST(RightChecksum, IsNotAskedForWhereThereIsNone) {
  const Octets datagram = ipv4("192.0.2.1", "198.51.100.2", 17, udp(1, 2, octets("hello")));
  EXPECT_TRUE(has_right_checksum(*parse_packet(LinkType::Raw, datagram)))
      << "UDP over IPv4 may leave it out";
  const Octets datagram6 = ipv6("2001:db8::1", "2001:db8::2", 17, udp(1, 2, octets("hello")));
  EXPECT_FALSE(has_right_checksum(*parse_packet(LinkType::Raw, datagram6))) << "over IPv6 not";
  const Octets ping = ipv4("192.0.2.1", "198.51.100.2", 1, octets("ping"));
  EXPECT_TRUE(has_right_checksum(*parse_packet(LinkType::Raw, ping)));
}

TEST(RightChecksum, CannotBeToldOfWhatIsCut) {
  Octets cut = packet_between("192.0.2.1", "198.51.100.2");
  cut[3] = 60;  // the IP header says 60 octets; 20 of them are missing
  EXPECT_TRUE(has_right_checksum(*parse_packet(LinkType::Raw, cut)));
}

}  // namespace
}  // namespace haetae::wire
