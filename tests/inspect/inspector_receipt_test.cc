#include <gtest/gtest.h>

#include "inspect/inspector_house.h"

// What a client says counts once its server acknowledged it.
namespace haetae::inspect::test {
namespace {

constexpr Settings kInline{.sees_all = true, .waits_for_receipt = true};

// Of equal length, as whoever replaces one by another makes them.
Octets decoy() {
  return tls("www.fun.example");
}
Octets forbidden() {
  return tls("www.bad.example");
}
std::uint32_t size_of(const Octets& octets) {
  return static_cast<std::uint32_t>(octets.size());
}

TEST(InspectorReceipt, AnAllowedFlowIsSettledByItsServer) {
  House house(House::default_maker(), kInline);
  Talk talk(house);
  talk.open();
  const Outcome judged = talk.say(decoy());
  EXPECT_EQ(judged.texts(), Texts{"tls www.fun.example allow"});
  EXPECT_EQ(judged.effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.acknowledge(0).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.acknowledge(100).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.acknowledge(size_of(decoy())).effect, Effect::Kind::Accept);
  EXPECT_EQ(talk.say(octets("more")).effect, Effect::Kind::Accept);
}

TEST(InspectorReceipt, ABlockedOneIsSettledAtOnce) {
  House house(House::default_maker(), kInline);
  Talk talk(house);
  talk.open();
  EXPECT_TRUE(talk.say(forbidden()).is_blocked());
}

TEST(InspectorReceipt, WhoSaysSomethingElseInTheSamePlaceIsBlocked) {
  const Octets bad = forbidden();
  const struct {
    const char* what;
    Octets first;
    std::uint32_t again_at;
    Octets again;
  } kRows[] = {
      {"another hello", decoy(), 0, bad},
      {"its second half", decoy(), 200, Octets(bad.begin() + 200, bad.end())},
      {"a hello in place of nothing known", octets(std::string(900, 'x')), 0, bad},
      {"another request", get("www.fun.example"), 0, get("www.bad.example")},
      {"a hello in place of a request", get("www.fun.example"), 0, bad},
  };
  for (const auto& row : kRows) {
    House house(House::default_maker(), kInline);
    Talk talk(house);
    talk.open();
    EXPECT_EQ(talk.say(row.first).effect, Effect::Kind::Wait) << row.what;
    EXPECT_TRUE(talk.segment(row.again_at, row.again).is_blocked()) << row.what;
    EXPECT_EQ(house.counters.conflicts.value(), 1U) << row.what;
  }
}

TEST(InspectorReceipt, WhatIsSentAgainMayBeCutOtherwise) {
  House house(House::default_maker(), kInline);
  Talk talk(house);
  const Octets hello = decoy();
  talk.open();
  talk.say(hello);
  EXPECT_EQ(talk.segment(0, hello).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.segment(50, Bytes(hello).subspan(50, 80)).effect, Effect::Kind::Wait);
  talk.acknowledge(100);
  EXPECT_EQ(talk.segment(20, Bytes(hello).subspan(20)).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.acknowledge(size_of(hello)).effect, Effect::Kind::Accept);
}

TEST(InspectorReceipt, HoldsForEachRequestOfAConnection) {
  House house(House::default_maker(), kInline);
  Talk talk(house, {.server_port = 80});
  const Octets request = get("www.fun.example");
  talk.open();
  talk.say(request);
  talk.acknowledge(size_of(request));
  EXPECT_EQ(talk.segment(0, get("www.bad.example")).told.size(), 0U)
      << "nobody reads that any more";
  EXPECT_EQ(talk.say(request).texts(), Texts{"http www.fun.example allow"});
  EXPECT_TRUE(talk.segment(size_of(request), get("www.bad.example")).is_blocked());
}

TEST(InspectorReceipt, ARequestBehindMoreThanIsKeptIsJudgedByTheProfile) {
  for (const bool has_received : {false, true}) {
    House house(House::default_maker(), kInline);
    Talk talk(house, {.server_port = 80});
    talk.open();
    const std::string body(limits::kWindowBytesMax + 100, 'x');
    const Octets head =
        get("www.fun.example", "/", "Content-Length: " + std::to_string(body.size()) + "\r\n");
    talk.say(head);
    EXPECT_EQ(talk.say(octets(body)).effect, Effect::Kind::Wait);
    if (has_received) talk.acknowledge(size_of(head) + static_cast<std::uint32_t>(body.size()));
    EXPECT_EQ(talk.say(get("www.fun.example")).is_blocked(), !has_received);
  }
}

TEST(InspectorReceipt, DataOnASynCountsOnceItsServerTookIt) {
  constexpr Settings kNoMore{.sees_all = true};
  for (const bool takes_it : {false, true}) {
    House house(House::default_maker(), kNoMore);
    Talk talk(house);
    EXPECT_EQ(talk.syn(decoy()).effect, Effect::Kind::Wait);
    talk.syn_ack();
    if (takes_it) {
      EXPECT_EQ(talk.acknowledge(size_of(decoy())).effect, Effect::Kind::Accept);
    } else {
      EXPECT_TRUE(talk.say(forbidden()).is_blocked());
    }
  }
}

TEST(InspectorReceipt, WithoutItAFlowIsSettledAtOnce) {
  constexpr Settings kNoMore{.sees_all = true};
  House house(House::default_maker(), kNoMore);
  Talk talk(house);
  talk.open();
  EXPECT_EQ(talk.say(decoy()).effect, Effect::Kind::Accept);
}

TEST(InspectorReceipt, RoomsAreGivenBack) {
  House house(House::default_maker(), kInline);
  for (std::uint16_t i = 0; i < 2 * limits::kHelloRoomsOfSourceMax; ++i) {
    Talk talk(house, {.client_port = static_cast<std::uint16_t>(10'000 + i)});
    talk.open();
    talk.say(decoy());
    talk.acknowledge(size_of(decoy()));
  }
  EXPECT_EQ(house.counters.no_room.value(), 0U);
}

TEST(InspectorReceipt, AHelloIsNotForgottenHalfway) {
  const Octets hello = forbidden();
  House house(House::default_maker(), {.sees_all = true});
  Talk talk(house);
  talk.open();
  talk.segment(0, Bytes(hello).first(200));
  talk.segment(200, {}, wire::tcp_flag::kRst);
  house.pass(seconds{2 * limits::kFlowClosedSeconds});
  EXPECT_EQ(talk.segment(200, Bytes(hello).subspan(200)).texts(),
            Texts{"tcp 198.51.100.7 block hidden"});
}

TEST(InspectorReceipt, AnEndAmidAHelloIsNoneForWhoSeesAll) {
  const Octets hello = forbidden();
  auto maker = House::default_maker();
  maker.at(0).undecidable_blocked = false;
  House house(maker, {.sees_all = true});
  Talk talk(house);
  talk.open();
  talk.segment(0, Bytes(hello).first(200));
  EXPECT_NE(talk.segment(200, {}, wire::tcp_flag::kFin).effect, Effect::Kind::Accept);
  EXPECT_TRUE(talk.segment(200, Bytes(hello).subspan(200)).is_blocked());
}

TEST(InspectorReceipt, AnUrgentOctetBlocks) {
  House house;
  Talk talk(house);
  talk.open();
  EXPECT_EQ(talk.segment(0, decoy(), wire::tcp_flag::kUrg).texts(),
            Texts{"tcp 198.51.100.7 block conflict"});
}

}  // namespace
}  // namespace haetae::inspect::test
