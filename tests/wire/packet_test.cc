// Frames to packets: link layers, IP, tunnels, TCP and UDP.
#include "wire/packet.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/frame_maker.h"
#include "support/guarded_bytes.h"
#include "wire/packet_limits.h"

namespace haetae::wire {
namespace {

using namespace haetae::test;  // NOLINT(google-build-using-namespace): the words of every row

constexpr std::string_view kA = "192.0.2.1";
constexpr std::string_view kB = "198.51.100.2";
constexpr std::string_view kA6 = "2001:db8::1";
constexpr std::string_view kB6 = "2001:db8::2";
constexpr unsigned kTcp = ip_protocol::kTcp;
constexpr unsigned kUdp = ip_protocol::kUdp;

const Octets kHello = octets("hello");
const Octets kTcp4 = ipv4(kA, kB, kTcp, tcp(40000, 443, kHello));
const Octets kUdp4 = ipv4(kA, kB, kUdp, udp(40000, 443, kHello));
const Octets kTcp6 = ipv6(kA6, kB6, kTcp, tcp(40000, 443, kHello));
const Octets kUdp6 = ipv6(kA6, kB6, kUdp, udp(40000, 443, kHello));
constexpr std::string_view kSaysTcp4 = "192.0.2.1:40000 > 198.51.100.2:443 tcp 'hello'";
constexpr std::string_view kSaysUdp4 = "192.0.2.1:40000 > 198.51.100.2:443 udp 'hello'";
constexpr std::string_view kSaysTcp6 = "2001:db8::1:40000 > 2001:db8::2:443 tcp 'hello'";
constexpr std::string_view kSaysUdp6 = "2001:db8::1:40000 > 2001:db8::2:443 udp 'hello'";

std::string_view word_of(std::uint8_t protocol) {
  if (protocol == kTcp) return "tcp";
  return protocol == kUdp ? "udp" : "";
}

// What a packet says, in one line.
std::string said(const Packet& packet) {
  std::string text = fmt::format("{}:{} > {}:{} ", packet.source.to_text(), packet.source_port,
                                 packet.destination.to_text(), packet.destination_port);
  const std::string_view word = word_of(packet.protocol);
  text += word.empty() ? fmt::format("protocol {}", packet.protocol) : word;
  text += fmt::format(" '{}'", as_text(packet.payload));
  if (packet.missing_bytes > 0) text += fmt::format(" and {} missing", packet.missing_bytes);
  if (packet.fragment) {
    text += fmt::format(", part {} at {}{}", packet.fragment->id, packet.fragment->offset,
                        packet.fragment->more ? " of more" : "");
  }
  return text;
}

std::string said(const std::expected<Packet, PacketError>& packet) {
  return packet ? said(*packet) : std::string(describe(packet.error()));
}

std::string said(PacketError error) {
  return std::string(describe(error));
}

struct Case {
  const char* what;
  LinkType link;
  Octets frame;
  std::string says;

