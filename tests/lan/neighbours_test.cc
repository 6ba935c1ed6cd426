#include "lan/neighbours.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace haetae::lan {
namespace {

constexpr HashKey kKey{0x243f6a8885a308d3, 0x13198a2e03707344};
constexpr LinkId kLan = 0;
constexpr LinkId kGuests = 1;
constexpr Time kStart{std::chrono::hours(24 * 365 * 50)};

IpAddress ip(std::string_view text) {
  return *IpAddress::from_text(text);
}
IpAddress numbered(std::uint32_t number) {
  return IpAddress::v4(0xc6120000 + number);  // 198.18.0.0/15, RFC 2544
}
MacAddress mac(std::uint64_t number) {
  return MacAddress::from_number(0x020000000000 + number);
}

Neighbour at(const Neighbours& all, const IpAddress& address, LinkId link = kLan) {
  return all.table().current()->find(link, address);
}

TEST(Neighbours, AreFoundByLinkAndAddress) {
  Neighbours all(kKey);
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  const Neighbour known = at(all, ip("192.0.2.1"));
  EXPECT_TRUE(known.has_mac && known.is_current);
  EXPECT_EQ(known.mac, mac(1));
  EXPECT_FALSE(at(all, ip("192.0.2.1"), kGuests).has_mac) << "another link, another neighbour";
  EXPECT_FALSE(at(all, ip("192.0.2.2")).has_mac);
}

TEST(Neighbours, AreRememberedAfterTheKernelForgotThem) {
  Neighbours all(kKey);
  all.learn(kLan, ip("2001:db8::1"), mac(1), kStart);
  all.lose(kLan, ip("2001:db8::1"), false, kStart + seconds(60));
  const Neighbour known = at(all, ip("2001:db8::1"));
  EXPECT_TRUE(known.has_mac);
  EXPECT_FALSE(known.is_current);
  EXPECT_EQ(known.mac, mac(1));
}

TEST(Neighbours, WhoTakesAnAddressOverIsNotItsOwnerUntilTheOwnerWasLongAway) {
  Neighbours all(kKey);
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  EXPECT_FALSE(at(all, ip("192.0.2.1")).is_taken_over);
  all.learn(kLan, ip("192.0.2.1"), mac(2), kStart + seconds(60));
  EXPECT_TRUE(at(all, ip("192.0.2.1")).is_taken_over);
  EXPECT_EQ(at(all, ip("192.0.2.1")).mac, mac(2));
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart + seconds(120));
  EXPECT_FALSE(at(all, ip("192.0.2.1")).is_taken_over) << "the owner is back";
  all.learn(kLan, ip("192.0.2.1"), mac(2), kStart + seconds(121) + limits::kOwnerKept + seconds(1));
  EXPECT_FALSE(at(all, ip("192.0.2.1")).is_taken_over) << "nobody's any more: the next one's";
  EXPECT_EQ(all.counters().taken_over.value(), 1u);
}

TEST(Neighbours, TellOfTakenAddressesThatTheConfigurationNames) {
  Neighbours all(kKey);
  all.set_named({.address = [](const IpAddress& a) { return a == ip("192.0.2.1"); }});
  for (const char* const address : {"192.0.2.1", "192.0.2.2"}) {
    all.learn(kLan, ip(address), mac(1), kStart);
    all.learn(kLan, ip(address), mac(2), kStart);
  }
  const std::vector<Takeover> told = all.take_takeovers();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].address, ip("192.0.2.1"));
  EXPECT_EQ(told[0].holder, mac(2));
  EXPECT_EQ(told[0].owner, mac(1));
  EXPECT_TRUE(all.take_takeovers().empty());
}

TEST(Neighbours, ThatDidNotAnswerAreNotAskedForAgainForAWhile) {
  Neighbours all(kKey);
  all.lose(kLan, ip("192.0.2.9"), true, kStart);
  EXPECT_TRUE(at(all, ip("192.0.2.9")).has_failed);
  EXPECT_FALSE(at(all, ip("192.0.2.9")).has_mac);
  all.expire_failures(kStart + limits::kFailedNeighbourFor + seconds(1));
  EXPECT_FALSE(at(all, ip("192.0.2.9")).has_failed);
  all.lose(kLan, ip("192.0.2.9"), true, kStart);
  all.learn(kLan, ip("192.0.2.9"), mac(1), kStart);
  EXPECT_FALSE(at(all, ip("192.0.2.9")).has_failed) << "a late answer counts";
}

TEST(Neighbours, WhomATellingOfEverythingLeavesOutAreLost) {
  Neighbours all(kKey);
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  all.learn(kLan, ip("192.0.2.2"), mac(2), kStart);
  all.begin_telling();
  all.learn(kLan, ip("192.0.2.2"), mac(2), kStart);
  all.end_telling(kStart);
  EXPECT_FALSE(at(all, ip("192.0.2.1")).is_current);
  EXPECT_TRUE(at(all, ip("192.0.2.2")).is_current);
}

