// What an Inspector costs, and what happens where it has no room.
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "inspect/inspector_house.h"
#include "support/allocation_count.h"

namespace haetae::inspect::test {
namespace {

std::string client_at(std::size_t i) {
  return "192.168." + std::to_string(i / 250 % 250) + "." + std::to_string(1 + i % 250);
}

TEST(InspectorLimits, WarmPacketsAllocateNothing) {
  haetae::test::PolicyMaker family = House::default_maker();
  family.pattern("search/porn", "porn", 0, 100, list::PatternText::Search);
  family.pattern("url/porn", "porn", 0, 100, list::PatternText::Url);
  family.search_engine("engine.example");
  House house(family);
  const Octets hello = tls("www.good.example");
  const Octets search = get("www.engine.example", "/search?q=free+p%6frn");
  const Octets page = get("www.good.example", "/a/long/way?to=go");
  const Octets nameless = octets("SSH-2.0-OpenSSH_9.2\r\n");
  const Octets head = get("www.good.example");
  const Octets question = dns("www.good.example");
  const Octets answer = dns("www.good.example", "198.51.100.9");
  Octets plaintext = haetae::test::crypto_frame(0, haetae::test::browser_hello("q.example"));
  plaintext.resize(plaintext.size() + 40);  // padding
  const Octets initial = haetae::test::seal_initial({}, plaintext);
  Talk maker(house);
  std::vector<wire::Packet> packets;
  const auto add = [&](std::uint16_t port, std::uint8_t protocol, Bytes payload,
                       std::uint32_t sequence, std::uint8_t flags, std::uint16_t to = 443) {
    wire::Packet made = maker.packet(true, protocol, payload);
    made.source_port = port;
    made.destination_port = to;
    made.sequence = sequence;
    made.tcp_flags = flags;
    packets.push_back(made);
  };
  std::uint16_t port = 20'000;
  for (int i = 0; i < 300; ++i) {
    add(++port, 6, {}, 1, wire::tcp_flag::kSyn);
    add(port, 6, Bytes(hello).subspan(700), 702, wire::tcp_flag::kAck);
    add(port, 6, Bytes(hello).first(700), 2, wire::tcp_flag::kAck);
    add(++port, 6, head, 1, wire::tcp_flag::kAck, 80);
    add(port, 6, head, 1 + static_cast<std::uint32_t>(head.size()), wire::tcp_flag::kAck, 80);
    add(++port, 6, search, 1, wire::tcp_flag::kAck, 80);
    add(++port, 6, page, 1, wire::tcp_flag::kAck, 80);
    add(++port, 6, nameless, 1, wire::tcp_flag::kAck, 22);
    add(++port, 17, question, 0, 0, 53);
    add(port, 17, answer, 0, 0, 53);
    add(++port, 17, initial, 0, 0);
    add(port, 17, initial, 0, 0);
  }
  const auto run = [&] {
    std::uint64_t requests = 0;
    house.inspector->begin_batch();
    for (const wire::Packet& packet : packets) {
      requests += house.inspector->on_packet(packet, house.now).seen.size();
      while (house.events.front() != nullptr) house.events.pop();
    }
    house.pass(std::chrono::hours{1});
    return requests;
  };
  const std::uint64_t first = run();
  EXPECT_EQ(first, 7 * 300U);
  const std::uint64_t before = haetae::test::allocation_count();
  EXPECT_EQ(run(), first);
  EXPECT_EQ(haetae::test::allocation_count() - before, 0U);
}

TEST(InspectorLimits, AMillionHalfOpenHellosAreBounded) {
  Settings settings;
  settings.flows = {.flows = 200'000, .flows_of_source = 20'000};
  House house(House::default_maker(), settings);
  const Octets hello = tls("www.good.example");
  Talk maker(house);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    wire::Packet packet = maker.packet(true, 6, Bytes(hello).first(600));
    packet.source = IpAddress::v4(0x0a000000 + i / 4);
    packet.source_port = static_cast<std::uint16_t>(40'000 + i % 4);
    packet.tcp_flags = wire::tcp_flag::kAck;
    house.inspector->on_packet(packet, house.now);
  }
  EXPECT_LE(house.inspector->flow_count(), 200'000U);
  EXPECT_GT(house.counters.works_given_up.value(), 0U);
  // Whoever comes now is read as ever.
  Talk talk(house);
  talk.open();
  talk.say(Bytes(hello).first(600));
  EXPECT_EQ(talk.say(Bytes(hello).subspan(600)).texts(), Texts{"tls www.good.example allow"});
}

// Of this program, resident.
std::size_t memory_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident_pages = 0;
  in >> pages >> resident_pages;
  return resident_pages * 4096;
}

TEST(InspectorLimits, AMillionFlowsOfWhichEachWaitsForItsHelloTakeLessThan200MB) {
  const Octets hello = tls("www.good.example");
  const std::size_t before = memory_bytes();
  House house;
  Talk maker(house);
  for (std::uint32_t i = 0; i < limits::kFlowsMax; ++i) {
    wire::Packet packet = maker.packet(true, 6, Bytes(hello).first(1'400));
    packet.source = IpAddress::v4(0x0a000000 + i / 4);
    packet.source_port = static_cast<std::uint16_t>(40'000 + i % 4);
    packet.tcp_flags = wire::tcp_flag::kAck;
    house.inspector->on_packet(packet, house.now);
  }
  EXPECT_EQ(house.inspector->flow_count(), limits::kFlowsMax);
  EXPECT_LT(memory_bytes() - before, 200'000'000U);
}

TEST(InspectorLimits, ADeviceHasItsShareOfRooms) {
  House house;
  const Octets hello = tls("www.good.example");
  for (std::uint16_t i = 0; i < limits::kHelloRoomsOfSourceMax; ++i) {
    Talk talk(house, {.client_port = static_cast<std::uint16_t>(20'000 + i)});
    ASSERT_TRUE(talk.say(Bytes(hello).first(600)).told.empty());
  }
  Talk one_more(house, {.client_port = 50'000});
  EXPECT_EQ(one_more.say(Bytes(hello).first(600)).texts(), Texts{"tls 198.51.100.7 block no_room"});
  Talk other(house, {.client = "192.168.1.11"});
  EXPECT_TRUE(other.say(Bytes(hello).first(600)).told.empty()) << "others are not concerned";
}

TEST(InspectorLimits, AFlowThatWasGivenUpIsJudgedByTheProfile) {
  House house;
  const Octets hello = tls("www.good.example");
  Talk first(house, {.client = client_at(0)});
  first.say(Bytes(hello).first(600));
  for (std::size_t i = 1; i <= 2 * limits::kHelloRoomsMax; ++i) {
    Talk talk(house, {.client = client_at(i)});
    talk.say(Bytes(hello).first(600));
  }
  ASSERT_GE(house.counters.works_given_up.value(), limits::kHelloRoomsMax);
  EXPECT_EQ(first.say(Bytes(hello).subspan(600, 100)).texts(),
            Texts{"tcp 198.51.100.7 block no_room"});
}

TEST(InspectorLimits, ASynFloodCostsNoWork) {
  Settings settings;
  settings.flows = {.flows = 100'000, .flows_of_source = 10'000};
  House house(House::default_maker(), settings);
  Talk good(house);
  good.open();
  Talk maker(house);
  for (std::uint32_t i = 0; i < 500'000; ++i) {
    wire::Packet packet = maker.packet(true, 6, {});
    packet.source = IpAddress::v4(0x0b000000 + i);
    packet.tcp_flags = wire::tcp_flag::kSyn;
    house.inspector->on_packet(packet, house.now);
  }
  EXPECT_EQ(house.inspector->flow_count(), 100'000U);
  EXPECT_EQ(house.counters.requests.value(), 0U);
  EXPECT_EQ(good.say(tls("www.bad.example")).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorLimits, LostEventsAreCounted) {
  House house;
  Talk talk(house, {.server = "192.0.2.53", .server_port = 53});
  for (int i = 0; i < 1030; ++i) talk.datagram(dns("www.good.example"));
  EXPECT_EQ(house.counters.events_lost.value(), 6U);
  EXPECT_EQ(house.take_events(), 1024U);
}

}  // namespace
}  // namespace haetae::inspect::test
