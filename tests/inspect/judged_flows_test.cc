#include "inspect/judged_flows.h"

#include <gtest/gtest.h>

#include <map>

#include "inspect/inspector_house.h"
#include "support/allocation_count.h"

namespace haetae::inspect::test {
namespace {

using policy::FlowMark;

constexpr std::string_view kServer = "198.51.100.7";

// A network in which frames tell whose they are.
class PlainNetwork final : public SightingSource {
 public:
  void refresh(const policy::Policy&, bool) override {}
  policy::Sighting look(const IpAddress& client, const Trace& trace) const noexcept override {
    policy::Sighting sighting;
    sighting.address = client;
    if (trace.mac) {
      sighting.mac = *trace.mac;
      sighting.mac_sight = policy::MacSight::Seen;
    }
    return sighting;
  }
};

// A policy and a standing that change, and the flows that were judged by them.
class Memory {
 public:
  explicit Memory(std::size_t rows = 1024) {
    adult = maker.category("adult");
    little = maker.profile("little");
    big = maker.profile("big");
    maker.at(little).blocked.set(adult);
    list = maker.list("adult-one", adult, {"||bad.example^", "203.0.113.0/24"});
    maker.devices = {{"tablet", little}, {"laptop", big}};
    const MacAddress mac = *MacAddress::from_text("02:00:00:00:00:02");
    maker.recognitions = {{.who = {1, big}, .mac = mac}};
    laptop = mac;
    policy_.emplace(made());
    flows.emplace(JudgedFlows::Parts{*policy_, standing_, counters, network, &events},
                  HashKey{3, 4}, rows);
    now.wall = Time{std::chrono::hours{24 * 365 * 56}};
    now.monotonic = Monotonic{std::chrono::hours{1000}};
    flows->begin_batch(now);
  }

  std::shared_ptr<const policy::Policy> made() {
    auto policy = std::make_shared<policy::Policy>(*maker.make());
    policy->generation = ++generation_;
    return policy;
  }

  // A flow that was let through.
  FlowKey judge(std::string_view name, std::uint16_t port,
                const std::optional<MacAddress>& mac = std::nullopt,
                const IpAddress& client = address("192.168.1.10")) {
    Seen seen;
    seen.time = now.wall;
    seen.client = {client, port};
    seen.server = {address(kServer), 443};
    seen.protocol = Protocol::Tls;
    seen.kind = policy::Kind::TlsName;
    seen.has_name = !name.empty();
    if (seen.has_name) seen.name = name_of(name);
    seen.address = seen.server.address;
    seen.who.profile = mac ? big : little;
    seen.verdict.valid_until = valid_until;
    wire::Packet packet;
    packet.source = client;
    packet.source_port = port;
    packet.destination = seen.server.address;
    packet.destination_port = 443;
    packet.protocol = 6;
    const FlowKey key = side_of(packet).key;
    flows->allowed(key, seen, {.mac = mac});
    return key;
  }

  // What comes out otherwise once all were judged again, by the client's port.
  std::map<std::uint16_t, FlowMark> changes() {
    std::map<std::uint16_t, FlowMark> all;
    flows->begin_batch(now);
    while (flows->is_behind()) {
      for (const auto& change : flows->judge_some(now)) {
        all[change.client_is_low ? change.key.low_port : change.key.high_port] = change.mark;
      }
    }
    return all;
  }

  void publish_policy() { policy_->publish(made()); }
  void pause(policy::ProfileId profile, Time until) {
    auto next = std::make_shared<policy::Standing>();
    next->profiles.resize(2);
    next->profiles[profile].paused_since = now.wall;
    next->profiles[profile].paused_until = until;
    standing_.publish(next);
  }

  haetae::test::PolicyMaker maker;
  policy::CategoryId adult{};
  policy::ProfileId little{};
  policy::ProfileId big{};
  policy::ListId list{};
  MacAddress laptop;
  Now now;
  Time valid_until = kNever;
  JudgedCounters counters;
  PlainNetwork network;
  Ring<event::Event> events{16};
  std::optional<JudgedFlows> flows;