  Case(const char* is, LinkType of, Octets octets, std::string_view text)
      : what(is), link(of), frame(std::move(octets)), says(text) {}
  Case(const char* is, LinkType of, Octets octets, PacketError error)
      : what(is), link(of), frame(std::move(octets)), says(said(error)) {}
};

void expect_says(std::span<const Case> cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(said(parse_packet(c.link, GuardedBytes(c.frame))), c.says) << c.what;
  }
}

Octets cooked(unsigned hardware, unsigned mac_bytes, unsigned type, const Octets& rest) {
  const Octets mac{2, 0, 0, 0, 0, 1, 0, 0};
  return OctetWriter().u16(4).u16(hardware).u16(mac_bytes).raw(mac).u16(type).raw(rest);
}

Octets cooked2(unsigned hardware, unsigned mac_bytes, unsigned type, const Octets& rest) {
  const Octets mac{2, 0, 0, 0, 0, 1, 0, 0};
  return OctetWriter().u16(type).u16(0).u32(3).u16(hardware).u8(4).u8(mac_bytes).raw(mac).raw(rest);
}

Octets pppoe(unsigned version, unsigned code, std::size_t length, const Octets& rest) {
  return OctetWriter().u8(version).u8(code).u16(1).u16(length).raw(rest);
}

Octets ppp(unsigned protocol, const Octets& rest) {
  return OctetWriter().u16(protocol).raw(rest);
}

Octets snap(std::uint32_t organisation, unsigned type, const Octets& rest) {
  return OctetWriter().u16(0xaaaa).u8(3).u8(0).u16(organisation).u16(type).raw(rest);
}

Octets padded(const Octets& frame, std::size_t more) {
  return joined(frame, Octets(more, 'P'));
}

Octets cut(const Octets& frame, std::size_t less) {
  return {frame.begin(), frame.end() - static_cast<long>(less)};
}

TEST(Packet, IsReadFromEveryLink) {
  const Octets pppoe4 = pppoe(0x11, 0, kTcp4.size() + 2, padded(ppp(0x0021, kTcp4), 9));
  const Case cases[] = {
      {"Ethernet, IPv4", LinkType::Ethernet, ethernet(kIpv4Type, kTcp4), kSaysTcp4},
      {"Ethernet, IPv6", LinkType::Ethernet, ethernet(kIpv6Type, kUdp6), kSaysUdp6},
      {"a VLAN", LinkType::Ethernet, ethernet(0x8100, vlan(6, kIpv4Type, kTcp4)), kSaysTcp4},
      {"a VLAN within a provider's", LinkType::Ethernet,
       ethernet(0x88a8, vlan(6, 0x8100, vlan(7, kIpv6Type, kTcp6))), kSaysTcp6},
      {"the older way to write that", LinkType::Ethernet,
       ethernet(0x9100, vlan(6, 0x8100, vlan(7, kIpv4Type, kUdp4))), kSaysUdp4},
      {"a PPPoE session, padded", LinkType::Ethernet, ethernet(0x8864, pppoe4), kSaysTcp4},
      {"a PPPoE session in a VLAN", LinkType::Ethernet,
       ethernet(0x8100, vlan(7, 0x8864, pppoe(0x11, 0, kTcp6.size() + 2, ppp(0x0057, kTcp6)))),
       kSaysTcp6},
      {"SNAP, padded", LinkType::Ethernet,
       ethernet(unsigned(8 + kTcp4.size()), padded(snap(0, kIpv4Type, kTcp4), 4)), kSaysTcp4},
      {"PPP without framing", LinkType::Ppp, ppp(0x0021, kUdp4), kSaysUdp4},
      {"PPP with address and control", LinkType::Ppp, joined({0xff, 0x03}, ppp(0x0057, kUdp6)),
       kSaysUdp6},
      {"PPP with a short protocol number", LinkType::Ppp, joined({0x21}, kTcp4), kSaysTcp4},
      {"raw IPv4", LinkType::Raw, kTcp4, kSaysTcp4},
      {"raw IPv6", LinkType::Raw, kTcp6, kSaysTcp6},
      {"IPv4 alone", LinkType::Ipv4, kUdp4, kSaysUdp4},
      {"IPv6 alone", LinkType::Ipv6, kUdp6, kSaysUdp6},
      {"cooked", LinkType::LinuxCooked, cooked(1, 6, kIpv4Type, kTcp4), kSaysTcp4},
      {"cooked, with a VLAN", LinkType::LinuxCooked,
       cooked(1, 6, 0x8100, vlan(3, kIpv4Type, kTcp4)), kSaysTcp4},
      {"cooked, from a device without hardware", LinkType::LinuxCooked,
       cooked(65534, 0, kIpv6Type, kTcp6), kSaysTcp6},
      {"cooked, version 2", LinkType::LinuxCooked2, cooked2(1, 6, kIpv6Type, kUdp6), kSaysUdp6},
      {"loopback of a small machine", LinkType::Null, joined({2, 0, 0, 0}, kTcp4), kSaysTcp4},
      {"loopback of a big-endian machine", LinkType::Null, joined({0, 0, 0, 2}, kTcp4), kSaysTcp4},
      {"loopback, IPv6 of macOS", LinkType::Null, joined({30, 0, 0, 0}, kTcp6), kSaysTcp6},
      {"loopback, IPv6 of FreeBSD", LinkType::Null, joined({0, 0, 0, 28}, kTcp6), kSaysTcp6},
      {"loopback of OpenBSD", LinkType::Loop, joined({0, 0, 0, 24}, kUdp6), kSaysUdp6},
      {"loopback of Linux", LinkType::Loop, joined({0, 0, 0, 10}, kUdp6), kSaysUdp6},
  };
  expect_says(cases);
}

TEST(Packet, IsNoneWhereTheLinkCarriesSomethingElse) {
  const Case cases[] = {
      {"ARP", LinkType::Ethernet, ethernet(0x0806, Octets(28)), PacketError::NotIp},
      {"ARP in a VLAN", LinkType::Ethernet, ethernet(0x8100, vlan(1, 0x0806, Octets(28))),
       PacketError::NotIp},
      {"PPPoE discovery", LinkType::Ethernet, ethernet(0x8863, pppoe(0x11, 9, 0, {})),
       PacketError::NotIp},
      {"the end of a PPPoE session", LinkType::Ethernet, ethernet(0x8864, pppoe(0x11, 0xa7, 0, {})),
       PacketError::NotIp},
      {"PPPoE of another version", LinkType::Ethernet,
       ethernet(0x8864, pppoe(0x21, 0, 2, ppp(0x0021, kTcp4))), PacketError::BadValue},
      {"link control in PPPoE", LinkType::Ethernet,
       ethernet(0x8864, pppoe(0x11, 0, 6, ppp(0xc021, Octets(4)))), PacketError::NotIp},
      {"spanning tree over LLC", LinkType::Ethernet, ethernet(38, Octets(46, 0x42)),
       PacketError::NotIp},
      {"SNAP of another organisation", LinkType::Ethernet,
       ethernet(46, snap(0x0c, 0x2000, Octets(40))), PacketError::NotIp},
      {"SNAP of another protocol", LinkType::Ethernet, ethernet(46, snap(0, 0x0806, Octets(38))),
       PacketError::NotIp},
      {"an LLC frame that is shorter than SNAP", LinkType::Ethernet,
       ethernet(4, padded({0xaa, 0xaa, 3, 0}, 42)), PacketError::Truncated},
      {"raw, of no version of IP", LinkType::Raw, Octets(40, 0x50), PacketError::NotIp},
      {"PPP compression", LinkType::Ppp, ppp(0x00fd, Octets(40)), PacketError::NotIp},
      {"loopback of AppleTalk", LinkType::Null, joined({16, 0, 0, 0}, kTcp4), PacketError::NotIp},
      {"cooked LLC", LinkType::LinuxCooked, cooked(1, 6, 4, Octets(40)), PacketError::NotIp},
      {"cooked netlink", LinkType::LinuxCooked2, cooked2(824, 0, 0, Octets(40)),
       PacketError::NotIp},
      {"a link that is not known", LinkType{105}, kTcp4, PacketError::UnknownLink},
      {"IPv6 where Ethernet says IPv4", LinkType::Ethernet, ethernet(kIpv4Type, kTcp6),
       PacketError::BadValue},
      {"IPv4 where Ethernet says IPv6", LinkType::Ethernet, ethernet(kIpv6Type, padded(kTcp4, 20)),
       PacketError::BadValue},
  };
  expect_says(cases);
}

TEST(Packet, SaysWhoseHardwareSentIt) {
  const auto mac = [](const char* text) { return *MacAddress::from_text(text); };
  const auto frame = parse_packet(LinkType::Ethernet, ethernet(0x8100, vlan(6, kIpv4Type, kTcp4)));
  ASSERT_TRUE(frame.has_value());
  EXPECT_TRUE(frame->has_macs);
  EXPECT_EQ(frame->source_mac, mac("02:00:00:00:00:01"));
  EXPECT_EQ(frame->destination_mac, mac("02:00:00:00:00:02"));
  for (const auto& [link, octets] : {
           std::pair(LinkType::LinuxCooked, cooked(1, 6, kIpv4Type, kTcp4)),
           std::pair(LinkType::LinuxCooked2, cooked2(1, 6, kIpv4Type, kTcp4)),
       }) {
    const auto packet = parse_packet(link, octets);
    ASSERT_TRUE(packet.has_value());
    EXPECT_TRUE(packet->has_macs);
    EXPECT_EQ(packet->source_mac, mac("02:00:00:00:00:01"));
    EXPECT_EQ(packet->destination_mac, MacAddress{});
  }
  for (const auto& [what, link, octets] : {
           std::tuple("the loopback device has no hardware", LinkType::LinuxCooked,
                      cooked(772, 6, kIpv4Type, kTcp4)),
           std::tuple("an address of another size", LinkType::LinuxCooked2,
                      cooked2(1, 8, kIpv4Type, kTcp4)),
           std::tuple("a link without hardware", LinkType::Raw, kTcp4),
       }) {
    const auto packet = parse_packet(link, octets);
    ASSERT_TRUE(packet.has_value()) << what;
    EXPECT_FALSE(packet->has_macs) << what;
  }
}

TEST(Packet, LooksThroughNoMoreTagsThanTheLimit) {
  Octets frame = vlan(1, kIpv4Type, kTcp4);
  for (std::size_t tags = 1; tags < limits::kVlanTagsMax; ++tags) frame = vlan(1, 0x8100, frame);
  EXPECT_EQ(said(parse_packet(LinkType::Ethernet, ethernet(0x8100, frame))), kSaysTcp4);
  frame = vlan(1, 0x8100, frame);
  EXPECT_EQ(said(parse_packet(LinkType::Ethernet, ethernet(0x8100, frame))),
            said(PacketError::TooDeep));
}

TEST(Packet, EndsWhereItsIpHeaderSays) {
  const Case cases[] = {
      {"Ethernet pads to sixty octets", LinkType::Ethernet, padded(ethernet(kIpv4Type, kTcp4), 6),
       kSaysTcp4},
      {"the same with IPv6", LinkType::Ethernet, padded(ethernet(kIpv6Type, kTcp6), 6), kSaysTcp6},
      {"an acknowledgement is all padding", LinkType::Ethernet,
       padded(ethernet(kIpv4Type, ipv4(kA, kB, kTcp, tcp(40000, 443, {}))), 6),
       "192.0.2.1:40000 > 198.51.100.2:443 tcp ''"},
      {"length 0: a network card was to cut it up", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello), {.total_bytes = 0}), kSaysTcp4},
      {"the same with IPv6", LinkType::Raw, ipv6(kA6, kB6, kTcp, tcp(40000, 443, kHello), 0),
       kSaysTcp6},
      {"nothing behind the header", LinkType::Raw, ipv4(kA, kB, 59, {}),
       "192.0.2.1:0 > 198.51.100.2:0 protocol 59 ''"},
      {"IPv4 options", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello), {.options = Octets(40, 1)}), kSaysTcp4},
      {"shorter than its own header", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello), {.total_bytes = 19}), PacketError::BadValue},
      {"shorter than its options", LinkType::Raw,
       ipv4(kA, kB, kTcp, {}, {.options = Octets(8, 1), .total_bytes = 24}), PacketError::BadValue},
      {"a header of less than twenty octets", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello), {.header_words = 4}), PacketError::BadValue},
      {"version 5", LinkType::Ipv4, ipv4(kA, kB, kTcp, tcp(40000, 443, kHello), {.version = 5}),
       PacketError::BadValue},
      {"another protocol keeps its header", LinkType::Raw, ipv4(kA, kB, 1, octets("ping")),
       "192.0.2.1:0 > 198.51.100.2:0 protocol 1 'ping'"},
  };
  expect_says(cases);
}

