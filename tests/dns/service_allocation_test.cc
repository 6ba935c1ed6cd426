// From receive to send nothing is allocated once warm (DESIGN, section 8).
#include <gtest/gtest.h>

#include "dns/edns_options.h"
#include "dns/service_house.h"
#include "support/allocation_count.h"

namespace haetae::dns::test {
namespace {

haetae::test::PolicyMaker full_maker() {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.engine("seek", {"www.seek.example"});
  maker.at(0).safe_search = policy::Strictness::Strict;
  maker.special("localhost", {policy::SpecialAnswer::Loopback, false});
  maker.pattern("adult/en/x", "xxx", 0, 100);
  maker.list("adult-addresses", 0, {"203.0.113.0/24"});
  maker.service_of(0, maker.service("play", {"play.example"})).has_quota = true;
  return maker;
}

TEST(ServiceAllocation, TenThousandWarmQueriesAllocateNothing) {
  House house(full_maker());
  std::vector<Octets> queries;
  const auto warm = [&](const Asked& asked, const Octets& packet) {
    house.ask_with(asked, packet);
    queries.push_back(query_bytes(asked));
  };
  for (int i = 0; i < 50; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example";
    warm({.name = name}, Packet(name, RRType::A).address("198.51.100.1", 80'000).make());
    warm({.name = name, .type = RRType::Aaaa, .dnssec_ok = true},
         Packet(name, RRType::Aaaa, Rcode::NoError).soa(3'600, 3'600).make());
    warm({.name = "x" + name + ".bad.example", .edns = i % 2 == 0}, {});
    warm({.name = "xxx" + name}, {});
  }
  // Answers of which nothing is said, of which something is, and which are blocked.
  for (const std::string_view end : {"edge.cdn.example", "cdn.play.example", "cdn.bad.example"}) {
    for (const std::string_view address : {"192.0.2.80", "203.0.113.7", "192.168.0.1", "0.0.0.0"}) {
      const std::string name = "to-" + std::to_string(queries.size()) + ".example";
      warm({.name = name},
           Packet(name, RRType::A).cname(name, end, 80'000).address(address, 80'000, end).make());
    }
  }
  warm({.name = "localhost"}, {});
  warm({.name = "www.seek.example", .type = RRType::Https}, {});
  warm({.name = "www.seek.example"},
       Packet("strict.seek.example", RRType::A).address("198.51.100.2", 80'000).make());
  warm({.name = "version.bind", .type = RRType::Txt, .klass = 3}, {});
  queries.push_back(Octets(20, 1));

  // Every second one comes through a forwarder that tells MACs, and says one.
  house.settings.trusted_peers = {{*Cidr::from_text("192.0.2.2"), {config::PeerSends::Mac}}};
  house.publish_settings();
  house.service->begin_batch();
  for (std::size_t i = 0, count = queries.size(); i < count; ++i) {
    queries.push_back(query_bytes({.name = "www.seek.example",
                                   .options = option(65001, {2, 0, 0, 0, 0, 1}),
                                   .from = "192.0.2.2"}));
  }
  const Client client = house.client_of({.from = "192.0.2.2"});
  const std::uint64_t asked_before = house.counters.upstream_queries.value();
  const std::uint64_t before = haetae::test::allocation_count();
  for (std::size_t i = 0; i < 10'000; ++i) {
    if (i % 64 == 0) house.service->begin_batch();
    house.pass(milliseconds{1});
    const Effect effect =
        house.service->on_query(queries[i % queries.size()], client, house.now, house.out);
    ASSERT_EQ(effect.kind, Effect::Kind::Reply);
    while (house.events.front() != nullptr) house.events.pop();
  }
  EXPECT_EQ(haetae::test::allocation_count() - before, 0U);
  EXPECT_EQ(house.counters.upstream_queries.value(), asked_before);
}

// An upstream that allocates nothing itself, so that the whole way of a miss can be counted.
TEST(ServiceAllocation, MissesAllocateNothingOnceAsManyHaveWaitedBefore) {
  struct FixedUpstream : Upstream, ReplySink {
    bool resolve(const UpstreamQuestion& question, std::uint64_t token) noexcept override {
      Octets& packet = *packet_;
      // The packet answers whatever was asked: same length of name.
      std::ranges::copy(question.name.wire(), packet.begin() + wire::kHeaderBytes);
      service->on_answer(token, {.packet = packet}, now);
      return true;
    }
    void send(const Client&, Bytes) noexcept override { ++replies; }
    Service* service = nullptr;
    Now now;
    Octets* packet_ = nullptr;
    std::size_t replies = 0;
  };
  House house;
  FixedUpstream fixed;
  Octets packet = Packet("n0000.example", RRType::A).address("198.51.100.1").make();
  Snapshot<policy::Policy> policy(house.make_policy());
  Snapshot<policy::Standing> standing(std::make_shared<policy::Standing>());
  Snapshot<Settings> settings(std::make_shared<Settings>(house.settings));
  Service service({policy, standing, settings, fixed, fixed, house.events, house.counters});
  fixed.service = &service;
  fixed.now = house.now;
  fixed.packet_ = &packet;
  std::vector<Octets> queries;
  for (int i = 0; i < 4'000; ++i) {
    std::string number = std::to_string(i);
    number.insert(0, 4 - number.size(), '0');
    queries.push_back(query_bytes({.name = "n" + number + ".example"}));
  }
  const Client client = house.client_of({});
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (i == 10) before = haetae::test::allocation_count();
    service.on_query(queries[i], client, house.now, house.out);
    while (house.events.front() != nullptr) house.events.pop();
  }
  EXPECT_EQ(haetae::test::allocation_count() - before, 0U);
  EXPECT_EQ(fixed.replies, queries.size());
}

}  // namespace
}  // namespace haetae::dns::test
