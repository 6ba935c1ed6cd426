// Who asks, under which policy.
#include <gtest/gtest.h>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

constexpr policy::DeviceId kTablet = 0;
const MacAddress kTabletMac = *MacAddress::from_text("02:00:00:00:00:01");

// A tablet of a little child, known by its MAC and its address; all others are adults.
haetae::test::PolicyMaker family() {
  auto maker = House::default_maker();
  const auto adult = maker.profile("adult");
  maker.at(adult).log = policy::LogLevel::All;
  maker.default_profile = adult;
  maker.devices = {{"Minji's tablet", 0}};
  policy::Recognition tablet{.who = {.device = kTablet, .profile = 0}, .mac = kTabletMac};
  tablet.places = {*Cidr::from_text("192.168.1.20")};
  maker.recognitions = {tablet};
  return maker;
}

wire::Packet hello_from(House& house, std::string_view client, const MacAddress& mac,
                        const Octets& hello) {
  Talk talk(house, {.client = std::string(client)});
  wire::Packet packet = talk.packet(true, 6, hello);
  packet.tcp_flags = wire::tcp_flag::kAck;
  packet.has_macs = true;
  packet.source_mac = mac;
  return packet;
}

TEST(InspectorWho, ADeviceIsKnownByItsMacWhereFramesShowIt) {
  Settings settings;
  settings.macs_are_devices = true;
  House house(family(), settings);
  const Octets hello = tls("www.bad.example");
  const Outcome tablet = house.send(hello_from(house, "192.168.1.10", kTabletMac, hello));
  EXPECT_TRUE(tablet.is_blocked());
  EXPECT_EQ(tablet.told.at(0).seen.who.known_by, policy::KnownBy::Mac);
  const MacAddress other = *MacAddress::from_text("02:00:00:00:00:02");
  EXPECT_FALSE(house.send(hello_from(house, "192.168.1.11", other, hello)).is_blocked());
  EXPECT_FALSE(house.send(hello_from(house, "192.168.1.20", other, hello)).is_blocked())
      << "whoever sits on the tablet's address with another MAC is somebody else";
}

TEST(InspectorWho, BehindARouterMacsTellNothing) {
  House house(family());
  const Octets hello = tls("www.bad.example");
  EXPECT_FALSE(house.send(hello_from(house, "192.168.1.10", kTabletMac, hello)).is_blocked());
  const Outcome tablet = house.send(hello_from(house, "192.168.1.20", {}, hello));
  EXPECT_TRUE(tablet.is_blocked());
  EXPECT_EQ(tablet.told.at(0).seen.who.known_by, policy::KnownBy::Address);
}

TEST(InspectorWho, AllMayBeJudgedAsOne) {
  Settings settings;
  settings.everybody = policy::Identity{.device = policy::kUnknownDevice, .profile = 0};
  House house(family(), settings);
  Talk talk(house);
  talk.open();
  EXPECT_TRUE(talk.say(tls("www.bad.example")).is_blocked());
}

TEST(InspectorWho, WhatADeviceWasToldHoldsForItsOtherAddressesToo) {
  Settings settings;
  settings.macs_are_devices = true;
  House house(family(), settings);
  Talk asked(house, {.client = "192.168.1.20", .server = "192.0.2.53", .server_port = 53});
  const Octets answer = dns("www.good.example", "198.51.100.7");
  wire::Packet packet = asked.packet(false, 17, answer);
  packet.has_macs = true;
  packet.destination_mac = kTabletMac;
  house.send(packet);
  haetae::test::HelloMaker nameless;
  const Octets hello = haetae::test::in_records(nameless.message(), 16'000);
  const Outcome outcome = house.send(hello_from(house, "192.168.1.77", kTabletMac, hello));
  EXPECT_EQ(outcome.texts(), Texts{"tls www.good.example allow"});
}

TEST(InspectorWho, ANewPolicyIsTakenUpWithTheNextBatch) {
  House house;
  house.maker.list("more", 0, {"||good.example^"});
  Talk before(house);
  before.open();
  EXPECT_FALSE(before.say(tls("www.good.example")).is_blocked());
  house.publish_policy();
  Talk after(house, {.client_port = 40'001});
  after.open();
  EXPECT_TRUE(after.say(tls("www.good.example")).is_blocked());
}

TEST(InspectorWho, ModeWatchBlocksNothing) {
  auto maker = House::default_maker();
  maker.at(0).mode = policy::Mode::Watch;
  House house(maker);
  Talk listed(house);
  listed.open();
  const Outcome outcome = listed.say(tls("www.bad.example"));
  EXPECT_FALSE(outcome.is_blocked());
  EXPECT_TRUE(outcome.told.at(0).seen.verdict.watched);
  Talk conflict(house, {.client_port = 40'001});
  conflict.open();
  conflict.segment(10, octets("abc"));
  EXPECT_FALSE(conflict.segment(10, octets("xyz")).is_blocked());
  EXPECT_EQ(house.counters.watched.value(), 2U);
}

TEST(InspectorWho, InlineNobodyMakesUsForgetHowAFlowBegan) {
  Settings settings;
  settings.sees_all = true;
  House house(House::default_maker(), settings);
  const Octets hello = tls("www.bad.example");
  Talk talk(house);
  talk.open();
  talk.say(Bytes(hello).first(100));
  Talk fake(house);
  fake.first = 700'000;
  fake.syn();
  EXPECT_EQ(talk.say(Bytes(hello).subspan(100)).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorUnresolved, OnlyWhatDnsNamedIsWithinReach) {
  House house(
      House::default_maker(),
      {.sees_all = true,
       .refuses_unresolved = true,
       .unresolved_except = PrefixMap<bool>({{*Cidr::from_text("198.51.100.64/26"), true}})});
  Talk never_named(house);
  EXPECT_EQ(never_named.syn().texts(), Texts{"tcp 198.51.100.7 block unresolved"});
  const Outcome again = never_named.syn();
  EXPECT_TRUE(again.is_blocked());
  EXPECT_TRUE(again.told.empty()) << "sent again is no second request";
  never_named.first = 7000;
  EXPECT_TRUE(never_named.syn().is_blocked()) << "nor does another connection reach it";

  Talk datagrams(house, {.server_port = 3478});
  EXPECT_EQ(datagrams.datagram(octets("hello")).texts(),
            Texts{"udp 198.51.100.7 block unresolved"});
  EXPECT_TRUE(datagrams.datagram(octets("hello")).is_blocked());

  Talk excepted(house, {.server = "198.51.100.65"});
  EXPECT_EQ(excepted.syn().effect, Effect::Kind::Wait);
  Talk at_home(house, {.server = "192.168.1.20"});
  EXPECT_EQ(at_home.syn().effect, Effect::Kind::Wait);

  Talk resolver(house, {.server = "192.168.1.1", .client_port = 40'002, .server_port = 53});
  resolver.datagram(dns("www.good.example"));
  resolver.answer(dns("www.good.example", "198.51.100.7"));
  Talk named(house, {.client_port = 40'003});
  EXPECT_EQ(named.syn().effect, Effect::Kind::Wait);
  named.syn_ack();
  EXPECT_EQ(named.say(tls("www.good.example")).effect, Effect::Kind::Accept);
}

}  // namespace
}  // namespace haetae::inspect::test
