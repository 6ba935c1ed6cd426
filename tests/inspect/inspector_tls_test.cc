#include <gtest/gtest.h>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

using haetae::test::filler;
using haetae::test::HelloMaker;
using haetae::test::in_records;
using haetae::test::server_name;

TEST(InspectorTls, BlocksAListedNameAndLetsOthersGo) {
  House house;
  Talk bad(house);
  bad.open();
  const Outcome outcome = bad.say(tls("www.bad.example"));
  EXPECT_EQ(outcome.texts(), Texts{"tls www.bad.example block"});
  EXPECT_EQ(outcome.effect, Effect::Kind::Block);
  EXPECT_EQ(outcome.end, Effect::End::Reset);
  EXPECT_TRUE(bad.reply(octets("whatever")).is_blocked()) << "the flow stays blocked";
  EXPECT_TRUE(bad.say(octets("more")).is_blocked());

  Talk good(house, {.client_port = 40'001});
  good.open();
  EXPECT_EQ(good.say(tls("www.good.example")).texts(), Texts{"tls www.good.example allow"});
  EXPECT_EQ(good.reply(octets("whatever")).effect, Effect::Kind::Accept);
  EXPECT_EQ(house.take_events(), 2U) << "one for each request";
}

TEST(InspectorTls, TellsWhoAndWhere) {
  House house;
  Talk talk(house);
  talk.open();
  const Outcome outcome = talk.say(tls("www.bad.example"));
  ASSERT_EQ(outcome.told.size(), 1U);
  const Seen& seen = outcome.told[0].seen;
  EXPECT_EQ(seen.client, (Peer{address("192.168.1.10"), 40'000}));
  EXPECT_EQ(seen.server, (Peer{address("198.51.100.7"), 443}));
  EXPECT_EQ(seen.kind, policy::Kind::TlsName);
  EXPECT_EQ(seen.time, house.now.wall);
  EXPECT_TRUE(seen.has_ech);
  const event::Event* const event = house.events.front();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->name(), name_of("www.bad.example"));
  EXPECT_EQ(event->kind, policy::Kind::TlsName);
}

TEST(InspectorTls, APartOfAHelloIsNeverANamelessOne) {
  for (const std::size_t record_bytes : {std::size_t{16'000}, std::size_t{100}}) {
    const Octets hello = tls("www.good.example", record_bytes);
    for (std::size_t cut = 1; cut < hello.size(); cut += 7) {
      House house;
      Talk talk(house);
      talk.open();
      const Outcome first = talk.say(Bytes(hello).first(cut));
      ASSERT_TRUE(first.told.empty()) << cut;
      ASSERT_EQ(first.effect, Effect::Kind::Hold);
      ASSERT_EQ(talk.say(Bytes(hello).subspan(cut)).texts(), Texts{"tls www.good.example allow"});
    }
  }
}

TEST(InspectorTls, ReadsAHelloThatComesOctetByOctet) {
  House house;
  Talk talk(house);
  talk.open();
  for (const std::uint8_t octet : tls("www.good.example", 50)) talk.say(Bytes(&octet, 1));
  EXPECT_EQ(house.told, Texts{"tls www.good.example allow"});
}

TEST(InspectorTls, ABlockedNameNeedNotWaitForTheRest) {
  House house;
  Talk talk(house);
  talk.open();
  Octets hello = tls("www.bad.example");
  hello.resize(hello.size() - 100);
  EXPECT_EQ(talk.say(hello).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, PutsSegmentsInOrder) {
  const Octets hello = tls("www.bad.example");
  const Bytes all(hello);
  House house;
  Talk talk(house);
  talk.open();
  EXPECT_EQ(talk.segment(1000, all.subspan(1000)).effect, Effect::Kind::Hold);
  talk.segment(1000, all.subspan(1000));  // sent again
  talk.segment(300, all.subspan(300, 400));
  talk.segment(0, all.first(350));  // over one another, with the same octets
  EXPECT_TRUE(house.told.empty());
  EXPECT_EQ(talk.segment(600, all.subspan(600, 500)).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, GoesOnPastTheEndOfTheSequenceNumbers) {
  const Octets hello = tls("www.bad.example");
  House house;
  Talk talk(house);
  talk.first = 0xffffff00;
  talk.open();
  talk.segment(900, Bytes(hello).subspan(900));
  EXPECT_EQ(talk.segment(0, Bytes(hello).first(900)).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, WhoSaysTwoThingsAtOnePlaceIsBlocked) {
  const Octets one = tls("www.good.example");
  const Octets two = tls("www.nice.example");
  House house;
  Talk talk(house);
  talk.open();
  talk.segment(100, Bytes(one).subspan(100));
  const Outcome outcome = talk.segment(50, Bytes(two).subspan(50));
  EXPECT_EQ(outcome.texts(), Texts{"tcp 198.51.100.7 block conflict"});
  EXPECT_EQ(outcome.told[0].seen.verdict.reason, policy::Reason::Undecidable);
  EXPECT_EQ(house.counters.conflicts.value(), 1U);
}

TEST(InspectorTls, ConflictsBlockEvenWhereTheUnreadableMayPass) {
  auto maker = House::default_maker();
  maker.at(0).undecidable_blocked = false;
  House house(maker);
  Talk talk(house);
  talk.open();
  talk.segment(10, octets("abc"));
  EXPECT_TRUE(talk.segment(10, octets("xyz")).is_blocked());
}

TEST(InspectorTls, ReadsASynWithData) {
  House house;
  Talk talk(house);
  EXPECT_EQ(talk.syn(tls("www.bad.example")).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, ReadsAFlowWhoseStartWasNotSeen) {
  const Octets hello = tls("www.bad.example");
  House house;
  Talk whole(house);
  EXPECT_EQ(whole.say(hello).texts(), Texts{"tls www.bad.example block"});

  Talk shuffled(house, {.client_port = 40'001});
  shuffled.segment(700, Bytes(hello).subspan(700));
  EXPECT_EQ(shuffled.segment(0, Bytes(hello).first(700)).texts(),
            Texts{"tls www.bad.example block"});

  Talk odd_ports(house, {.client_port = 443, .server_port = 50'000});
  EXPECT_EQ(odd_ports.say(hello).texts(), Texts{"tls www.bad.example block"})
      << "who says hello is the client";
  EXPECT_EQ(odd_ports.say({}).told.size(), 0U);
}

TEST(InspectorTls, ANamelessHelloIsNamedByWhatDnsSaid) {
  HelloMaker maker;
  maker.extensions = {filler(51, 40)};
  const Octets nameless = in_records(maker.message(), 16'000);
  House house;
  Talk unknown(house);
  unknown.open();
  EXPECT_EQ(unknown.say(nameless).texts(), Texts{"tls 198.51.100.7 block hidden"});

  Talk asked(house, {.server = "192.0.2.53", .server_port = 53});
  asked.datagram(dns("www.good.example"));
  asked.answer(dns("www.good.example", "198.51.100.7"));
  Talk known(house, {.client_port = 40'001});
  known.open();
  const Outcome outcome = known.say(nameless);
  EXPECT_EQ(outcome.texts(), Texts{"tls www.good.example allow"});
  EXPECT_TRUE(outcome.told[0].seen.named_by_resolved);
  EXPECT_EQ(outcome.told[0].seen.kind, policy::Kind::Address);
}

TEST(InspectorTls, ANamelessHelloToAListedAddressIsBlockedForThat) {
  HelloMaker maker;
  auto policy = House::default_maker();
  policy.at(0).undecidable_blocked = false;
  House house(policy);
  Talk talk(house, {.server = "203.0.113.9"});
  talk.open();
  const Outcome outcome = talk.say(in_records(maker.message(), 16'000));
  EXPECT_EQ(outcome.texts(), Texts{"tls 203.0.113.9 block"});
  EXPECT_EQ(outcome.told[0].seen.verdict.reason, policy::Reason::Category);
  ASSERT_NE(house.events.front(), nullptr);
  EXPECT_EQ(house.events.front()->answer_address(), address("203.0.113.9"));
}

TEST(InspectorTls, NoNameIsMissingAtHome) {
  HelloMaker maker;
  House house;
  Talk talk(house, {.server = "192.168.1.1"});
  talk.open();
  const Outcome outcome = talk.say(in_records(maker.message(), 16'000));
  EXPECT_TRUE(outcome.told.empty());
  EXPECT_EQ(outcome.effect, Effect::Kind::Accept);
}

TEST(InspectorTls, JudgesWhatIsTooLongByTheProfile) {
  HelloMaker maker;
  maker.extensions = {filler(51, 20'000), server_name("www.good.example")};
  const Octets hello = in_records(maker.message(), 16'000);
  House house;
  Talk talk(house);
  talk.open();
  for (std::size_t at = 0; at < hello.size(); at += 1400) {
    talk.say(Bytes(hello).subspan(at, std::min<std::size_t>(1400, hello.size() - at)));
  }
  EXPECT_EQ(house.told, Texts{"tls 198.51.100.7 block too_long"});
  EXPECT_EQ(house.counters.too_long.value(), 1U);
}

TEST(InspectorTls, JudgesAMalformedHelloByItsNamesAndByTheProfile) {
  auto maker = House::default_maker();
  maker.at(0).undecidable_blocked = false;
  House house(maker);
  HelloMaker twice;
  twice.extensions = {server_name("www.good.example"), server_name("www.bad.example")};
  Talk talk(house);
  talk.open();
  EXPECT_EQ(talk.say(in_records(twice.message(), 16'000)).texts(),
            Texts{"tls www.bad.example block"})
      << "servers differ in which of the two they take";
}

TEST(InspectorTls, SaysWhereTheCaptureWasCut) {
  const Octets hello = tls("www.good.example");
  House house;
  Talk talk(house);
  talk.open();
  const Outcome outcome = talk.segment(0, Bytes(hello).first(40), 0, 1400);
  EXPECT_EQ(outcome.texts(), Texts{"tls 198.51.100.7 block cut_short"});
  EXPECT_EQ(house.counters.packets_cut.value(), 1U);
}

TEST(InspectorTls, AClientThatEndsItsHelloHalfwayIsJudged) {
  const Octets hello = tls("www.good.example");
  House house;
  Talk talk(house);
  talk.open();
  talk.segment(0, Bytes(hello).first(100));
  const Outcome outcome = talk.segment(100, {}, wire::tcp_flag::kFin);
  EXPECT_EQ(outcome.texts(), Texts{"tls 198.51.100.7 block malformed"});
}

TEST(InspectorTls, AClientThatEndsBeforeAnybodyCanTellWhatItSpeaksIsJudgedByItsAddress) {
  House house;
  Talk talk(house, {.server_port = 5222});
  talk.open();
  talk.segment(0, Octets{0, 40, 1});  // might become DNS
  EXPECT_EQ(talk.segment(3, {}, wire::tcp_flag::kFin).texts(), Texts{"tcp 198.51.100.7 allow"});
}

TEST(InspectorTls, TheSamePortsAgainAreAnotherRequest) {
  House house;
  Talk talk(house);
  talk.open();
  talk.say(tls("www.good.example"));
  Talk again(house);
  again.syn();
  EXPECT_EQ(house.told.size(), 1U) << "a SYN that is sent again changes nothing";
  again.first = 500'000;
  again.open();
  EXPECT_EQ(again.say(tls("www.bad.example")).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, AnotherProtocolIsJudgedByItsAddress) {
  House house;
  Talk ssh(house, {.server_port = 22});
  ssh.open();
  EXPECT_EQ(ssh.say(octets("SSH-2.0-OpenSSH_9.2\r\n")).texts(), Texts{"tcp 198.51.100.7 allow"});
  Talk listed(house, {.server = "203.0.113.9", .server_port = 22});
  listed.open();
  EXPECT_EQ(listed.say(octets("SSH-2.0-OpenSSH_9.2\r\n")).texts(), Texts{"tcp 203.0.113.9 block"});
}

// Mail and SSH greet first, and FTP's servers send files without a word of the client.
TEST(InspectorTls, InlineAServerThatSpeaksAloneIsJudgedByItsAddress) {
  House house(House::default_maker(), {.sees_all = true});
  Talk talk(house);
  talk.open();
  for (std::uint32_t i = 1; i < limits::kUnreadPacketsMax; ++i) {
    EXPECT_EQ(talk.reply(octets("a file")).effect, Effect::Kind::Wait) << i;
  }
  const Outcome outcome = talk.reply(octets("a file"));
  EXPECT_EQ(outcome.texts(), Texts{"tcp 198.51.100.7 allow"});
  EXPECT_EQ(outcome.effect, Effect::Kind::Accept);

  Talk listed(house, {.server = "203.0.113.9", .client_port = 40'001});
  listed.open();
  for (std::uint32_t i = 1; i < limits::kUnreadPacketsMax; ++i) listed.reply(octets("a file"));
  EXPECT_TRUE(listed.reply(octets("a file")).is_blocked());
}

TEST(InspectorTls, AClientThatIsGreetedIsJudgedByWhatItSaysThen) {
  House house(House::default_maker(), {.sees_all = true});
  Talk talk(house);
  talk.open();
  talk.reply(octets("220 welcome"));
  talk.reply(octets("220 still"));
  const Octets hello = tls("www.bad.example");
  EXPECT_EQ(talk.say(Bytes(hello).first(20)).effect, Effect::Kind::Hold);
  for (std::uint32_t i = 0; i < 2 * limits::kUnreadPacketsMax; ++i) {
    EXPECT_TRUE(talk.reply(octets("and more")).texts().empty()) << "the client has begun";
  }
  EXPECT_EQ(talk.say(Bytes(hello).subspan(20)).texts(), Texts{"tls www.bad.example block"});
}

TEST(InspectorTls, InACaptureTheClientsPacketsMayComeLate) {
  House house;
  Talk talk(house);
  talk.open();
  for (std::uint32_t i = 0; i < 2 * limits::kUnreadPacketsMax; ++i) talk.reply(octets("a page"));
  EXPECT_EQ(talk.say(tls("www.bad.example")).texts(), Texts{"tls www.bad.example block"});
}

}  // namespace
}  // namespace haetae::inspect::test