TEST(Packet, CountsWhatTheCaptureDidNotKeep) {
  const Octets options(12, 1);
  const Octets with_options = ipv4(kA, kB, kTcp, tcp(40000, 443, kHello, {.options = options}));
  const Case cases[] = {
      {"the last two octets", LinkType::Raw, cut(kTcp4, 2),
       "192.0.2.1:40000 > 198.51.100.2:443 tcp 'hel' and 2 missing"},
      {"all of them", LinkType::Raw, cut(kUdp6, 5),
       "2001:db8::1:40000 > 2001:db8::2:443 udp '' and 5 missing"},
      {"a part of TCP's options: the ports are still told", LinkType::Raw, cut(with_options, 9),
       "192.0.2.1:40000 > 198.51.100.2:443 tcp '' and 5 missing"},
      {"a part of TCP's header", LinkType::Raw, cut(kTcp4, 6), PacketError::Truncated},
      {"a part of UDP's header", LinkType::Raw, cut(kUdp4, 6), PacketError::Truncated},
      {"a part of IP's", LinkType::Raw, Octets(kTcp4.begin(), kTcp4.begin() + 19),
       PacketError::Truncated},
      {"a part of a fragment", LinkType::Raw,
       cut(ipv4(kA, kB, kUdp, Octets(16, 'x'), {.fragment_offset = 8}), 10),
       "192.0.2.1:0 > 198.51.100.2:0 udp 'xxxxxx' and 10 missing, part 7 at 8"},
      {"a part of a tunnel's packet", LinkType::Raw, cut(ipv4(kA, kB, 41, kTcp6), 3),
       "2001:db8::1:40000 > 2001:db8::2:443 tcp 'he' and 3 missing"},
      {"a part of an extension header", LinkType::Raw,
       cut(ipv6(kA6, kB6, 60, extension(kTcp, 24, tcp(40000, 443, kHello))), 30),
       PacketError::Truncated},
  };
  expect_says(cases);
}

