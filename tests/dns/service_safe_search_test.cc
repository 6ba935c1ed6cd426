// Safe search: an allowed search engine is answered with its strict face.
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

haetae::test::PolicyMaker searching_maker() {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.engine("seek", {"www.seek.example"});
  maker.at(0).safe_search = policy::Strictness::Strict;
  return maker;
}

void set_target(policy::Policy& policy, std::vector<IpAddress> addresses, bool with_cname) {
  policy.rewrites[0].addresses = std::move(addresses);
  if (!with_cname) policy.rewrites[0].cname.reset();
}

const IpAddress kV4 = *IpAddress::from_text("198.51.100.38");
const IpAddress kV6 = *IpAddress::from_text("2001:db8:5afe::1");

TEST(ServiceSafeSearch, AnswersWithTheTargetsFixedAddresses) {
  for (const bool with_cname : {true, false}) {
    House house(searching_maker());
    house.change_policy = [&](policy::Policy& p) { set_target(p, {kV4, kV6}, with_cname); };
    house.publish_policy();
    const Reply reply = *house.ask({.name = "WWW.seek.example"});
    EXPECT_EQ(reply.of(RRType::Cname).size(), with_cname ? 1U : 0U);
    ASSERT_EQ(reply.of(RRType::A).size(), 1U);
    EXPECT_EQ(reply.of(RRType::A)[0].text, "198.51.100.38");
    EXPECT_EQ(reply.of(RRType::A)[0].owner,
              with_cname ? "strict.seek.example" : "www.seek.example");
    EXPECT_LE(reply.of(RRType::A)[0].ttl_s, 300U);
    EXPECT_EQ(reply.errors.at(0), (Reply::Error{EdeCode::ForgedAnswer, "safe search"}));
    EXPECT_EQ(
        house.ask({.name = "www.seek.example", .type = RRType::Aaaa})->of(RRType::Aaaa).at(0).text,
        "2001:db8:5afe::1");
    EXPECT_TRUE(house.upstream_asked.empty());
    EXPECT_EQ(house.counters.rewritten.value(), 2U);
    EXPECT_EQ(house.events.front()->verdict.action, policy::Action::Rewrite);
  }
}

TEST(ServiceSafeSearch, AFamilyWithoutFixedAddressIsEmptyWhereThereIsNoName) {
  House house(searching_maker());
  house.change_policy = [&](policy::Policy& p) { set_target(p, {kV4}, false); };
  house.publish_policy();
  const Reply reply = *house.ask({.name = "www.seek.example", .type = RRType::Aaaa});
  EXPECT_EQ(reply.rcode(), Rcode::NoError);
  EXPECT_TRUE(reply.of(RRType::Aaaa).empty());
  EXPECT_EQ(reply.of(RRType::Soa).size(), 1U);
}

TEST(ServiceSafeSearch, ServiceParametersAreEmpty) {
  House house(searching_maker());
  for (const RRType type : {RRType::Https, RRType::Svcb}) {
    const Reply reply = *house.ask({.name = "www.seek.example", .type = type});
    EXPECT_EQ(reply.rcode(), Rcode::NoError);
    ASSERT_EQ(reply.rows.size(), 1U);
    EXPECT_EQ(reply.rows[0].type, RRType::Soa);
  }
  EXPECT_TRUE(house.upstream_asked.empty());
}

TEST(ServiceSafeSearch, OtherTypesAreAnsweredAsAsked) {
  House house(searching_maker());
  house.send({.name = "www.seek.example", .type = RRType::Txt});
  ASSERT_EQ(house.upstream_asked.size(), 1U);
  EXPECT_EQ(house.upstream_asked[0].asked.name, name_of("www.seek.example"));
}

