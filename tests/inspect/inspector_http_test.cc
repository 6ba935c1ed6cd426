#include <gtest/gtest.h>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

const Talk::Ends kWeb{.server_port = 80};

TEST(InspectorHttp, JudgesTheHostAndTellsTheTarget) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  house.inspector->begin_batch();
  const Octets head = get("www.good.example:8080", "/a?b=c");
  const wire::Packet packet = [&] {
    wire::Packet made = talk.packet(true, 6, head);
    made.sequence = talk.first;
    made.tcp_flags = wire::tcp_flag::kAck;
    return made;
  }();
  const Observation observed = house.inspector->on_packet(packet, house.now);
  ASSERT_EQ(observed.seen.size(), 1U);
  EXPECT_EQ(House::text_of(observed.seen[0]), "http www.good.example allow");
  EXPECT_EQ(as_text(observed.seen[0].target), "/a?b=c");
  EXPECT_EQ(url_of(observed.seen[0]), "http://www.good.example:8080/a?b=c");
  EXPECT_EQ(observed.seen[0].host_port, 8080);
  EXPECT_EQ(observed.seen[0].kind, policy::Kind::HttpUrl);
  EXPECT_EQ(observed.effect.kind, Effect::Kind::Wait) << "another request may follow";
}

TEST(InspectorHttp, JudgesPagesAndWhatIsSearchedFor) {
  haetae::test::PolicyMaker family = House::default_maker();
  const auto self_harm = family.category("self-harm");
  family.help_category(self_harm);
  family.pattern("search/porn", "porn", 0, 100, list::PatternText::Search);
  family.pattern("search/die", "want to die", self_harm, 100, list::PatternText::Search);
  family.pattern("url/porn", "/porn", 0, 100, list::PatternText::Url);
  family.search_engine("engine.example");
  Settings settings;
  settings.ends_blocked = false;
  House house(family, settings);
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(get("www.engine.example", "/search?q=cats")).told[0].seen.verdict.action,
            policy::Action::Allow);
  EXPECT_EQ(house.take_events(), 1U);
  EXPECT_TRUE(talk.say(get("www.engine.example", "/search?hl=ko&q=Free+P%4Frn")).is_blocked());
  EXPECT_TRUE(talk.say(get("good.example", "/porn/1")).is_blocked());
  EXPECT_TRUE(talk.say(octets("GET http://good.example/porn HTTP/1.1\r\n"
                              "Host: good.example\r\n\r\n"))
                  .is_blocked());
  EXPECT_EQ(house.take_events(), 3U);
  const Outcome in_need = talk.say(get("www.engine.example", "/search?q=I+want+to+die"));
  EXPECT_FALSE(in_need.is_blocked());
  EXPECT_EQ(in_need.told[0].seen.verdict.help, self_harm);
  EXPECT_EQ(house.take_events(), 0U) << "nobody is told";
}

TEST(InspectorHttp, JudgesEveryRequestOfAConnection) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(get("one.example")).texts(), Texts{"http one.example allow"});
  talk.reply(octets("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(talk.say(get("two.example")).texts(), Texts{"http two.example allow"});
  EXPECT_EQ(talk.say(get("www.bad.example")).texts(), Texts{"http www.bad.example block"});
  EXPECT_TRUE(talk.say(get("three.example")).is_blocked());
  EXPECT_EQ(house.told.size(), 3U);
  EXPECT_EQ(house.take_events(), 3U);
}

TEST(InspectorHttp, InACaptureWhatWasBlockedWentOn) {
  Settings settings;
  settings.ends_blocked = false;
  House house(House::default_maker(), settings);
  Talk talk(house, kWeb);
  talk.open();
  const Outcome first = talk.say(get("www.bad.example"));
  EXPECT_TRUE(first.is_blocked());
  EXPECT_EQ(first.end, Effect::End::Reset);
  EXPECT_EQ(talk.say(get("good.example")).texts(), Texts{"http good.example allow"});
  EXPECT_TRUE(talk.say(get("www.bad.example")).is_blocked());
  EXPECT_TRUE(talk.say(octets("CONNECT www.bad.example:443 HTTP/1.1\r\n\r\n")).is_blocked());
  EXPECT_EQ(talk.say(tls("inside.example")).texts(), Texts{"tls inside.example allow"});
  EXPECT_EQ(house.take_events(), 5U);
}

TEST(InspectorHttp, JudgesRequestsThatComeInOnePacket) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  Octets many;
  for (int i = 0; i < 20; ++i) append(many, get("n" + std::to_string(i) + ".example"));
  append(many, get("www.bad.example"));
  const Outcome outcome = talk.say(many);
  EXPECT_EQ(outcome.told.size(), 21U);
  EXPECT_TRUE(outcome.is_blocked());
}

