#include "inspect/held_packets.h"

#include <gtest/gtest.h>

#include <vector>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

using Side = HeldPackets::Side;
using Kept = HeldPackets::Kept;

constexpr Monotonic kStart{std::chrono::hours{1000}};

FlowSide flow(std::uint32_t client, std::uint16_t port, bool from_client = true,
              std::uint8_t protocol = 6) {
  wire::Packet packet;
  packet.source = IpAddress::v4(0x0a000000 + client);
  packet.destination = address("198.51.100.7");
  packet.source_port = port;
  packet.destination_port = 443;
  packet.protocol = protocol;
  if (!from_client) {
    std::swap(packet.source, packet.destination);
    std::swap(packet.source_port, packet.destination_port);
  }
  return side_of(packet);
}

Side side(const FlowSide& of) {
  return of.source_is_low ? Side::Low : Side::High;
}

std::vector<std::uint32_t> taken(HeldPackets& held, const FlowSide& of, Side which) {
  std::vector<std::uint32_t> ids;
  for (HeldPacket one; held.take(of.key, which, one);) ids.push_back(one.id);
  return ids;
}

TEST(HeldPackets, GivesAFlowsPacketsInTheirOrderAndNoOthers) {
  HeldPackets held({1, 2});
  const FlowSide mine = flow(1, 40'000);
  EXPECT_EQ(held.keep(mine, {.id = 1, .bytes = 100, .sequence = 10}, kStart), Kept::Yes);
  EXPECT_EQ(held.keep(flow(1, 40'001), {.id = 2, .bytes = 100, .sequence = 10}, kStart), Kept::Yes);
  EXPECT_EQ(held.keep(mine, {.id = 3, .bytes = 100, .sequence = 70}, kStart), Kept::Yes);
  EXPECT_EQ(held.keep(flow(1, 40'000, false), {.id = 4, .bytes = 50}, kStart), Kept::Yes);
  EXPECT_EQ(held.size(), 4U);
  EXPECT_EQ(held.bytes(), 350U);
  EXPECT_EQ(taken(held, mine, side(mine)), (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(taken(held, mine, Side::Both), (std::vector<std::uint32_t>{4}));
  EXPECT_EQ(taken(held, flow(1, 40'001), Side::Both), (std::vector<std::uint32_t>{2}));
  EXPECT_TRUE(held.is_empty());
  EXPECT_EQ(held.bytes(), 0U);
}

TEST(HeldPackets, KeepsASegmentOnceHoweverOftenItIsSent) {
  HeldPackets held({1, 2});
  const FlowSide mine = flow(1, 40'000);
  EXPECT_EQ(held.keep(mine, {.id = 1, .bytes = 100, .sequence = 10}, kStart), Kept::Yes);
  EXPECT_EQ(held.keep(mine, {.id = 2, .bytes = 100, .sequence = 10}, kStart), Kept::SentAgain);
  EXPECT_EQ(held.keep(mine, {.id = 3, .bytes = 90, .sequence = 10}, kStart), Kept::Yes)
      << "it says less";
  const FlowSide datagrams = flow(1, 40'000, true, 17);
  EXPECT_EQ(held.keep(datagrams, {.id = 4, .bytes = 100}, kStart), Kept::Yes);
  EXPECT_EQ(held.keep(datagrams, {.id = 5, .bytes = 100}, kStart), Kept::Yes)
      << "datagrams of one size may say other things";
}

TEST(HeldPackets, LetsGoWhoseTimeIsUp) {
  HeldPackets held({1, 2});
  held.keep(flow(1, 1), {.id = 1}, kStart);
  held.keep(flow(1, 2), {.id = 2}, kStart + milliseconds{10});
  HeldPacket out;
  EXPECT_FALSE(held.take_overdue(kStart + limits::kHeldTime - milliseconds{1}, out));
  ASSERT_TRUE(held.take_overdue(kStart + limits::kHeldTime, out));
  EXPECT_EQ(out.id, 1U);
  EXPECT_FALSE(held.take_overdue(kStart + limits::kHeldTime, out));
  EXPECT_EQ(held.size(), 1U);
}

TEST(HeldPackets, LetNobodyHaveMoreThanItsShare) {
  HeldPackets held({1, 2});
  std::uint32_t id = 0;
  for (std::uint32_t i = 0; i < limits::kHeldPacketsOfSourceMax; ++i) {
    ASSERT_EQ(held.keep(flow(1, static_cast<std::uint16_t>(i)), {.id = ++id}, kStart), Kept::Yes);
  }
  EXPECT_EQ(held.keep(flow(1, 50'000), {.id = ++id}, kStart), Kept::NoRoom);
  EXPECT_EQ(held.keep(flow(2, 50'000), {.id = ++id}, kStart), Kept::Yes) << "of another";
  taken(held, flow(1, 0), Side::Both);
  EXPECT_EQ(held.keep(flow(1, 50'000), {.id = ++id}, kStart), Kept::Yes) << "one has gone";
}

TEST(HeldPackets, NeverPassTheirLimits) {
  HeldPackets many({1, 2});
  for (std::uint32_t i = 0; i < limits::kHeldPacketsMax; ++i) {
    ASSERT_EQ(many.keep(flow(i, 1), {.id = i}, kStart), Kept::Yes);
  }
  EXPECT_EQ(many.keep(flow(60'000, 1), {}, kStart), Kept::NoRoom);
  HeldPacket out;
  while (many.take_overdue(Monotonic::max(), out)) {
  }
  EXPECT_TRUE(many.is_empty());
  for (std::uint32_t i = 0; i < limits::kHeldPacketsMax; ++i) {
    ASSERT_EQ(many.keep(flow(i, 2), {.id = i}, kStart), Kept::Yes) << "all places are free again";
  }

  HeldPackets large({1, 2});
  constexpr std::uint32_t kBytes = 64 * 1024;
  std::size_t kept = 0;
  while (large.keep(flow(static_cast<std::uint32_t>(kept), 1), {.bytes = kBytes}, kStart) ==
         Kept::Yes) {
    ++kept;
  }
  EXPECT_EQ(kept, limits::kHeldBytesMax / kBytes);
}

}  // namespace
}  // namespace haetae::inspect::test
