#include "inspect/flow_table.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace haetae::inspect {
namespace {

struct Table : FlowTable::Leaving {
  explicit Table(const FlowCaps& caps = {.flows = 1000, .flows_of_source = 100})
      : flows(caps, {1, 2}, counters, *this) {
    flows.advance(now);
  }
  void on_leaving(Flow& flow) noexcept override { left.push_back(flow.memo); }

  static FlowSide side(std::uint32_t client, std::uint16_t port, bool from_client = true) {
    wire::Packet packet;
    packet.source = IpAddress::v4(client);
    packet.destination = IpAddress::v4(0xc6336401);
    packet.source_port = port;
    packet.destination_port = 443;
    packet.protocol = 6;
    if (!from_client) {
      std::swap(packet.source, packet.destination);
      std::swap(packet.source_port, packet.destination_port);
    }
    return side_of(packet);
  }
  Flow* find(std::uint32_t client, std::uint16_t port, bool from_client = true) {
    const FlowSide s = side(client, port, from_client);
    return flows.find(s.key, flows.hash(s.key));
  }
  Flow& add(std::uint32_t client, std::uint16_t port, Life life = Life::Opening) {
    const FlowSide s = side(client, port);
    Flow& flow = flows.add(s, flows.hash(s.key));
    flows.set_life(flow, life);
    return flow;
  }
  void pass(int seconds_passed) {
    now += seconds{seconds_passed};
    for (int i = 0; i < 100; ++i) flows.advance(now);  // as many packets as clear all
  }

