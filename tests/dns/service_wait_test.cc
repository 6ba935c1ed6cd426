// Queries that wait for the upstream.
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

const Asked kAsked{.name = "www.example"};

Octets address_packet(std::uint32_t ttl_s = 300) {
  return Packet("www.example", RRType::A).address("198.51.100.1", ttl_s).make();
}

Octets nxdomain_packet() {
  return Packet("www.example", RRType::A, Rcode::NxDomain).soa(60, 60).make();
}

TEST(ServiceWait, AsksTheSameQuestionOfManyClientsOnce) {
  House house;
  for (std::uint16_t i = 0; i < 50; ++i) {
    const Asked asked{.name = i % 2 == 0 ? "www.example" : "WWW.example",
                      .id = i,
                      .dnssec_ok = i % 3 == 0,
                      .transport = i % 5 == 0 ? Transport::Tcp : Transport::Udp,
                      .connection = i % 5 == 0 ? 7ULL : 0};
    EXPECT_EQ(house.send(asked).kind, Effect::Kind::Pending);
  }
  EXPECT_EQ(house.upstream_asked.size(), 1U);
  EXPECT_EQ(house.counters.coalesced.value(), 49U);
  EXPECT_EQ(house.service->waiting(), 50U);
  house.answer(address_packet());
  ASSERT_EQ(house.replies.size(), 50U);
  for (std::uint16_t i = 0; i < 50; ++i) {
    EXPECT_EQ(house.replies[i].header.id, i);
    EXPECT_EQ(house.replies[i].question[1], i % 2 == 0 ? 'w' : 'W');
    EXPECT_EQ(house.replies[i].dnssec_ok, i % 3 == 0);
    EXPECT_EQ(house.replied_to[i].connection, i % 5 == 0 ? 7U : 0U);
  }
  EXPECT_EQ(house.service->waiting(), 0U);
}

TEST(ServiceWait, AnAnswerInsideTheAskingIsAnAnswer) {
  House house;
  house.answer_inside = [](const UpstreamQuestion&) { return address_packet(); };
  house.send(kAsked);
  EXPECT_EQ(house.take_reply()->of(RRType::A).size(), 1U);
  EXPECT_EQ(house.service->waiting(), 0U);
}

TEST(ServiceWait, AnUpstreamThatCannotStartFailsTheQuery) {
  House house;
  house.accepts_questions = false;
  house.send(kAsked);
  EXPECT_EQ(house.take_reply()->rcode(), Rcode::ServFail);
  EXPECT_EQ(house.service->waiting(), 0U);
  // That was our own fault: it is not held against the name.
  house.accepts_questions = true;
  house.send(kAsked);
  EXPECT_EQ(house.upstream_asked.size(), 1U);
}