Octets target_packet() {
  return Packet("strict.seek.example", RRType::A)
      .cname("strict.seek.example", "pool.seek.example", 100)
      .address("198.51.100.7", 3'000, "pool.seek.example")
      .make();
}

TEST(ServiceSafeSearch, ResolvesTheTargetsNameAndAnswersWithTheWholeChain) {
  House house(searching_maker());
  const Asked asked{.name = "www.Seek.example", .dnssec_ok = true};
  ASSERT_EQ(house.send(asked).kind, Effect::Kind::Pending);
  EXPECT_EQ(house.upstream_asked.at(0).asked.name, name_of("strict.seek.example"));
  house.answer(target_packet(), true);
  for (const bool from_cache : {false, true}) {
    const Reply reply = from_cache ? *house.ask(asked) : *house.take_reply();
    EXPECT_EQ(reply.question.substr(0, 9), "\3www\4Seek");
    ASSERT_EQ(reply.rows.size(), 3U);
    EXPECT_EQ(reply.rows[0].owner, "www.seek.example");
    EXPECT_EQ(reply.rows[0].text, "strict.seek.example");
    EXPECT_EQ(reply.rows[0].ttl_s, 300U);
    EXPECT_EQ(reply.rows[1].text, "pool.seek.example");
    EXPECT_EQ(reply.rows[1].ttl_s, 100U - (from_cache ? 40U : 0U));
    EXPECT_EQ(reply.rows[2].text, "198.51.100.7");
    EXPECT_EQ(reply.rows[2].ttl_s, 300U);
    EXPECT_FALSE(reply.has(wire::Header::kAuthenticData));  // what we changed is not validated
    EXPECT_TRUE(reply.has_error(EdeCode::ForgedAnswer));
    house.pass(seconds{40});
  }
  EXPECT_EQ(house.counters.upstream_queries.value(), 1U);
}

TEST(ServiceSafeSearch, ATargetThatCannotBeResolvedFailsAndNeverOpensTheEngine) {
  House house(searching_maker());
  const Asked asked{.name = "www.seek.example"};
  house.send(asked);
  house.answer_failed();
  EXPECT_EQ(house.take_reply()->rcode(), Rcode::ServFail);
  house.pass(seconds{6});
  house.send(asked);
  const Octets packet = target_packet();
  house.answer_as({.bogus = true, .packet = packet});
  EXPECT_TRUE(house.take_reply()->has_error(EdeCode::DnssecBogus));
}

TEST(ServiceSafeSearch, AStaleTargetIsBothForgedAndStale) {
  House house(searching_maker());
  const Asked asked{.name = "www.seek.example"};
  house.ask_with(asked, target_packet());
  house.pass(seconds{200});
  house.send(asked);
  house.live(milliseconds{1'800});
  const Reply reply = *house.take_reply();
  EXPECT_TRUE(reply.has_error(EdeCode::ForgedAnswer));
  EXPECT_TRUE(reply.has_error(EdeCode::StaleAnswer));
  for (const Reply::Row& row : reply.rows) EXPECT_LE(row.ttl_s, 30U);
}

TEST(ServiceSafeSearch, TurnedOnWhileTheQuestionWaitsItAsksForTheTargetInstead) {
  House house(searching_maker());
  house.maker.at(0).safe_search = policy::Strictness::Off;
  house.publish_policy();
  house.send({.name = "www.seek.example"});
  EXPECT_EQ(house.upstream_asked.at(0).asked.name, name_of("www.seek.example"));
  house.maker.at(0).safe_search = policy::Strictness::Strict;
  house.publish_policy();
  house.answer(Packet("www.seek.example", RRType::A).address("198.51.100.99").make());
  EXPECT_TRUE(house.replies.empty());
  ASSERT_EQ(house.upstream_asked.size(), 1U);
  EXPECT_EQ(house.upstream_asked[0].asked.name, name_of("strict.seek.example"));
  house.answer(target_packet());
  EXPECT_EQ(house.take_reply()->of(RRType::A).at(0).text, "198.51.100.7");
  EXPECT_EQ(house.service->waiting(), 0U);
}

}  // namespace
}  // namespace haetae::dns::test