TEST(Packet, WhoseTransportCannotBeIsRefused) {
  const Case cases[] = {
      {"a TCP header of four words", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello, {.data_offset_words = 4})),
       PacketError::BadValue},
      {"TCP options beyond the packet's end", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, kHello, {.data_offset_words = 7})),
       PacketError::BadValue},
      {"TCP options up to its end", LinkType::Raw,
       ipv4(kA, kB, kTcp, tcp(40000, 443, octets("12345678"), {.data_offset_words = 7})),
       "192.0.2.1:40000 > 198.51.100.2:443 tcp ''"},
      {"less than a TCP header", LinkType::Raw, ipv4(kA, kB, kTcp, Octets(19)),
       PacketError::BadValue},
      {"less than a UDP header", LinkType::Raw, ipv4(kA, kB, kUdp, Octets(7)),
       PacketError::BadValue},
      {"a UDP length below its header's", LinkType::Raw,
       ipv4(kA, kB, kUdp, udp(40000, 443, kHello, 7)), PacketError::BadValue},
      {"a UDP length beyond the packet's end", LinkType::Raw,
       ipv4(kA, kB, kUdp, udp(40000, 443, kHello, 14)), PacketError::BadValue},
      {"a UDP length before it: the rest is not the datagram's", LinkType::Raw,
       ipv4(kA, kB, kUdp, udp(40000, 443, kHello, 12)),
       "192.0.2.1:40000 > 198.51.100.2:443 udp 'hell'"},
      {"a UDP length of 0 goes to the end", LinkType::Raw,
       ipv6(kA6, kB6, kUdp, udp(40000, 443, kHello, 0)), kSaysUdp6},
  };
  expect_says(cases);
}

