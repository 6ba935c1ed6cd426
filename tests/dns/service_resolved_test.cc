// Names of answers are remembered for the flows that will come (DESIGN, section 7).
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

using Source = policy::Resolved::Source;

struct Scene : House {
  using House::House;
  // What the client was told for the address; empty: nothing.
  std::string name_of_flow(std::string_view to, std::string_view from = "192.0.2.10") {
    policy::Resolved::Known known;
    const bool is_known = resolved.find(resolved.whose(*IpAddress::from_text(from)),
                                        *IpAddress::from_text(to), now.monotonic, known);
    EXPECT_TRUE(!is_known || known.source == Source::Answered);
    return is_known ? known.name.to_text() : "";
  }
};

Octets chain_packet() {
  return Packet("www.site.example", RRType::A)
      .cname("www.site.example", "edge.cdn.example")
      .address("198.51.100.7", 300, "edge.cdn.example")
      .address("198.51.100.8", 300, "edge.cdn.example")
      .address("198.51.100.99", 300, "beside.example")
      .make();
}

TEST(ServiceResolved, EveryAddressOfAnAnswerHasTheNameThatWasAsked) {
  Scene house;
  house.ask_with({.name = "WWW.site.example"}, chain_packet());
  EXPECT_EQ(house.name_of_flow("198.51.100.7"), "www.site.example");
  EXPECT_EQ(house.name_of_flow("198.51.100.8"), "www.site.example");
  EXPECT_EQ(house.name_of_flow("198.51.100.99"), "") << "it stands beside the chain";
  EXPECT_EQ(house.name_of_flow("198.51.100.7", "192.0.2.11"), "") << "another client";
  EXPECT_EQ(house.counters.resolved_told.value(), 2U);
}

TEST(ServiceResolved, ACachedAnswerTellsWhoeverGetsIt) {
  Scene house;
  house.ask_with({.name = "www.site.example"}, chain_packet());
  ASSERT_TRUE(house.ask({.name = "www.site.example", .from = "192.0.2.11"}));
  ASSERT_TRUE(house.ask({.name = "www.site.example", .from = "192.0.2.12"}));
  EXPECT_TRUE(house.upstream_asked.empty());
  EXPECT_EQ(house.name_of_flow("198.51.100.7", "192.0.2.11"), "www.site.example");
  EXPECT_EQ(house.name_of_flow("198.51.100.7", "192.0.2.12"), "www.site.example");
}

TEST(ServiceResolved, IPv6AndServiceHintsCountAsWell) {
  Scene house;
  house.ask_with({.name = "six.example", .type = RRType::Aaaa},
                 Packet("six.example", RRType::Aaaa).address("2001:db8:1::7").make());
  EXPECT_EQ(house.name_of_flow("2001:db8:1::7"), "six.example");
  // Priority 1, the owner itself, ipv4hint (RFC 9460, section 7.3).
  const Octets rdata{0, 1, 0, 0, 4, 0, 4, 198, 51, 100, 20};
  house.ask_with({.name = "hint.example", .type = RRType::Https},
                 Packet("hint.example", RRType::Https).raw(RRType::Https, rdata).make());
  EXPECT_EQ(house.name_of_flow("198.51.100.20"), "hint.example");
}

TEST(ServiceResolved, WhatIsBlockedIsNotTold) {
  Scene house;
  house.ask_with({.name = "pretty.example"}, Packet("pretty.example", RRType::A)
                                                 .cname("pretty.example", "www.bad.example")
                                                 .address("198.51.100.30", 300, "www.bad.example")
                                                 .make());
  EXPECT_EQ(house.counters.answers_blocked.value(), 1U);
  EXPECT_EQ(house.name_of_flow("198.51.100.30"), "");
}

TEST(ServiceResolved, ADeviceIsToldWhateverItsAddress) {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.recognitions.push_back({.who = {0, 0}, .places = {*Cidr::from_text("192.0.2.10/32")}});
  maker.devices.push_back({"tablet", 0});
  Scene house(maker);
  house.ask_with({.name = "www.site.example"}, chain_packet());
  policy::Resolved::Known known;
  EXPECT_TRUE(house.resolved.find(house.resolved.whose("tablet"),
                                  *IpAddress::from_text("198.51.100.7"), house.now.monotonic,
                                  known));
  EXPECT_EQ(house.name_of_flow("198.51.100.7"), "") << "the device is known by its name";
}

}  // namespace
}  // namespace haetae::dns::test