TEST(ServiceWait, ASilentUpstreamGivesServFailBeforeFourSecondsAndStillFillsTheCache) {
  House house;
  house.send(kAsked);
  house.live(milliseconds{3'550});
  EXPECT_TRUE(house.replies.empty());
  house.live(milliseconds{400});
  const Reply reply = *house.take_reply();
  EXPECT_EQ(reply.rcode(), Rcode::ServFail);
  EXPECT_TRUE(reply.has_error(EdeCode::NoReachableAuthority));
  EXPECT_EQ(house.counters.upstream_timeouts.value(), 1U);
  house.live(seconds{8});
  house.answer(address_packet());
  EXPECT_TRUE(house.replies.empty());
  EXPECT_EQ(house.ask(kAsked)->of(RRType::A).size(), 1U);
}

TEST(ServiceWait, ASilentUpstreamGivesTheStaleAnswerAfterOnePointEightSeconds) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.pass(std::chrono::hours{20});
  house.send(kAsked);
  house.live(milliseconds{1'750});
  EXPECT_TRUE(house.replies.empty());
  house.live(milliseconds{50});
  const Reply reply = *house.take_reply();
  EXPECT_EQ(reply.of(RRType::A).at(0).ttl_s, 30U);
  EXPECT_TRUE(reply.has_error(EdeCode::StaleAnswer));
  EXPECT_EQ(house.counters.cache_stale_hits.value(), 1U);
  // Others do not wait anew while the upstream stays silent.
  EXPECT_TRUE(house.ask(kAsked)->has_error(EdeCode::StaleAnswer));
  EXPECT_EQ(house.counters.upstream_queries.value(), 2U);
  house.answer(address_packet());
  EXPECT_TRUE(house.ask(kAsked)->errors.empty());
}

TEST(ServiceWait, AStaleNoIsNineteen) {
  House house;
  house.ask_with(kAsked, nxdomain_packet());
  house.pass(seconds{61});
  house.send(kAsked);
  house.live(milliseconds{1'800});
  const Reply reply = *house.take_reply();
  EXPECT_EQ(reply.rcode(), Rcode::NxDomain);
  EXPECT_TRUE(reply.has_error(EdeCode::StaleNxDomainAnswer));
}

TEST(ServiceWait, StaleAnswersEndAfterADay) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.pass(std::chrono::hours{24} + seconds{300});
  house.send(kAsked);
  house.live(milliseconds{3'700});
  EXPECT_EQ(house.take_reply()->rcode(), Rcode::ServFail);
}

struct FailureCase {
  const char* description;
  UpstreamAnswer answer;
  Octets packet;
  EdeCode code;
};
const FailureCase kFailures[] = {
    {"no answer at all", {.failed = true, .packet = {}}, {}, EdeCode::NetworkError},
    {"SERVFAIL without a packet", {.rcode = 2, .packet = {}}, {}, EdeCode::NoReachableAuthority},
    {"SERVFAIL in the packet",
     {},
     Packet("www.example", RRType::A, Rcode::ServFail).make(),
     EdeCode::NoReachableAuthority},
    {"REFUSED in the packet",
     {},
     Packet("www.example", RRType::A, Rcode::Refused).make(),
     EdeCode::NoReachableAuthority},
    {"a truncated packet",
     {},
     Packet("www.example", RRType::A).truncated().make(),
     EdeCode::NoReachableAuthority},
    {"an answer to another question",
     {},
     Packet("other.example", RRType::A).address("198.51.100.1").make(),
     EdeCode::NetworkError},
    {"an answer of another type",
     {},
     Packet("www.example", RRType::Aaaa).make(),
     EdeCode::NetworkError},
    {"noise", {}, Octets(40, 0x55), EdeCode::NoReachableAuthority},
};

TEST(ServiceWait, AFailureGivesStaleOrServFail) {
  for (const FailureCase& row : kFailures) {
    UpstreamAnswer said = row.answer;
    said.packet = row.packet;
    House empty;
    empty.send(kAsked);
    empty.answer_as(said);
    const Reply failed = *empty.take_reply();
    EXPECT_EQ(failed.rcode(), Rcode::ServFail) << row.description;
    EXPECT_TRUE(failed.has_error(row.code)) << row.description;
    EXPECT_TRUE(failed.rows.empty()) << row.description;

    House house;
    house.ask_with(kAsked, address_packet());
    house.pass(seconds{301});
    house.send(kAsked);
    house.answer_as(said);
    const Reply stale = *house.take_reply();
    EXPECT_TRUE(stale.has_error(EdeCode::StaleAnswer)) << row.description;
    EXPECT_EQ(stale.of(RRType::A).at(0).ttl_s, 30U) << row.description;
  }
}

TEST(ServiceWait, AFailureIsRememberedForFiveSeconds) {
  House house;
  house.send(kAsked);
  house.answer_failed();
  house.take_reply();
  house.pass(milliseconds{4'999});
  const Reply reply = *house.ask(kAsked);
  EXPECT_EQ(reply.rcode(), Rcode::ServFail);
  EXPECT_TRUE(reply.has_error(EdeCode::NetworkError));
  house.pass(milliseconds{1});
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

TEST(ServiceWait, AfterAFailureTheStaleAnswerServesForHalfAMinute) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.pass(seconds{301});
  house.send(kAsked);
  house.answer_failed();
  house.replies.clear();
  house.pass(seconds{29});
  EXPECT_TRUE(house.ask(kAsked)->has_error(EdeCode::StaleAnswer));
  house.pass(seconds{1});
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

TEST(ServiceWait, AnAnswerAfterItsTimeIsIgnored) {
  House house;
  house.send(kAsked);
  house.live(seconds{31});
  EXPECT_EQ(house.replies.size(), 1U);
  house.answer(address_packet());
  EXPECT_EQ(house.replies.size(), 1U);
  // Its token means nothing now, not even another question's.
  house.pass(seconds{6});
  house.send(kAsked);
  EXPECT_EQ(house.service->waiting(), 1U);
  house.service->on_answer(1ULL << 32, {.failed = true, .packet = {}}, house.now);
  EXPECT_EQ(house.service->waiting(), 1U);
}

TEST(ServiceWait, ANameDeniedWhileItWaitsIsNotLeaked) {
  House house;
  house.send(kAsked);
  house.maker.mark(policy::MarkKind::GuardianDeny, "www.example", 0);
  house.publish_policy();
  house.answer(address_packet());
  const Reply reply = *house.take_reply();
  EXPECT_EQ(reply.rcode(), Rcode::NxDomain);
  EXPECT_TRUE(reply.of(RRType::A).empty());
  EXPECT_EQ(house.events.front()->verdict.action, policy::Action::Block);
}

TEST(ServiceWait, AHouseThatWasPausedMeanwhileGetsNothing) {
  House house;
  house.send(kAsked);
  policy::Standing paused;
  paused.profiles.resize(1);
  paused.profiles[0].paused_since = house.now.wall;
  house.publish_standing(paused);
  house.answer(address_packet());
  EXPECT_EQ(house.take_reply()->rcode(), Rcode::NxDomain);
}

TEST(ServiceWait, WritesOneEventAQuery) {
  House house;
  house.send(kAsked);
  EXPECT_EQ(house.events.front(), nullptr);  // not yet certain
  house.answer(address_packet());
  ASSERT_NE(house.events.front(), nullptr);
  house.events.pop();
  EXPECT_EQ(house.events.front(), nullptr);
}

TEST(ServiceWait, TheShareOfOneClientIsBounded) {
  House house;
  for (std::size_t i = 0; i < limits::kPendingPerClientMax; ++i) {
    EXPECT_EQ(house.send({.name = "n" + std::to_string(i) + ".example"}).kind,
              Effect::Kind::Pending);
  }
  EXPECT_EQ(house.send({.name = "more.example"}).kind, Effect::Kind::Drop);
  EXPECT_EQ(house.counters.dropped_pending_full.value(), 1U);
  EXPECT_EQ(house.send({.name = "more.example", .from = "192.0.2.11"}).kind, Effect::Kind::Pending);
  // Nothing is lost of those who wait, and their room comes back.
  while (house.upstream_asked.size() > 1) house.answer_failed();
  EXPECT_EQ(house.replies.size(), limits::kPendingPerClientMax);
  EXPECT_EQ(house.send({.name = "again.example"}).kind, Effect::Kind::Pending);
}

TEST(ServiceWait, AFullTableServesStaleAndDropsTheRest) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.pass(seconds{301});
  for (std::size_t i = 0; i < limits::kPendingQueriesMax; ++i) {
    const Asked asked{.name = "n" + std::to_string(i) + ".example",
                      .from = "2001:db8::" + std::to_string(i % 1000)};
    ASSERT_EQ(house.send(asked).kind, Effect::Kind::Pending);
  }
  EXPECT_TRUE(house.ask(kAsked)->has_error(EdeCode::StaleAnswer));
  EXPECT_EQ(house.send({.name = "new.example"}).kind, Effect::Kind::Drop);
  EXPECT_EQ(house.ask({.name = "bad.example"})->rcode(), Rcode::NxDomain);  // needs no waiting
  house.live(seconds{4});
  EXPECT_EQ(house.replies.size(), limits::kPendingQueriesMax);
  EXPECT_EQ(house.service->waiting(), 0U);
}

TEST(ServiceWait, AClosedConnectionGetsNoReplies) {
  House house;
  const Asked over_first{.name = "a.example", .transport = Transport::Tcp, .connection = 1};
  const Asked over_second{.name = "a.example", .transport = Transport::Tcp, .connection = 2};
  house.send(over_first);
  house.send(over_second);
  house.send({.name = "a.example"});
  house.live(milliseconds{2'000});
  house.send(over_first);
  house.service->forget_connection(1);
  EXPECT_EQ(house.service->waiting(), 2U);
  house.answer(Packet("a.example", RRType::A).address("198.51.100.1").make());
  ASSERT_EQ(house.replied_to.size(), 2U);
  EXPECT_EQ(house.replied_to[0].connection, 2U);
  EXPECT_EQ(house.replied_to[1].connection, 0U);
}

TEST(ServiceWait, ANewCacheSizeStartsAnEmptyCache) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.settings.cache_bytes = 2 << 20;
  house.publish_settings();
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

}  // namespace
}  // namespace haetae::dns::test