TEST(Packet, TellsTheNumbersOfATcpSegment) {
  const auto packet = parse_packet(
      LinkType::Raw, ipv4(kA, kB, kTcp,
                          tcp(40000, 443, kHello,
                              {.sequence = 0xfffffff0, .acknowledgement = 77, .flags = 0x12})));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->sequence, 0xfffffff0);
  EXPECT_EQ(packet->acknowledgement, 77);
  EXPECT_EQ(packet->tcp_flags, tcp_flag::kSyn | tcp_flag::kAck);
}

TEST(Packet, StepsOverExtensionHeaders) {
  const Octets transport = tcp(40000, 443, kHello);
  const auto in_v6 = [](unsigned next, const Octets& rest) { return ipv6(kA6, kB6, next, rest); };
  // AH counts its length in units of four octets, two less than there are.
  const Octets authenticated = OctetWriter().u8(kTcp).u8(4).raw(Octets(22)).raw(transport);
  const Case cases[] = {
      {"hop by hop", LinkType::Raw, in_v6(0, extension(kTcp, 8, transport)), kSaysTcp6},
      {"all in the order of the RFC", LinkType::Raw,
       in_v6(0,
             extension(60, 8, extension(43, 16, extension(60, 24, extension(kTcp, 8, transport))))),
       kSaysTcp6},
      {"the longest", LinkType::Raw, in_v6(60, extension(kTcp, 2048, transport)), kSaysTcp6},
      {"authentication", LinkType::Raw, in_v6(51, authenticated), kSaysTcp6},
      {"authentication over IPv4", LinkType::Raw, ipv4(kA, kB, 51, authenticated), kSaysTcp4},
      {"nothing follows", LinkType::Raw, in_v6(0, extension(59, 8, {})),
       "2001:db8::1:0 > 2001:db8::2:0 protocol 59 ''"},
      {"beyond the packet's end", LinkType::Raw, in_v6(0, Octets{kTcp, 9, 0, 0, 0, 0, 0, 0}),
       PacketError::BadValue},
      {"IPv4 has none of them", LinkType::Raw, ipv4(kA, kB, 60, octets("12345678")),
       "192.0.2.1:0 > 198.51.100.2:0 protocol 60 '12345678'"},
  };
  expect_says(cases);
}

TEST(Packet, LooksThroughNoMoreExtensionHeadersThanTheLimit) {
  Octets rest = tcp(40000, 443, kHello);
  unsigned next = kTcp;
  for (std::size_t count = 0; count < limits::kExtensionHeadersMax; ++count) {
    rest = extension(next, 8, rest);
    next = 60;
  }
  EXPECT_EQ(said(parse_packet(LinkType::Raw, ipv6(kA6, kB6, 60, rest))), kSaysTcp6);
  rest = extension(60, 8, rest);
  EXPECT_EQ(said(parse_packet(LinkType::Raw, ipv6(kA6, kB6, 60, rest))),
            said(PacketError::TooDeep));
}