 private:
  std::uint64_t generation_ = 0;
  std::optional<Snapshot<policy::Policy>> policy_;
  Snapshot<policy::Standing> standing_{std::make_shared<policy::Standing>()};
};

TEST(JudgedFlows, TellWhatToWriteOnceAFlowIsSettled) {
  Memory memory;
  const FlowKey key = memory.judge("www.good.example", 1000);
  EXPECT_EQ(memory.flows->settle(key), FlowMark::Accepted);
  FlowKey other = key;
  ++other.low_port;
  EXPECT_EQ(memory.flows->settle(other), std::nullopt);
}

TEST(JudgedFlows, AnEditReachesThoseWhomItConcernsAndNoOthers) {
  Memory memory;
  memory.flows->settle(memory.judge("www.soon.example", 1000));
  memory.flows->settle(memory.judge("www.good.example", 1001));
  memory.flows->settle(memory.judge("www.soon.example", 1002, memory.laptop));
  EXPECT_TRUE(memory.changes().empty()) << "nothing has changed";
  EXPECT_EQ(memory.counters.judged_again.value(), 0U);
  memory.maker.edit(memory.list, true, "||soon.example^");
  memory.publish_policy();
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1000, FlowMark::Blocked}}));
  EXPECT_EQ(memory.counters.judged_again.value(), 3U);
  EXPECT_TRUE(memory.changes().empty()) << "it was told";
}

TEST(JudgedFlows, WhatIsAskedAboutAnywayIsWrittenOnOnlyToBlockIt) {
  Memory memory;
  memory.judge("www.soon.example", 1000);
  memory.judge("www.good.example", 1001);
  memory.pause(memory.little, memory.now.wall + minutes{30});
  EXPECT_EQ(memory.changes().size(), 2U);
  memory.judge("www.good.example", 1001);
  memory.now.wall += minutes{31};
  memory.now.monotonic += minutes{31};
  const auto changes = memory.changes();
  EXPECT_EQ(changes.at(1000), FlowMark::Undecided) << "its next request is judged again";
}

TEST(JudgedFlows, APauseStopsAndItsEndOpens) {
  Memory memory;
  memory.flows->settle(memory.judge("www.good.example", 1000));
  memory.flows->settle(memory.judge("www.good.example", 1001, memory.laptop));
  memory.pause(memory.little, memory.now.wall + minutes{30});
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1000, FlowMark::Blocked}}));
  memory.now.wall += minutes{29};
  memory.now.monotonic += minutes{29};
  EXPECT_TRUE(memory.changes().empty());
  memory.now.wall += minutes{1};
  memory.now.monotonic += minutes{1};
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1000, FlowMark::Accepted}}));
}

TEST(JudgedFlows, AClockThatWasSetMakesAllBeJudgedAgain) {
  Memory memory;
  memory.judge("www.good.example", 1000);
  memory.now.wall += std::chrono::hours{5};
  memory.changes();
  EXPECT_EQ(memory.counters.judged_again.value(), 1U);
}

TEST(JudgedFlows, AFlowWithoutANameFollowsTheProfilesRuleForThat) {
  Memory memory;
  memory.flows->settle(memory.judge("", 1000));
  memory.maker.at(memory.little).undecidable_blocked = true;
  memory.publish_policy();
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1000, FlowMark::Blocked}}));
}

TEST(JudgedFlows, TellByAnEventWhatComesToBeBlockedIfTheProfileKeepsIt) {
  Memory memory;
  memory.maker.at(memory.big).log = policy::LogLevel::None;
  memory.flows->settle(memory.judge("www.soon.example", 1000));
  memory.flows->settle(memory.judge("www.good.example", 1001));
  memory.flows->settle(memory.judge("", 1002));
  memory.maker.at(memory.little).undecidable_blocked = true;
  memory.maker.edit(memory.list, true, "||soon.example^");
  memory.publish_policy();
  memory.changes();
  std::map<std::uint16_t, event::Event> told;
  while (const event::Event* const one = memory.events.front()) {
    told[one->peer.port] = *one;
    memory.events.pop();
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.at(1000).name().to_text(), "www.soon.example");
  EXPECT_EQ(told.at(1000).verdict.reason, policy::Reason::Category);
  EXPECT_EQ(told.at(1000).kind, policy::Kind::TlsName);
  EXPECT_EQ(told.at(1000).policy_generation, 2U);
  EXPECT_EQ(told.at(1002).answer_address(), address(kServer));
  EXPECT_EQ(told.at(1002).verdict.reason, policy::Reason::Undecidable);
  memory.flows->settle(memory.judge("www.good.example", 1003, memory.laptop));
  memory.pause(memory.big, memory.now.wall + minutes{30});
  EXPECT_EQ(memory.changes().size(), 1U);
  EXPECT_EQ(memory.events.front(), nullptr) << "a profile that keeps no log";
}