TEST(InspectorHttp, MoreRequestsInAPacketThanAreJudgedAreNotLetThrough) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  Octets many;
  for (int i = 0; i < 100; ++i) append(many, get("good.example"));
  append(many, get("www.bad.example"));
  const Outcome outcome = talk.say(many);
  EXPECT_EQ(outcome.told.size(), limits::kRequestsOfPacketMax);
  EXPECT_EQ(outcome.texts().back(), "http 198.51.100.7 block too_many");
  EXPECT_TRUE(outcome.is_blocked());
  EXPECT_EQ(house.counters.requests_of_packet_full.value(), 1U);
}

TEST(InspectorHttp, StepsOverBodies) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  talk.say(octets("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5000\r\n\r\nabc"));
  for (int i = 0; i < 4; ++i) talk.say(Octets(1000, 'x'));
  Octets rest(997, 'x');
  append(rest, get("b.example"));
  EXPECT_EQ(talk.say(rest).texts(), Texts{"http b.example allow"});
  talk.say(octets("POST / HTTP/1.1\r\nHost: c.example\r\nTransfer-Encoding: chunked\r\n\r\n"));
  talk.say(octets("5\r\nGET /\r"));
  talk.say(octets("\n0\r\n\r\nGET / HTTP/1.1\r\nHost: www.bad.example\r\n\r\n"));
  EXPECT_EQ(house.told, (Texts{"http a.example allow", "http b.example allow",
                               "http c.example allow", "http www.bad.example block"}));
}

TEST(InspectorHttp, ABodyThatWasLostOnItsWayToUsHidesNoRequest) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  const Octets head =
      octets("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\n");
  talk.segment(0, head);
  const auto behind = static_cast<std::uint32_t>(head.size() + 100'000);
  for (int i = 0; i < 50; ++i) {
    talk.segment(static_cast<std::uint32_t>(head.size()) + 2000U * i, Octets(1000, 'x'));
  }
  EXPECT_EQ(talk.segment(behind, get("www.bad.example")).texts(),
            Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, OfTwoHostsTheStrictestCounts) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  const Outcome outcome =
      talk.say(octets("GET / HTTP/1.1\r\nHost: www.good.example\r\nHost: www.bad.example\r\n\r\n"));
  EXPECT_EQ(outcome.texts(), Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, AnAbsoluteTargetCountsLikeAHost) {
  House house;
  Talk talk(house, {.server_port = 8080});
  talk.open();
  const Outcome outcome =
      talk.say(octets("GET http://www.bad.example/x HTTP/1.1\r\nHost: www.good.example\r\n\r\n"));
  EXPECT_EQ(outcome.texts(), Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, LooksIntoAProxysTunnel) {
  House house;
  Talk talk(house, {.server_port = 3128});
  talk.open();
  EXPECT_EQ(
      talk.say(octets("CONNECT good.example:443 HTTP/1.1\r\nHost: good.example\r\n\r\n")).texts(),
      Texts{"http good.example allow"});
  talk.reply(octets("HTTP/1.1 200 OK\r\n\r\n"));
  EXPECT_EQ(talk.say(tls("www.bad.example")).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorHttp, BlocksTheTunnelItself) {
  House house;
  Talk talk(house, {.server_port = 3128});
  talk.open();
  EXPECT_EQ(talk.say(octets("CONNECT www.bad.example:443 HTTP/1.1\r\n\r\n")).texts(),
            Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, AWebSocketMaySpeakAsItLikesAfterItsRequest) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("chat.example", "/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  const Outcome outcome = talk.say(Octets{0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_TRUE(outcome.told.empty());
  EXPECT_EQ(outcome.effect, Effect::Kind::Accept);
}

TEST(InspectorHttp, ARefusedWebSocketIsNoHidingPlace) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("chat.example", "/", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_EQ(talk.say(get("www.bad.example")).texts(), Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, AHeadInPiecesIsOneRequest) {
  const Octets head = get("www.good.example", "/a", "User-Agent: x\r\n");
  for (std::size_t cut = 1; cut < head.size(); ++cut) {
    House house;
    Talk talk(house, kWeb);
    talk.open();
    talk.segment(static_cast<std::uint32_t>(cut), Bytes(head).subspan(cut));
    talk.segment(0, Bytes(head).first(cut));
    ASSERT_EQ(house.told, Texts{"http www.good.example allow"}) << cut;
  }
}

TEST(InspectorHttp, AHostThatIsBlockedNeedNotWaitForTheRest) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(octets("GET / HTTP/1.1\r\nHost: www.bad.example\r\nUser-")).texts(),
            Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, AHostMayBeAnAddress) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(get("192.0.2.80")).texts(), Texts{"http 192.0.2.80 allow"});
  EXPECT_EQ(talk.say(get("203.0.113.80")).texts(), Texts{"http 203.0.113.80 block"});
}

TEST(InspectorHttp, JudgesThePageToo) {
  auto maker = House::default_maker();
  maker.list("pages", 0, {"||www.site.example/sex^", "||192.0.2.80/sex^"});
  House house(maker);
  std::uint16_t port = 40'000;
  for (const char* host : {"www.site.example", "192.0.2.80"}) {
    Talk talk(house, {.client_port = ++port, .server_port = 80});
    talk.open();
    EXPECT_FALSE(talk.say(get(host, "/")).is_blocked());
    EXPECT_FALSE(talk.say(get(host, "/sexton")).is_blocked());
    EXPECT_TRUE(talk.say(get(host, "/sex/1?x=2")).is_blocked()) << host;
  }
  Talk absolute(house, {.client_port = ++port, .server_port = 8080});
  absolute.open();
  EXPECT_TRUE(absolute
                  .say(octets("GET http://www.site.example/sex HTTP/1.1\r\n"
                              "Host: www.site.example\r\n\r\n"))
                  .is_blocked());
}

TEST(InspectorHttp, WhatCannotBeAHostIsJudgedByTheProfile) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(get("good.example@www.bad.example")).texts().back().substr(0, 5), "http ");
  EXPECT_TRUE(talk.say(get("good.example")).is_blocked());
}