TEST(Packet, IsAPartWhereIpSaysSo) {
  const Octets start = udp(40000, 443, kHello);
  const auto in_v6 = [](unsigned next, const Octets& rest) { return ipv6(kA6, kB6, next, rest); };
  const Case cases[] = {
      {"the first part: it has ports, but they wait for the whole", LinkType::Raw,
       ipv4(kA, kB, 1, octets("12345678"), {.id = 9, .more_fragments = true}),
       "192.0.2.1:0 > 198.51.100.2:0 protocol 1 '12345678', part 9 at 0 of more"},
      {"one between", LinkType::Raw,
       ipv4(kA, kB, kUdp, octets("12345678"), {.fragment_offset = 65528, .more_fragments = true}),
       "192.0.2.1:0 > 198.51.100.2:0 udp '12345678', part 7 at 65528 of more"},
      {"the last one", LinkType::Raw, ipv4(kA, kB, kUdp, octets("1"), {.fragment_offset = 1480}),
       "192.0.2.1:0 > 198.51.100.2:0 udp '1', part 7 at 1480"},
      {"IPv6", LinkType::Raw, in_v6(44, fragment_header(kUdp, 8, true, 0xabcdef01, kHello)),
       "2001:db8::1:0 > 2001:db8::2:0 udp 'hello', part 2882400001 at 8 of more"},
      {"IPv6, behind another header", LinkType::Raw,
       in_v6(0, extension(44, 8, fragment_header(60, 0, true, 1, octets("12345678")))),
       "2001:db8::1:0 > 2001:db8::2:0 protocol 60 '12345678', part 1 at 0 of more"},
      {"IPv6, a part that is the whole", LinkType::Raw,
       in_v6(44, fragment_header(kUdp, 0, false, 1, start)), kSaysUdp6},
      {"a part inside a tunnel", LinkType::Raw,
       in_v6(4, ipv4(kA, kB, kUdp, octets("12345678"), {.more_fragments = true})),
       "192.0.2.1:0 > 198.51.100.2:0 udp '12345678', part 7 at 0 of more"},
      {"a part of a tunnel's packet", LinkType::Raw,
       ipv4(kA, kB, 41, octets("12345678"), {.more_fragments = true}),
       "192.0.2.1:0 > 198.51.100.2:0 protocol 41 '12345678', part 7 at 0 of more"},
      {"half a fragment header", LinkType::Raw, in_v6(44, octets("1234")), PacketError::BadValue},
  };
  expect_says(cases);
}

// What a packet of some protocol says once its parts were put together.
std::string said_together(const Octets& part, const Octets& whole) {
  auto packet = parse_packet(LinkType::Raw, part);
  if (!packet) return said(packet);
  const GuardedBytes guarded(whole);
  const auto read = parse_transport(guarded, *packet);
  return read ? said(*packet) : said(read.error());
}

TEST(Packet, IsReadOnOnceItsPartsAreTogether) {
  const auto part4 = [](unsigned protocol) {
    return ipv4(kA, kB, protocol, octets("12345678"), {.more_fragments = true});
  };
  const auto part6 = [](unsigned next) {
    return ipv6(kA6, kB6, 44, fragment_header(next, 0, true, 1, octets("12345678")));
  };
  const Octets transport = tcp(40000, 443, kHello);
  EXPECT_EQ(said_together(part4(kTcp), transport), kSaysTcp4);
  EXPECT_EQ(said_together(part4(kUdp), udp(40000, 443, kHello)), kSaysUdp4);
  EXPECT_EQ(said_together(part6(kTcp), transport), kSaysTcp6);
  EXPECT_EQ(said_together(part6(60), extension(kTcp, 16, transport)), kSaysTcp6);
  EXPECT_EQ(said_together(part4(41), kTcp6), kSaysTcp6) << "a tunnel's packet";
  EXPECT_EQ(said_together(part4(1), octets("ping")),
            "192.0.2.1:0 > 198.51.100.2:0 protocol 1 'ping'");
  EXPECT_EQ(said_together(part4(kTcp), Octets(19)), said(PacketError::BadValue));
  EXPECT_EQ(said_together(part6(60), {}), said(PacketError::BadValue));
  EXPECT_EQ(said_together(part6(44), fragment_header(kTcp, 0, true, 2, octets("12345678"))),
            "2001:db8::1:0 > 2001:db8::2:0 tcp '12345678', part 2 at 0 of more");
}

