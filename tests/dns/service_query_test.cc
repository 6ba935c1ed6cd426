// What a query must be to be served, and how the others are turned away.
#include <gtest/gtest.h>

#include "dns/service_house.h"
#include "support/guarded_bytes.h"

namespace haetae::dns::test {
namespace {

const Asked kAsked{.name = "www.example"};

TEST(ServiceQuery, DropsWhatIsTooShortOrAResponse) {
  House house;
  const Octets query = query_bytes(kAsked);
  for (std::size_t size = 0; size < wire::kHeaderBytes; ++size) {
    EXPECT_EQ(house.send_bytes(Bytes{query}.first(size), house.client_of(kAsked)).kind,
              Effect::Kind::Drop);
  }
  EXPECT_EQ(house.counters.dropped_short.value(), wire::kHeaderBytes);
  Octets response = query;
  response[2] |= 0x80;
  EXPECT_EQ(house.send_bytes(response, house.client_of(kAsked)).kind, Effect::Kind::Drop);
  EXPECT_EQ(house.counters.dropped_response.value(), 1U);
}

TEST(ServiceQuery, AnswersFormErrToEveryPrefixOfAGoodQuery) {
  House house;
  const Octets query = query_bytes(kAsked);
  for (std::size_t size = wire::kHeaderBytes; size < query.size(); ++size) {
    const haetae::test::GuardedBytes prefix(Bytes{query}.first(size));
    ASSERT_EQ(house.send_bytes(prefix, house.client_of(kAsked)).kind, Effect::Kind::Reply) << size;
    const Reply reply = *house.take_reply();
    EXPECT_EQ(reply.rcode(), Rcode::FormErr) << size;
    EXPECT_EQ(reply.header.id, kAsked.id);
  }
  EXPECT_EQ(house.counters.formerr.value(), query.size() - wire::kHeaderBytes);
}

TEST(ServiceQuery, AnswersNotImpToOtherOperationsAndBadVersToLaterEdns) {
  House house;
  Octets update = query_bytes(kAsked);
  update[2] = 5 << 3;
  house.send_bytes(update, house.client_of(kAsked));
  EXPECT_EQ(house.take_reply()->rcode(), Rcode::NotImp);
  EXPECT_EQ(house.counters.notimp.value(), 1U);

  const Reply reply = *house.ask({.name = "www.example", .edns_version = 1});
  EXPECT_EQ(reply.rcode(), Rcode::BadVers);
  EXPECT_TRUE(reply.has_edns);
}

TEST(ServiceQuery, RefusesStrangersWithProhibited) {
  House house;
  const Reply reply = *house.ask({.name = "www.example", .from = "203.0.113.1"});
  EXPECT_EQ(reply.rcode(), Rcode::Refused);
  EXPECT_TRUE(reply.has_error(EdeCode::Prohibited));
  EXPECT_EQ(house.counters.refused_client.value(), 1U);
  EXPECT_TRUE(house.upstream_asked.empty());
  // A malformed message of a stranger gets nothing at all.
  const Octets query = query_bytes(kAsked);
  EXPECT_EQ(house.send_bytes(Bytes{query}.first(14), house.client_of({.from = "203.0.113.1"})).kind,
            Effect::Kind::Drop);
  // The settings may change who is one.
  house.settings.allow_from.push_back(*Cidr::from_text("203.0.113.0/24"));
  house.publish_settings();
  EXPECT_EQ(house.send({.name = "www.example", .from = "203.0.113.1"}).kind, Effect::Kind::Pending);
}

struct UnservedCase {
  const char* description;
  Asked asked;
};
const UnservedCase kUnserved[] = {
    {"who we are is nobody's business", {.name = "version.bind", .type = RRType::Txt, .klass = 3}},
    {"nor which of several", {.name = "id.server", .type = RRType::Txt, .klass = 3}},
    {"class ANY", {.name = "www.example", .klass = 255}},
    {"whole zones", {.name = "example", .type = RRType::Axfr}},
    {"changes of zones", {.name = "example", .type = RRType::Ixfr}},
    {"key agreement", {.name = "example", .type = RRType::Tkey}},
    {"a signature as question", {.name = "example", .type = RRType::Tsig}},
    {"OPT as question", {.name = "example", .type = RRType::Opt}},
    {"the reserved type 0", {.name = "example", .type = RRType{}}},
};

TEST(ServiceQuery, RefusesWhatIsNoData) {
  for (const UnservedCase& row : kUnserved) {
    House house;
    const auto reply = house.ask(row.asked);
    ASSERT_TRUE(reply) << row.description;
    EXPECT_EQ(reply->rcode(), Rcode::Refused) << row.description;
    EXPECT_TRUE(house.upstream_asked.empty()) << row.description;
    EXPECT_EQ(house.counters.refused_question.value(), 1U) << row.description;
  }
}

TEST(ServiceQuery, AnswersAnyWithOneHinfo) {
  House house;
  for (const Transport transport : {Transport::Udp, Transport::Tcp}) {
    const Reply reply =
        *house.ask({.name = "www.example", .type = RRType::Any, .transport = transport});
    ASSERT_EQ(reply.rows.size(), 1U);
    EXPECT_EQ(reply.rows[0].type, RRType::Hinfo);
    EXPECT_EQ(reply.rows[0].text, std::string("\7RFC8482\0", 9));
  }
  EXPECT_TRUE(house.upstream_asked.empty());
  EXPECT_EQ(house.ask({.name = "bad.example", .type = RRType::Any})->rcode(), Rcode::NxDomain);
}

TEST(ServiceQuery, AddsAnOptOnlyForClientsThatSentOne) {
  House house;
  const Octets packet = Packet("www.example", RRType::A).address("198.51.100.1").make();
  const Asked plain{.name = "www.example", .edns = false};
  EXPECT_FALSE(house.ask_with(plain, packet)->has_edns);
  EXPECT_FALSE(house.ask(plain)->has_edns);
  EXPECT_FALSE(house.ask({.name = "bad.example", .edns = false})->has_edns);
  const Reply reply = *house.ask(kAsked);
  EXPECT_TRUE(reply.has_edns);
  EXPECT_EQ(reply.offered_bytes, 1232);
  EXPECT_FALSE(reply.dnssec_ok);
}

TEST(ServiceQuery, AnswersSpecialNamesByItself) {
  haetae::test::PolicyMaker maker = House::default_maker();
  using policy::SpecialAnswer;
  maker.special("use-application-dns.net", {SpecialAnswer::NxDomain, true});
  maker.special("_dns.resolver.arpa", {SpecialAnswer::NoData, false});
  maker.special("localhost", {SpecialAnswer::Loopback, false});
  maker.special("onion", {SpecialAnswer::Refused, false});
  House house(maker);
  const Reply canary = *house.ask({.name = "use-application-dns.net"});
  EXPECT_EQ(canary.rcode(), Rcode::NxDomain);
  EXPECT_EQ(canary.of(RRType::Soa).size(), 1U);
  const Reply designated = *house.ask({.name = "_dns.resolver.arpa", .type = RRType::Svcb});
  EXPECT_EQ(designated.rcode(), Rcode::NoError);
  EXPECT_EQ(designated.of(RRType::Soa).size(), 1U);
  EXPECT_EQ(house.ask({.name = "localhost"})->of(RRType::A).at(0).text, "127.0.0.1");
  EXPECT_EQ(house.ask({.name = "x.localhost", .type = RRType::Aaaa})->of(RRType::Aaaa).at(0).text,
            "::1");
  EXPECT_TRUE(house.ask({.name = "localhost", .type = RRType::Mx})->of(RRType::Mx).empty());
  EXPECT_EQ(house.ask({.name = "site.onion"})->rcode(), Rcode::Refused);
  EXPECT_TRUE(house.upstream_asked.empty());
}

TEST(ServiceQuery, AnswersItsOwnNameAndAsksNobodyElse) {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.mark(policy::MarkKind::House, "haetae.internal");
  maker.at(0).unknown_blocked = true;
  House house(maker);
  const auto count = [&house](RRType type) {
    const Reply reply = *house.ask({.name = "Haetae.internal", .type = type});
    EXPECT_EQ(reply.rcode(), Rcode::NoError);
    return reply.of(type).size();
  };
  EXPECT_EQ(count(RRType::A), 0U);  // there are no pages
  house.settings.own_pages = {.v4 = IpAddress::from_text("192.0.2.1"), .v6 = std::nullopt};
  house.publish_settings();
  EXPECT_EQ(house.ask({.name = "haetae.internal"})->of(RRType::A).at(0).text, "192.0.2.1");
  EXPECT_EQ(count(RRType::Aaaa), 0U);
  EXPECT_EQ(count(RRType::Https), 0U);
  EXPECT_TRUE(house.upstream_asked.empty());
}

TEST(ServiceQuery, SpecialNamesAreAnsweredSoEvenWhereTheProfileBlocks) {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.special("use-application-dns.net", {policy::SpecialAnswer::NxDomain, true});
  maker.at(0).unknown_blocked = true;
  House house(maker);
  // An address would tell a browser that it may pass the filter by.
  house.settings.block_answer = {config::BlockAnswerKind::NullAddress, {}, {}};
  house.publish_settings();
  EXPECT_EQ(house.ask({.name = "use-application-dns.net"})->rcode(), Rcode::NxDomain);
}

}  // namespace
}  // namespace haetae::dns::test
