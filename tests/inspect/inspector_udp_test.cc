#include <gtest/gtest.h>

#include <random>

#include "inspect/inspector_house.h"

namespace haetae::inspect::test {
namespace {

using haetae::test::browser_hello;
using haetae::test::crypto_frame;
using haetae::test::HelloMaker;
using haetae::test::InitialToSeal;
using haetae::test::seal_initial;
using haetae::test::server_name;

const Talk::Ends kDns{.server = "192.0.2.53", .server_port = 53};

TEST(InspectorDns, JudgesEachQuestion) {
  House house;
  Talk talk(house, kDns);
  const Outcome good = talk.datagram(dns("www.good.example", "", 28));
  EXPECT_EQ(good.texts(), Texts{"dns www.good.example allow"});
  EXPECT_EQ(good.told[0].seen.record_type, 28);
  EXPECT_EQ(good.effect, Effect::Kind::Wait);
  EXPECT_TRUE(talk.answer(dns("www.good.example", "192.0.2.80")).told.empty());
  const Outcome bad = talk.datagram(dns("www.bad.example"));
  EXPECT_EQ(bad.texts(), Texts{"dns www.bad.example block"});
  EXPECT_EQ(bad.end, Effect::End::Drop);
  EXPECT_EQ(talk.datagram(dns("more.good.example")).effect, Effect::Kind::Wait)
      << "each question stands for itself";
}

TEST(InspectorDns, KnowsDnsByItsOctets) {
  House house;
  Talk talk(house, {.server = "192.0.2.53", .server_port = 5353 + 1});
  EXPECT_EQ(talk.datagram(dns("www.bad.example")).texts(), Texts{"dns www.bad.example block"});
}

TEST(InspectorDns, AnAnswerWhoseQuestionNobodySawIsJudgedInItsPlace) {
  House house;
  Talk talk(house, kDns);
  const Outcome outcome = talk.answer(dns("www.bad.example", "192.0.2.80"));
  EXPECT_EQ(outcome.texts(), Texts{"dns www.bad.example block"});
  EXPECT_EQ(outcome.told[0].seen.client.address, address("192.168.1.10"));
}

TEST(InspectorDns, HouseChatterIsNobodysRequest) {
  House house;
  Talk mdns(house, {.server = "224.0.0.251", .client_port = 5353, .server_port = 5353});
  EXPECT_TRUE(mdns.datagram(dns("www.bad.example")).told.empty());
  Talk multicast(house, {.server = "239.255.255.250", .server_port = 1900});
  EXPECT_TRUE(multicast.datagram(octets("M-SEARCH * HTTP/1.1\r\n\r\n")).told.empty());
}

TEST(InspectorDns, MalformedQuestionsAreJudgedByTheProfile) {
  House house;
  Talk talk(house, kDns);
  Octets cut = dns("www.good.example");
  cut.resize(cut.size() - 6);
  EXPECT_EQ(talk.datagram(cut).texts(), Texts{"dns 192.0.2.53 block malformed"});
}

TEST(InspectorDns, ReadsQuestionsOfAStream) {
  House house;
  Talk talk(house, kDns);
  talk.open();
  Octets both = in_stream(dns("one.example"));
  append(both, in_stream(dns("two.example")));
  const Outcome outcome = talk.say(Bytes(both).first(both.size() - 3));
  EXPECT_EQ(outcome.texts(), Texts{"dns one.example allow"});
  EXPECT_EQ(talk.say(Bytes(both).last(3)).texts(), Texts{"dns two.example allow"});
  talk.reply(in_stream(dns("one.example", "198.51.100.9")));
  policy::Resolved::Known known;
  EXPECT_TRUE(house.resolved.find(house.resolved.whose(address("192.168.1.10")),
                                  address("198.51.100.9"), house.now.monotonic, known));
  EXPECT_TRUE(talk.say(in_stream(dns("www.bad.example"))).is_blocked());
}

TEST(InspectorDns, MoreQuestionsInAPacketThanAreJudgedAreNotLetThrough) {
  House house;
  Talk talk(house, kDns);
  talk.open();
  Octets many;
  for (int i = 0; i < 100; ++i) append(many, in_stream(dns("good.example")));
  const Outcome outcome = talk.say(many);
  EXPECT_EQ(outcome.told.size(), limits::kRequestsOfPacketMax);
  EXPECT_EQ(outcome.texts().back(), "dns 192.0.2.53 block too_many");
  EXPECT_TRUE(outcome.is_blocked());
}

TEST(InspectorDns, AnswersOfAStreamToQuestionsThatNobodySawAreJudged) {
  House house;
  Talk talk(house, kDns);
  talk.open();
  talk.say(in_stream(dns("one.example")));
  Octets other = dns("www.bad.example", "198.51.100.9");
  other[1] ^= 1;  // another id
  EXPECT_TRUE(talk.reply(in_stream(dns("one.example", "198.51.100.9"))).told.empty());
  EXPECT_TRUE(talk.reply(in_stream(other)).is_blocked());
}

TEST(InspectorDns, ReadsAStreamOctetByOctet) {
  House house;
  Talk talk(house, {.server_port = 5300});
  talk.open();
  for (const std::uint8_t octet : in_stream(dns("one.example"))) talk.say(Bytes(&octet, 1));
  EXPECT_EQ(house.told, Texts{"dns one.example allow"});
}

// ---- QUIC.

Octets initial_of(Bytes frames, const InitialToSeal& how = {}) {
  Octets plaintext(frames.begin(), frames.end());
  plaintext.resize(std::max<std::size_t>(plaintext.size(), 1162));  // padding
  return seal_initial(how, plaintext);
}
Octets initial_of(std::string_view host, const InitialToSeal& how = {}) {
  return initial_of(crypto_frame(0, browser_hello(host)), how);
}

TEST(InspectorQuic, JudgesTheNameOfAnInitial) {
  for (const std::uint32_t version : {0x00000001U, 0x6b3343cfU, 0xff00001dU, 0xff00001bU}) {
    House house;
    Talk talk(house);
    const Outcome outcome = talk.datagram(initial_of("www.bad.example", {.version = version}));
    EXPECT_EQ(outcome.texts(), Texts{"quic www.bad.example block"}) << version;
    EXPECT_EQ(outcome.end, Effect::End::Drop);
    EXPECT_TRUE(talk.answer(octets("whatever")).is_blocked());
    Talk good(house, {.client_port = 40'001});
    EXPECT_EQ(good.datagram(initial_of("www.good.example", {.version = version})).texts(),
              Texts{"quic www.good.example allow"});
  }
}

TEST(InspectorQuic, JoinsAHelloOfManyInitialsInAnyOrder) {
  const Octets hello = browser_hello("www.bad.example");
  constexpr std::size_t kPiece = 100;
  std::vector<std::size_t> offsets;
  for (std::size_t at = 0; at < hello.size(); at += kPiece) offsets.push_back(at);
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(offsets, random);
    House house;
    Talk talk(house);
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < offsets.size(); i += 3) {
      Octets frames;
      for (std::size_t k = i; k < std::min(i + 3, offsets.size()); ++k) {
        const Bytes piece =
            Bytes(hello).subspan(offsets[k], std::min(kPiece, hello.size() - offsets[k]));
        append(frames, crypto_frame(offsets[k], piece));
        append(frames, Octets{0, 1});  // padding and a ping
      }
      const Outcome outcome = talk.datagram(initial_of(frames, {.number = number++}));
      ASSERT_EQ(outcome.effect, house.told.empty() ? Effect::Kind::Hold : Effect::Kind::Block);
      if (outcome.is_blocked()) break;
    }
    ASSERT_EQ(house.told, Texts{"quic www.bad.example block"});
  }
}

TEST(InspectorQuic, TheServersIdInLaterInitialsChangesNoKeys) {
  const Octets hello = browser_hello("www.bad.example");
  House house;
  Talk talk(house);
  const InitialToSeal first;
  talk.datagram(initial_of(crypto_frame(0, Bytes(hello).first(600))));
  wire::QuicOpener opener;
  const auto keys = opener.client_keys(wire::QuicEra::Version1, first.destination_id);
  Octets plaintext = crypto_frame(600, Bytes(hello).subspan(600));
  plaintext.resize(1162);
  const InitialToSeal later{.destination_id = {9, 9, 9, 9}, .number = 1};
  EXPECT_EQ(talk.datagram(seal_initial(later, keys, plaintext)).texts(),
            Texts{"quic www.bad.example block"});
}

Octets retry(const Octets& source_id) {
  Octets packet{0xf0, 0, 0, 0, 1, 0};
  append(packet, haetae::test::with_length(source_id, 1));
  append(packet, octets("token"));
  packet.resize(packet.size() + 16);
  return packet;
}

TEST(InspectorQuic, ARetryStartsTheSameRequestAnew) {
  const Octets hello = browser_hello("www.bad.example");
  House house;
  Talk talk(house);
  talk.datagram(initial_of(crypto_frame(0, Bytes(hello).first(600))));
  talk.answer(retry({7, 7, 7, 7, 7}));
  const InitialToSeal again{.destination_id = {7, 7, 7, 7, 7}, .token = octets("token")};
  talk.datagram(initial_of(crypto_frame(0, Bytes(hello).first(600)), again));
  EXPECT_EQ(talk.datagram(initial_of(crypto_frame(600, Bytes(hello).subspan(600)), again)).texts(),
            Texts{"quic www.bad.example block"});
}

TEST(InspectorQuic, ARetryOfAJudgedConnectionIsNoSecondRequest) {
  House house;
  Talk talk(house);
  talk.datagram(initial_of("www.good.example"));
  talk.answer(retry({7, 7, 7, 7, 7}));
  talk.datagram(initial_of("www.good.example", {.destination_id = {7, 7, 7, 7, 7}}));
  talk.datagram(initial_of("www.good.example", {.destination_id = {7, 7, 7, 7, 7}, .number = 1}));
  EXPECT_EQ(house.told, Texts{"quic www.good.example allow"});
}

TEST(InspectorQuic, AnotherConnectionOfTheSamePortsIsJudged) {
  House house;
  Talk talk(house);
  talk.datagram(initial_of("www.good.example"));
  talk.datagram(initial_of("www.good.example"));  // sent again
  const Outcome outcome =
      talk.datagram(initial_of("www.bad.example", {.destination_id = {4, 4, 4, 4, 4, 4, 4, 4}}));
  EXPECT_EQ(outcome.texts(), Texts{"quic www.bad.example block"});
  EXPECT_EQ(house.told.size(), 2U);
}

TEST(InspectorQuic, AConnectionBehindAnotherProtocolOfTheSamePortsIsJudged) {
  House house;
  Talk talk(house);
  EXPECT_EQ(talk.datagram(octets("hello there")).effect, Effect::Kind::Accept);
  EXPECT_EQ(talk.datagram(initial_of("www.bad.example")).texts(),
            Texts{"quic www.bad.example block"});
}

TEST(InspectorQuic, InlineAnInitialThatServersDiscardTellsNothing) {
  for (const bool sees_all : {false, true}) {
    House house(House::default_maker(), {.sees_all = sees_all});
    Talk talk(house);
    const HelloMaker hello{.extensions = {server_name("www.good.example")}};
    const Outcome outcome = talk.datagram(seal_initial({}, crypto_frame(0, hello.message())));
    EXPECT_EQ(outcome.told.empty(), sees_all);
    EXPECT_TRUE(talk.datagram(initial_of("www.bad.example", {.destination_id = Octets(8, 4)}))
                    .is_blocked());
  }
}

TEST(InspectorQuic, UnknownQuicIsRefusedWhereThatIsWanted) {
  for (const bool refuses : {false, true}) {
    House house(House::default_maker(), {.sees_all = true, .refuses_unknown_quic = refuses});
    Talk talk(house);
    EXPECT_EQ(talk.datagram(octets("hello there")).is_blocked(), refuses);
    Talk other(house, {.server_port = 3478});
    EXPECT_FALSE(other.datagram(octets("hello there")).is_blocked()) << "calls and games";
    Talk known(house, {.client_port = 40'001});
    EXPECT_FALSE(known.datagram(initial_of("www.good.example")).is_blocked());
  }
}

TEST(InspectorQuic, ReadsCoalescedInitials) {
  const Octets hello = browser_hello("www.bad.example");
  Octets datagram = initial_of(crypto_frame(700, Bytes(hello).subspan(700)));
  append(datagram, initial_of(crypto_frame(0, Bytes(hello).first(700)), {.number = 1}));
  House house;
  Talk talk(house);
  EXPECT_EQ(talk.datagram(datagram).texts(), Texts{"quic www.bad.example block"});
}

TEST(InspectorQuic, WhoSendsTheFirstInitialIsTheClient) {
  House house;
  Talk talk(house, {.client_port = 443, .server_port = 50'000});
  const Outcome outcome = talk.datagram(initial_of("www.bad.example"));
  ASSERT_EQ(outcome.told.size(), 1U);
  EXPECT_EQ(outcome.told[0].seen.client.port, 443);
}

TEST(InspectorQuic, TwoThingsAtOnePlaceAreBlocked) {
  const Octets hello = browser_hello("www.good.example");
  House house;
  Talk talk(house);
  talk.datagram(initial_of(crypto_frame(300, Bytes(hello).subspan(300, 200))));
  const Outcome outcome =
      talk.datagram(initial_of(crypto_frame(300, Octets(50, 'x')), {.number = 1}));
  EXPECT_EQ(outcome.texts(), Texts{"quic 198.51.100.7 block conflict"});
}

TEST(InspectorQuic, WhatDoesNotOpenIsJudgedByItsAddressInTheEnd) {
  House house;
  Talk talk(house);
  Octets broken = initial_of("www.good.example");
  broken.back() ^= 1;
  for (std::uint32_t i = 1; i < limits::kUnreadPacketsMax; ++i) {
    ASSERT_EQ(talk.datagram(broken).effect, Effect::Kind::Wait);
  }
  EXPECT_EQ(talk.datagram(broken).texts(), Texts{"quic 198.51.100.7 block hidden"});
}

TEST(InspectorUdp, AnotherProtocolIsJudgedByItsAddressOnce) {
  House house;
  Talk talk(house, {.server_port = 3478});
  EXPECT_EQ(talk.datagram(octets("hello there")).texts(), Texts{"udp 198.51.100.7 allow"});
  EXPECT_TRUE(talk.answer(octets("hello you")).told.empty());
  EXPECT_EQ(talk.datagram(octets("hello again")).effect, Effect::Kind::Accept);
}

TEST(InspectorUdp, JoinsFragmentsFirst) {
  House house;
  Talk talk(house, kDns);
  const Octets question = dns("www.bad.example");
  Octets datagram;
  haetae::test::append_number(datagram, 40'000, 2);
  haetae::test::append_number(datagram, 53, 2);
  haetae::test::append_number(datagram, 8 + question.size(), 2);
  haetae::test::append_number(datagram, 0, 2);
  append(datagram, question);
  wire::Packet piece = talk.packet(true, 17, Bytes(datagram).subspan(16));
  piece.source_port = 0;
  piece.destination_port = 0;
  piece.fragment = wire::Fragment{.id = 5, .offset = 16, .more = false};
  EXPECT_EQ(house.send(piece).effect, Effect::Kind::Wait);
  piece.payload = Bytes(datagram).first(16);
  piece.fragment = wire::Fragment{.id = 5, .offset = 0, .more = true};
  EXPECT_EQ(house.send(piece).texts(), Texts{"dns www.bad.example block"});
}

}  // namespace
}  // namespace haetae::inspect::test