TEST(Packet, IsReadThroughATunnel) {
  const auto gre = [](unsigned flags, unsigned type, const Octets& rest) {
    return Octets(OctetWriter().u16(flags).u16(type).raw(rest));
  };
  const Octets options(12, 0xee);
  const Case cases[] = {
      {"IPv6 in IPv4", LinkType::Raw, ipv4(kA, kB, 41, kTcp6), kSaysTcp6},
      {"IPv4 in IPv6", LinkType::Raw, ipv6(kA6, kB6, 4, kUdp4), kSaysUdp4},
      {"IPv4 in IPv6 behind the options of RFC 2473", LinkType::Raw,
       ipv6(kA6, kB6, 60, extension(4, 8, kUdp4)), kSaysUdp4},
      {"IPv4 in IPv4", LinkType::Raw, ipv4("203.0.113.1", "203.0.113.2", 4, kTcp4), kSaysTcp4},
      {"GRE", LinkType::Raw, ipv4(kA, kB, 47, gre(0, kIpv6Type, kTcp6)), kSaysTcp6},
      {"GRE with checksum, key and sequence", LinkType::Raw,
       ipv4("203.0.113.1", kB, 47, gre(0xb000, kIpv4Type, joined(options, kTcp4))), kSaysTcp4},
      {"GRE with a key", LinkType::Raw,
       ipv6(kA6, kB6, 47, gre(0x2000, kIpv4Type, joined(Octets(4), kUdp4))), kSaysUdp4},
      {"Ethernet in GRE", LinkType::Raw,
       ipv4("203.0.113.1", kB, 47, gre(0, 0x6558, ethernet(0x8100, vlan(3, kIpv4Type, kTcp4)))),
       kSaysTcp4},
      {"ARP in GRE stays with the tunnel", LinkType::Raw,
       ipv4(kA, kB, 47, gre(0, 0x0806, octets("arp"))),
       fmt::format("192.0.2.1:0 > 198.51.100.2:0 protocol 47 '{}'", std::string_view("\0\0\x08\x06"
                                                                                     "arp",
                                                                                     7))},
      {"half a GRE header", LinkType::Raw, ipv4(kA, kB, 47, Octets{0, 0, 8}),
       PacketError::BadValue},
      {"a key that is not there", LinkType::Raw, ipv4(kA, kB, 47, gre(0x2000, kIpv4Type, {1, 2})),
       PacketError::BadValue},
      {"a packet that is longer than its tunnel's", LinkType::Raw,
       ipv4(kA, kB, 41, ipv6(kA6, kB6, kTcp, tcp(40000, 443, kHello), 26)), PacketError::BadValue},
      {"another version than the tunnel says", LinkType::Raw, ipv4(kA, kB, 41, padded(kTcp4, 20)),
       PacketError::BadValue},
      {"nothing in it", LinkType::Raw, ipv4(kA, kB, 41, {}), PacketError::BadValue},
  };
  expect_says(cases);
}

TEST(Packet, OfPptpStaysGre) {
  const Octets pptp = OctetWriter().u16(0x3001).u16(0x880b).raw(Octets(12, 'p'));
  const auto packet = parse_packet(LinkType::Raw, ipv4(kA, kB, 47, pptp));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->protocol, ip_protocol::kGre);
  EXPECT_EQ(packet->payload.size(), pptp.size());
}

TEST(Packet, IsReadThroughOneTunnelOnly) {
  const auto packet =
      parse_packet(LinkType::Raw, ipv4("203.0.113.1", "203.0.113.2", 4, ipv4(kA, kB, 41, kTcp6)));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->source.to_text(), kA);
  EXPECT_EQ(packet->protocol, ip_protocol::kIpv6);
  EXPECT_EQ(packet->payload.size(), kTcp6.size());
}

TEST(Packet, KeepsTheMacsOfTheOutermostFrame) {
  Octets inner = ethernet(kIpv4Type, kTcp4);
  for (std::size_t i = 0; i < 12; ++i) inner[i] = 0xee;
  const Octets gre = OctetWriter().u16(0).u16(0x6558).raw(inner);
  const auto packet =
      parse_packet(LinkType::Ethernet, ethernet(kIpv4Type, ipv4("203.0.113.1", kB, 47, gre)));
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->source.to_text(), kA);
  EXPECT_EQ(packet->source_mac.to_text(), "02:00:00:00:00:01");
}

TEST(Packet, LeavesNothingOfTheOneBefore) {
  const Octets full = ethernet(kIpv4Type, ipv4(kA, kB, kTcp, tcp(40000, 443, kHello)));
  const Octets part = ipv4(kA, kB, kUdp, octets("12345678"), {.fragment_offset = 8});
  const std::pair<LinkType, Octets> frames[] = {
      {LinkType::Raw, ipv4(kA, kB, 1, octets("ping"))},
      {LinkType::Raw, part},
      {LinkType::Raw, kUdp6},
      {LinkType::LinuxCooked, cooked(1, 6, kIpv4Type, kUdp4)},
  };
  Packet packet;
  for (const auto& [link, frame] : frames) {
    for (const auto& [link_before, before] :
         {std::pair(LinkType::Ethernet, full), std::pair(LinkType::Raw, part)}) {
      ASSERT_TRUE(parse_packet(link_before, before, packet).has_value());
      ASSERT_TRUE(parse_packet(link, frame, packet).has_value());
      const auto fresh = parse_packet(link, frame);
      EXPECT_EQ(said(packet), said(*fresh));
      EXPECT_EQ(packet.has_macs, fresh->has_macs);
      EXPECT_EQ(packet.interface, 0U);
      EXPECT_EQ(packet.source_mac, fresh->source_mac);
      EXPECT_EQ(packet.destination_mac, fresh->destination_mac);
      EXPECT_EQ(packet.sequence, fresh->sequence);
      EXPECT_EQ(packet.acknowledgement, fresh->acknowledgement);
      EXPECT_EQ(packet.tcp_flags, fresh->tcp_flags);
      EXPECT_EQ(packet.segment.size(), fresh->segment.size());
      EXPECT_EQ(packet.is_tunnelled, fresh->is_tunnelled);
    }
  }
}