  Monotonic now{std::chrono::hours{1}};
  FlowCounters counters;
  FlowTable flows;
  std::vector<std::uint32_t> left;
};

TEST(FlowTable, BothDirectionsAreOneFlow) {
  Table table;
  Flow& flow = table.add(0xc0000201, 40'000);
  EXPECT_EQ(table.find(0xc0000201, 40'000), &flow);
  EXPECT_EQ(table.find(0xc0000201, 40'000, false), &flow);
  EXPECT_EQ(table.find(0xc0000201, 40'001), nullptr);
  EXPECT_NE(Table::side(0xc0000201, 40'000).source_is_low,
            Table::side(0xc0000201, 40'000, false).source_is_low);
  table.flows.remove(flow);
  EXPECT_EQ(table.find(0xc0000201, 40'000), nullptr);
}

TEST(FlowTable, RemembersEachLifeForItsTime) {
  const std::pair<Life, int> kLives[] = {
      {Life::Opening, limits::kFlowOpeningSeconds},
      {Life::Open, limits::kFlowOpenSeconds},
      {Life::Closing, limits::kFlowClosingSeconds},
      {Life::Closed, limits::kFlowClosedSeconds},
  };
  for (const auto& [life, time] : kLives) {
    Table table;
    table.add(1, 1, life);
    table.pass(time - 1);
    EXPECT_EQ(table.flows.size(), 1U);
    table.pass(1);
    EXPECT_EQ(table.flows.size(), 0U) << static_cast<int>(life);
    EXPECT_EQ(table.counters.flows_expired.value(), 1U);
  }
}

TEST(FlowTable, APacketMakesAFlowStay) {
  Table table;
  table.add(1, 1, Life::Open);
  for (int i = 0; i < 10; ++i) {
    table.pass(limits::kFlowOpenSeconds - 1);
    Flow* const flow = table.find(1, 1);
    ASSERT_NE(flow, nullptr);
    table.flows.touch(*flow);
  }
  table.pass(limits::kFlowOpenSeconds);
  EXPECT_EQ(table.find(1, 1), nullptr);
}

TEST(FlowTable, AFlowWhoseTimeIsUpIsNotFoundThoughNobodyClearedIt) {
  Table table;
  table.add(1, 1).memo = 5;
  table.now += std::chrono::hours{5};
  const FlowSide side = Table::side(1, 1);
  table.flows.advance(table.now);
  EXPECT_EQ(table.flows.find(side.key, table.flows.hash(side.key)), nullptr);
  EXPECT_EQ(table.left, std::vector<std::uint32_t>{5});
}

TEST(FlowTable, ClearsALongSilenceALittleAtATime) {
  Table table({.flows = 5000, .flows_of_source = 5000});
  for (std::uint16_t i = 0; i < 5000; ++i) table.add(1, i, Life::Open);
  table.now += std::chrono::hours{10};
  table.flows.advance(table.now);
  EXPECT_EQ(table.flows.size(), 5000U - limits::kFlowsClearedPerPacket);
  for (int i = 0; i < 200; ++i) table.flows.advance(table.now);
  EXPECT_EQ(table.flows.size(), 0U);
}

TEST(FlowTable, AClockThatJumpsBackDoesNoHarm) {
  Table table;
  table.add(1, 1, Life::Open);
  const std::uint32_t before = table.flows.clock_s();
  table.pass(-3);  // packets of two cores
  EXPECT_EQ(table.flows.clock_s(), before);
  EXPECT_EQ(table.counters.clock_jumps.value(), 0U);
  table.pass(-100'000);
  EXPECT_EQ(table.flows.clock_s(), before);
  EXPECT_EQ(table.counters.clock_jumps.value(), 1U);
  EXPECT_NE(table.find(1, 1), nullptr);
  table.pass(limits::kFlowOpenSeconds);
  EXPECT_EQ(table.find(1, 1), nullptr) << "time goes on from where the clock stands now";
}

TEST(FlowTable, SecondsThatSwayDoNotMakeTimeRun) {
  Table table;
  const std::uint32_t before = table.flows.clock_s();
  for (int i = 0; i < 1000; ++i) table.pass(i % 2 == 0 ? 1 : -1);
  EXPECT_LE(table.flows.clock_s(), before + 1);
}

TEST(FlowTable, ASourceWithItsShareGivesUpItsOwn) {
  Table table({.flows = 1000, .flows_of_source = 10});
  table.add(7, 1, Life::Open);
  for (std::uint16_t i = 0; i < 500; ++i) table.add(9, i);
  EXPECT_EQ(table.flows.size(), 11U);
  EXPECT_NE(table.find(7, 1), nullptr);
  EXPECT_NE(table.find(9, 499), nullptr);
  EXPECT_EQ(table.counters.flows_evicted_source.value(), 490U);
}

TEST(FlowTable, AScanCostsTheScannerItsAttemptsBeforeItsOpenFlows) {
  Table table({.flows = 1000, .flows_of_source = 20});
  for (std::uint16_t i = 0; i < 5; ++i) table.add(9, i, Life::Open);
  for (std::uint16_t i = 100; i < 1000; ++i) table.add(9, i);
  for (std::uint16_t i = 0; i < 5; ++i) EXPECT_NE(table.find(9, i), nullptr) << i;
}

TEST(FlowTable, AFloodOfUnansweredFlowsPushesOutOnlyItsLike) {
  Table table({.flows = 200, .flows_of_source = 100});
  for (std::uint16_t i = 0; i < 50; ++i) table.add(1, i, Life::Open);
  for (std::uint32_t i = 0; i < 5000; ++i) table.add(1000 + i, 80);
  EXPECT_EQ(table.flows.size(), 200U);
  for (std::uint16_t i = 0; i < 50; ++i) EXPECT_NE(table.find(1, i), nullptr) << i;
  EXPECT_EQ(table.counters.flows_evicted_opening.value(), 4850U);
}

TEST(FlowTable, AFullTableTakesFromWhoeverHasTheMost) {
  Table table({.flows = 200, .flows_of_source = 190});
  for (std::uint16_t i = 0; i < 10; ++i) table.add(1, i, Life::Open);
  for (std::uint16_t i = 0; i < 190; ++i) table.add(2, i, Life::Open);
  for (std::uint16_t i = 0; i < 40; ++i) table.add(100U + i, 1, Life::Open);
  for (std::uint16_t i = 0; i < 10; ++i) EXPECT_NE(table.find(1, i), nullptr) << i;
  EXPECT_EQ(table.counters.flows_evicted_full.value(), 40U);
  EXPECT_EQ(table.flows.size(), 200U);
}

TEST(FlowTable, AgreesWithAMapWhateverComesAndGoes) {
  Table table({.flows = 3000, .flows_of_source = 3000});
  std::map<std::pair<std::uint32_t, std::uint16_t>, std::uint32_t> slow;
  std::mt19937 random(3);
  for (std::uint32_t i = 1; i < 200'000; ++i) {
    const auto client = static_cast<std::uint32_t>(random() % 64);
    const auto port = static_cast<std::uint16_t>(random() % 40);
    Flow* const found = table.find(client, port);
    const auto known = slow.find({client, port});
    ASSERT_EQ(found != nullptr, known != slow.end());
    if (found == nullptr) {
      table.add(client, port, random() % 2 == 0 ? Life::Open : Life::Opening).memo = i;
      slow[{client, port}] = i;
    } else {
      ASSERT_EQ(found->memo, known->second);
      if (random() % 2 == 0) {
        table.flows.remove(*found);
        slow.erase(known);
      } else {
        table.flows.set_life(*found, static_cast<Life>(random() % 4));
      }
    }
    ASSERT_EQ(table.flows.size(), slow.size());
  }
}

TEST(FlowTable, NeverGrowsPastItsLimit) {
  Table table({.flows = 300, .flows_of_source = 50});
  std::mt19937 random(5);
  for (int i = 0; i < 50'000; ++i) {
    const auto client = static_cast<std::uint32_t>(random() % 1000);
    const auto port = static_cast<std::uint16_t>(random());
    if (table.find(client, port) == nullptr) {
      table.add(client, port, static_cast<Life>(random() % 4));
    }
    if (i % 100 == 0) table.pass(static_cast<int>(random() % 3));
    ASSERT_LE(table.flows.size(), 300U);
  }
}

// A decided flow costs its row and two slots of the index: 80 octets.
static_assert(sizeof(Flow) + 2 * 8 <= 128);

}  // namespace
}  // namespace haetae::inspect
