#include "inspect/tunnels.h"

#include <gtest/gtest.h>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

using haetae::test::filler;
using haetae::test::HelloMaker;
using haetae::test::in_records;
using haetae::test::protocols;
using haetae::test::server_name;
using policy::Technique;

Octets wireguard() {
  Octets datagram(148, 0xaa);
  datagram[0] = 1;
  datagram[1] = datagram[2] = datagram[3] = 0;
  return datagram;
}
// A hard reset with so many octets of a digest, none: without tls-auth.
Octets openvpn(std::size_t digest) {
  Octets packet{7 << 3, 1, 2, 3, 4, 5, 6, 7, 8};
  if (digest > 0) {
    packet.resize(packet.size() + digest, 0xdd);
    append(packet, Octets{0, 0, 0, 1, 0x60, 0, 0, 0});
  }
  append(packet, Octets{0, 0, 0, 0, 0});
  return packet;
}

TEST(Tunnels, AreKnownByTheirFirstOctets) {
  EXPECT_EQ(technique_of_datagram(wireguard()), Technique::WireGuard);
  for (const std::size_t digest : {0, 20, 32, 64}) {
    EXPECT_EQ(technique_of_datagram(openvpn(digest)), Technique::OpenVpn) << digest;
    EXPECT_EQ(technique_of_stream(in_stream(openvpn(digest))), Technique::OpenVpn) << digest;
  }
}

TEST(Tunnels, WhatOnlyLooksLikeOneIsNone) {
  Octets datagram = wireguard();
  datagram.pop_back();
  EXPECT_EQ(technique_of_datagram(datagram), Technique::None);
  datagram = wireguard();
  datagram[2] = 1;
  EXPECT_EQ(technique_of_datagram(datagram), Technique::None);
  datagram = openvpn(20);
  datagram[32] = 2;
  EXPECT_EQ(technique_of_datagram(datagram), Technique::None);
  for (std::size_t size = 0; size < 200; ++size) {
    EXPECT_EQ(technique_of_datagram(Octets(size, 7 << 3)), Technique::None) << size;
    EXPECT_EQ(technique_of_stream(Octets(size, 0)), Technique::None) << size;
  }
}

struct HelloCase {
  const char* what;
  std::vector<haetae::test::HelloExtension> extensions;
  std::uint16_t port;
  Technique technique;
};
const HelloCase kHellos[] = {
    {"a site", {server_name("www.site.example")}, 443, Technique::None},
    {"DNS over TLS by its port", {server_name("dns.example")}, 853, Technique::DnsOverTls},
    {"DNS over TLS by what it speaks", {protocols({"dot"})}, 443, Technique::DnsOverTls},
    {"DNS over QUIC", {protocols({"doq"})}, 443, Technique::DnsOverQuic},
    {"Private Relay", {server_name("mask.icloud.com")}, 443, Technique::PrivateRelay},
    {"an encrypted hello behind the name of many",
     {server_name("cloudflare-ech.com"), filler(0xfe0d, 200)},
     443,
     Technique::Ech},
    {"GREASE passes", {server_name("www.site.example"), filler(0xfe0d, 200)}, 443, Technique::None},
    {"that name alone is a site", {server_name("cloudflare-ech.com")}, 443, Technique::None},
    {"a relay of Tor", {server_name("www.q5vqzpjhhc2fhnjj.com")}, 9001, Technique::Tor},
    {"such a name at a site's port", {server_name("www.facebooks.com")}, 443, Technique::None},
};

TEST(Tunnels, AreKnownByTheirHellos) {
  for (const HelloCase& one : kHellos) {
    HelloMaker maker;
    maker.extensions = one.extensions;
    wire::TlsHello hello;
    ASSERT_EQ(wire::read_client_hello(maker.message(), hello), wire::Progress::Done) << one.what;
    EXPECT_EQ(technique_of(hello, one.port), one.technique) << one.what;
  }
}

TEST(Tunnels, AreBlockedWhereWaysRoundTheFilterAreAndNamedInTheEvent) {
  for (const bool block_bypass : {true, false}) {
    auto maker = House::default_maker();
    maker.at(0).block_bypass = block_bypass;
    maker.at(0).undecidable_blocked = false;
    House house(maker);
    Talk vpn(house, {.server_port = 51'820});
    const Outcome outcome = vpn.datagram(wireguard());
    EXPECT_EQ(outcome.is_blocked(), block_bypass);
    ASSERT_EQ(outcome.told.size(), 1U);
    EXPECT_EQ(outcome.told[0].seen.technique, Technique::WireGuard);
    ASSERT_NE(house.events.front(), nullptr);
    EXPECT_EQ(house.events.front()->technique, Technique::WireGuard);
    EXPECT_EQ(house.events.front()->verdict.reason,
              block_bypass ? policy::Reason::Bypass : policy::Reason::NoRuleMatched);

    Talk dot(house, {.server_port = 853});
    dot.open();
    EXPECT_EQ(dot.say(tls("dns.example")).is_blocked(), block_bypass);
  }
}

TEST(Tunnels, AGuardiansWordOpensThem) {
  auto maker = House::default_maker();
  maker.at(0).block_bypass = true;
  maker.mark(policy::MarkKind::GuardianAllow, "dns.example", 0);
  House house(maker);
  Talk dot(house, {.server_port = 853});
  dot.open();
  EXPECT_FALSE(dot.say(tls("dns.example")).is_blocked());
}

}  // namespace
}  // namespace haetae::inspect::test