TEST(InspectorHttp, NobodyCanTellWhereTheNextRequestStarts) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  const Outcome outcome =
      talk.say(octets("POST / HTTP/1.1\r\nHost: good.example\r\nContent-Length: 4\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  EXPECT_EQ(outcome.texts(), Texts{"http good.example block ambiguous"});
}

TEST(InspectorHttp, ARequestOfOldIsNamedByWhatDnsSaid) {
  House house;
  Talk asked(house, {.server = "192.0.2.53", .server_port = 53});
  asked.datagram(dns("www.bad.example"));
  asked.answer(dns("www.bad.example", "198.51.100.7"));
  Talk talk(house, kWeb);
  talk.open();
  EXPECT_EQ(talk.say(octets("GET / HTTP/1.0\r\n\r\n")).texts(),
            Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, GoesOnAfterWhatACaptureLost) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("one.example"));
  talk.segment(60'000, get("two.example"));
  EXPECT_EQ(house.told, (Texts{"http one.example allow", "http two.example allow"}));
}

TEST(InspectorHttp, WhatIsNoRequestHidesNoneBehindIt) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("one.example"));
  EXPECT_TRUE(talk.say(Octets(700, 0x80)).told.empty());
  EXPECT_EQ(talk.say(get("www.bad.example")).texts(), Texts{"http www.bad.example block"});
}

TEST(InspectorHttp, AHalfHeadIsToBeHeldAndABodyIsNot) {
  House house;
  Talk talk(house, kWeb);
  talk.open();
  const Octets head = get("one.example", "/", "Content-Length: 100\r\n");
  EXPECT_EQ(talk.say(Bytes(head).first(20)).effect, Effect::Kind::Hold);
  EXPECT_EQ(talk.reply({}).effect, Effect::Kind::Wait) << "the server's side is not held";
  EXPECT_EQ(talk.say(Bytes(head).subspan(20)).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.say(Octets(60, 'x')).effect, Effect::Kind::Wait);
  EXPECT_EQ(talk.say(Octets(40, 'x')).effect, Effect::Kind::Wait);
}

TEST(InspectorHttp, NothingIsHeldOfAFlowWhoseStartNobodySaw) {
  House house;
  Talk talk(house, kWeb);
  EXPECT_EQ(talk.say(Bytes(get("one.example")).first(20)).effect, Effect::Kind::Wait);
}

TEST(InspectorHttp, InlineWhatIsNoRequestIsNotLetThrough) {
  Settings settings;
  settings.sees_all = true;
  House house(House::default_maker(), settings);
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("one.example"));
  EXPECT_EQ(talk.say(Octets(700, 0x80)).texts(), Texts{"http 198.51.100.7 block malformed"});
}

TEST(InspectorHttp, WhereAllIsSeenNothingIsLost) {
  Settings settings;
  settings.sees_all = true;
  House house(House::default_maker(), settings);
  Talk talk(house, kWeb);
  talk.open();
  talk.say(get("one.example"));
  EXPECT_TRUE(talk.segment(60'000, get("two.example")).is_blocked());
}

}  // namespace
}  // namespace haetae::inspect::test