TEST(Neighbours, OneDeviceThatTakesManyAddressesForgetsOnlyItsOwn) {
  NeighbourCaps caps;
  caps.rows_of_mac = 8;
  Neighbours all(kKey, caps);
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  for (std::uint32_t i = 0; i < 100; ++i) all.learn(kLan, numbered(i), mac(2), kStart);
  EXPECT_TRUE(at(all, ip("192.0.2.1")).has_mac);
  EXPECT_EQ(all.rows(), 9u);
  EXPECT_TRUE(at(all, numbered(99)).has_mac);
  EXPECT_FALSE(at(all, numbered(0)).has_mac);
  EXPECT_EQ(all.counters().forgotten_rows.value(), 92u);
}

TEST(Neighbours, AFloodOfNewMacsForgetsStrangersOfItsOwnLinkAlone) {
  NeighbourCaps caps;
  caps.macs_of_link = 16;
  caps.rows_of_link = 16;
  Neighbours all(kKey, caps);
  all.set_named({.mac = [](const MacAddress& m) { return m == mac(1); },
                 .address = [](const IpAddress& a) { return a == ip("192.0.2.2"); }});
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  all.learn(kLan, ip("192.0.2.2"), mac(2), kStart);
  all.learn(kGuests, ip("192.0.2.3"), mac(3), kStart);
  for (std::uint32_t i = 0; i < 1000; ++i) all.learn(kLan, numbered(i), mac(100 + i), kStart);
  EXPECT_TRUE(at(all, ip("192.0.2.1")).has_mac) << "its MAC is in the configuration";
  EXPECT_TRUE(at(all, ip("192.0.2.2")).has_mac) << "its address is";
  EXPECT_TRUE(at(all, ip("192.0.2.3"), kGuests).has_mac) << "it is on another link";
  EXPECT_EQ(all.macs(), 17u);
  EXPECT_TRUE(at(all, numbered(999)).has_mac) << "the latest stranger is known, too";
  all.learn(kLan, ip("192.0.2.2"), mac(5000), kStart);
  EXPECT_TRUE(at(all, ip("192.0.2.2")).is_taken_over) << "the flood did not wash its owner away";
}

TEST(Neighbours, AreForgottenWhenNobodySawThemForLong) {
  Neighbours all(kKey);
  all.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  all.learn(kLan, ip("192.0.2.2"), mac(2), kStart);
  all.lose(kLan, ip("192.0.2.1"), false, kStart);
  all.forget_older_than(seconds(3600), kStart + seconds(3601));
  EXPECT_FALSE(at(all, ip("192.0.2.1")).has_mac);
  EXPECT_TRUE(at(all, ip("192.0.2.2")).has_mac) << "the kernel holds it still";
  EXPECT_EQ(all.macs(), 1u);
}

TEST(Neighbours, KeepOwnersOverARestart) {
  Neighbours before(kKey);
  before.learn(kLan, ip("192.0.2.1"), mac(1), kStart);
  before.set_name(mac(1), "tablet");
  const SeenDevices seen = before.seen([](LinkId) { return std::string("br-lan"); });
  Neighbours after(kKey);
  after.restore(read_seen(to_text(seen)).devices, [](std::string_view) { return kLan; });
  EXPECT_EQ(at(after, ip("192.0.2.1")).mac, mac(1));
  EXPECT_FALSE(at(after, ip("192.0.2.1")).is_current);
  after.learn(kLan, ip("192.0.2.1"), mac(2), kStart + seconds(60));
  EXPECT_TRUE(at(after, ip("192.0.2.1")).is_taken_over);
  EXPECT_EQ(after.seen([](LinkId) { return std::string("br-lan"); }).front().name, "tablet");
}

TEST(Neighbours, GrowTheirTableAndLoseNobody) {
  Neighbours all(kKey);
  constexpr std::uint32_t kCount = 20'000;
  for (std::uint32_t i = 0; i < kCount; ++i) all.learn(kLan, numbered(i), mac(i / 10), kStart);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(at(all, numbered(i)).mac, mac(i / 10)) << i;
  }
  EXPECT_EQ(all.rows(), kCount);
}

// A reader never sees one neighbour's MAC at another's address, however the writer hurries.
TEST(NeighbourTable, GivesNoReaderTheValueOfAnotherKey) {
  NeighbourTable table(64, kKey);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::uint32_t round = 0; round < 200'000; ++round) {
      const std::uint32_t number = round % 7;
      if (!table.put(kLan, numbered(number), {.mac = mac(number), .has_mac = true})) break;
      table.erase(kLan, numbered((round + 3) % 7));
    }
    stop = true;
  });
  while (!stop) {
    for (std::uint32_t number = 0; number < 7; ++number) {
      const Neighbour found = table.find(kLan, numbered(number));
      if (found.has_mac) {
        ASSERT_EQ(found.mac, mac(number));
      }
    }
  }
  writer.join();
}

}  // namespace
}  // namespace haetae::lan