TEST(Packet, SaysThatItCameInsideOfAnother) {
  EXPECT_TRUE(parse_packet(LinkType::Raw, ipv4(kA, kB, 41, kTcp6))->is_tunnelled);
  EXPECT_FALSE(parse_packet(LinkType::Raw, kTcp6)->is_tunnelled);
}

TEST(Packet, ShowsWhatItsChecksumCovers) {
  const Octets segment = tcp(40000, 443, kHello, {.options = Octets(4, 1)});
  const Octets frame = ipv4(kA, kB, kTcp, segment);
  const Bytes covered = parse_packet(LinkType::Raw, frame)->segment;
  EXPECT_EQ(Octets(covered.begin(), covered.end()), segment);
}

// However short the capture, nothing is read beyond it; what is told never changes, but for what is
// missing.
TEST(Packet, IsReadFromEveryPrefixOfAFrame) {
  const Octets gre =
      OctetWriter()
          .u16(0xb000)
          .u16(0x6558)
          .raw(Octets(12))
          .raw(ethernet(0x8100, vlan(3, kIpv6Type,
                                     ipv6(kA6, kB6, 0, extension(kTcp, 16, tcp(1, 2, kHello))))));
  const std::pair<LinkType, Octets> frames[] = {
      {LinkType::Ethernet,
       ethernet(0x88a8, vlan(6, 0x8100, vlan(7, kIpv4Type, ipv4(kA, kB, 47, gre))))},
      {LinkType::Ethernet, ethernet(0x8864, pppoe(0x11, 0, kTcp6.size() + 2, ppp(0x0057, kTcp6)))},
      {LinkType::Ethernet, ethernet(unsigned(8 + kUdp4.size()), snap(0, kIpv4Type, kUdp4))},
      {LinkType::Ppp, joined({0xff, 0x03}, ppp(0x0057, kUdp6))},
      {LinkType::Null, joined({2, 0, 0, 0}, kTcp4)},
      {LinkType::LinuxCooked, cooked(1, 6, kIpv4Type, ipv4(kA, kB, 41, kUdp6))},
      {LinkType::LinuxCooked2, cooked2(1, 6, kIpv6Type, ipv6(kA6, kB6, 4, kTcp4))},
  };
  for (const auto& [link, frame] : frames) {
    ASSERT_TRUE(parse_packet(link, frame).has_value());
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const GuardedBytes prefix(Bytes(frame).first(size));
      const auto packet = parse_packet(link, prefix);
      if (!packet) {
        EXPECT_EQ(packet.error(), PacketError::Truncated) << size;
        continue;
      }
      EXPECT_EQ(packet->payload.size() + packet->missing_bytes, kHello.size()) << size;
    }
  }
}

TEST(Packet, VlanTagsAreThoseBehindTheAddresses) {
  const struct {
    std::string_view sentence;
    Octets frame;
    Octets tags;
  } rows[] = {
      {"none", ethernet(kIpv4Type, kTcp4), {}},
      {"one", ethernet(0x8100, vlan(6, kIpv4Type, kTcp4)), {0x81, 0x00, 0, 6}},
      {"two",
       ethernet(0x88a8, vlan(6, 0x8100, vlan(7, kIpv6Type, kTcp6))),
       {0x88, 0xa8, 0, 6, 0x81, 0x00, 0, 7}},
      {"none of a frame that ends in its tag",
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0},
       {}},
      {"none of a frame that ends behind its tag",
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0, 0, 6},
       {}},
      {"none of nothing", {}, {}},
  };
  for (const auto& row : rows) {
    const GuardedBytes frame(row.frame);
    EXPECT_EQ(as_text(vlan_tags(frame)), as_text(row.tags)) << row.sentence;
  }
}

}  // namespace
}  // namespace haetae::wire