TEST(JudgedFlows, CountTheEventsThatFindNoRoom) {
  Memory memory;
  for (std::uint16_t port = 1; port <= 20; ++port) memory.judge("www.soon.example", port);
  memory.maker.edit(memory.list, true, "||soon.example^");
  memory.publish_policy();
  EXPECT_EQ(memory.changes().size(), 20U);
  EXPECT_EQ(memory.counters.judged_events_lost.value(), 4U);
}

TEST(JudgedFlows, OfAnEarlierRunAreJudgedAtOnceAndWithEachChange) {
  Memory memory;
  const auto take_up = [&memory](std::string_view name, std::uint16_t port, FlowMark written) {
    Seen seen;
    seen.time = memory.now.wall;
    seen.client = {address("192.168.1.10"), port};
    seen.server = {address(kServer), 443};
    seen.has_name = true;
    seen.name = name_of(name);
    wire::Packet packet;
    packet.source = seen.client.address;
    packet.source_port = port;
    packet.destination = seen.server.address;
    packet.destination_port = 443;
    packet.protocol = 6;
    memory.flows->take_up(side_of(packet).key, seen, {}, written);
  };
  take_up("www.good.example", 1000, FlowMark::Accepted);
  take_up("www.bad.example", 1001, FlowMark::Accepted);
  take_up("www.good.example", 1002, FlowMark::Kept);
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1001, FlowMark::Blocked},
                                                                 {1002, FlowMark::Accepted}}));
  EXPECT_TRUE(memory.changes().empty());
  memory.pause(memory.little, memory.now.wall + minutes{30});
  EXPECT_EQ(memory.changes().size(), 2U);
}

TEST(JudgedFlows, ALongNameIsJudgedByTheEndThatFits) {
  Memory memory;
  std::string name = "soon.example";
  while (name.size() + 20 < 250) name = "a-long-long-label." + name;
  memory.flows->settle(memory.judge(name, 1000));
  memory.maker.edit(memory.list, true, "||soon.example^");
  memory.publish_policy();
  EXPECT_EQ(memory.changes().at(1000), FlowMark::Blocked);
}

TEST(JudgedFlows, ManyDoNotPushOutAFew) {
  Memory memory(64);
  memory.flows->settle(memory.judge("www.soon.example", 1000, std::nullopt, address("10.0.0.1")));
  for (std::uint16_t port = 2000; port < 4000; ++port) {
    memory.judge("www.good.example", port, std::nullopt, address("10.0.0.2"));
  }
  EXPECT_GT(memory.counters.flows_forgotten.value(), 1900U);
  memory.maker.edit(memory.list, true, "||soon.example^");
  memory.publish_policy();
  EXPECT_EQ(memory.changes(), (std::map<std::uint16_t, FlowMark>{{1000, FlowMark::Blocked}}));
}

TEST(JudgedFlows, AreJudgedAFewAtATime) {
  Memory memory(65'536);
  for (std::uint16_t port = 1; port < 2000; ++port) memory.judge("www.good.example", port);
  memory.publish_policy();
  memory.flows->begin_batch(memory.now);
  std::size_t turns = 0;
  std::uint64_t before = 0;
  for (; memory.flows->is_behind(); ++turns) {
    memory.flows->judge_some(memory.now);
    const std::uint64_t judged = memory.counters.judged_again.value();
    ASSERT_LE(judged - before, limits::kJudgedAgainPerTurn);
    before = judged;
  }
  EXPECT_EQ(before, 1999U);
  EXPECT_GE(turns, 1999 / limits::kJudgedAgainPerTurn);
}

TEST(JudgedFlows, AllocateNothing) {
  Memory memory;
  memory.judge("www.good.example", 1000);
  memory.publish_policy();
  memory.flows->begin_batch(memory.now);
  const std::uint64_t before = haetae::test::allocation_count();
  for (std::uint16_t port = 1; port < 3000; ++port) {
    memory.flows->settle(memory.judge("www.good.example", port));
  }
  while (memory.flows->is_behind()) memory.flows->judge_some(memory.now);
  EXPECT_EQ(haetae::test::allocation_count(), before);
}

}  // namespace
}  // namespace haetae::inspect::test
