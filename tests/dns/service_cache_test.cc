// Answers from the cache: what clients see of them, and how long they live.
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

using std::chrono::hours;
using wire::Header;

const Asked kAsked{.name = "www.example"};

Octets address_packet(std::uint32_t ttl_s = 300) {
  return Packet("www.example", RRType::A).address("198.51.100.1", ttl_s).make();
}

TEST(ServiceCache, AnswersTheSecondQueryWithoutTheUpstream) {
  House house;
  const Reply first = *house.ask_with(kAsked, address_packet());
  EXPECT_EQ(first.rcode(), Rcode::NoError);
  EXPECT_EQ(first.of(RRType::A).at(0).text, "198.51.100.1");
  EXPECT_TRUE(first.has(Header::kRecursionAvailable));
  EXPECT_FALSE(first.has(Header::kAuthoritative));
  const Reply second = *house.ask(kAsked);
  EXPECT_EQ(second.of(RRType::A).at(0).text, "198.51.100.1");
  EXPECT_EQ(house.counters.upstream_queries.value(), 1U);
  EXPECT_EQ(house.counters.cache_hits.value(), 1U);
  EXPECT_EQ(house.counters.cache_misses.value(), 1U);
}

TEST(ServiceCache, EchoesEachClientsIdAndLetterCase) {
  House house;
  const Reply first = *house.ask_with({.name = "wWw.eXample", .id = 1}, address_packet());
  EXPECT_EQ(first.question, "\3wWw\7eXample" + std::string(1, '\0'));
  const Reply second = *house.ask({.name = "WWW.EXAMPLE", .id = 0xffff, .rd = false});
  EXPECT_EQ(second.question, "\3WWW\7EXAMPLE" + std::string(1, '\0'));
  EXPECT_EQ(second.header.id, 0xffff);
  EXPECT_FALSE(second.has(Header::kRecursionDesired));
  EXPECT_EQ(second.of(RRType::A).at(0).owner, "www.example");
}

TEST(ServiceCache, TtlsFallAsTimePassesAndThenTheUpstreamIsAsked) {
  House house;
  EXPECT_EQ(house.ask_with(kAsked, address_packet(300))->rows.at(0).ttl_s, 300U);
  house.pass(seconds{100});
  EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 200U);
  house.pass(milliseconds{199'999});
  EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 1U);
  house.upstream_asked.clear();  // what was fetched ahead
  house.pass(milliseconds{1});
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

TEST(ServiceCache, NoTtlIsAboveADayAndTheShortestOneCounts) {
  House house;
  const Octets packet = Packet("www.example", RRType::A)
                            .cname("www.example", "cdn.example", 1'000'000)
                            .address("198.51.100.1", 60, "cdn.example")
                            .make();
  const Reply reply = *house.ask_with(kAsked, packet);
  EXPECT_EQ(reply.of(RRType::Cname).at(0).ttl_s, 86'400U);
  house.pass(seconds{60});
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

TEST(ServiceCache, DoesNotKeepWhatMustNotBeKept) {
  struct Row {
    const char* description;
    UpstreamAnswer answer;
    Octets packet;
  };
  const Row rows[] = {
      {"a TTL of 0", {}, address_packet(0)},
      {"a negative answer without SOA",
       {},
       Packet("www.example", RRType::A, Rcode::NxDomain).make()},
      {"a bogus answer", {.bogus = true, .packet = {}}, address_packet()},
  };
  for (const Row& row : rows) {
    House house;
    house.send(kAsked);
    UpstreamAnswer answer = row.answer;
    answer.packet = row.packet;
    house.answer_as(answer);
    ASSERT_TRUE(house.take_reply()) << row.description;
    EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending) << row.description;
  }
}

struct NegativeCase {
  const char* description;
  Rcode rcode;
  std::uint32_t soa_ttl_s;
  std::uint32_t minimum_s;
  std::uint32_t kept_s;
};
constexpr NegativeCase kNegative[] = {
    {"the SOA's minimum, if it is less", Rcode::NxDomain, 600, 60, 60},
    {"the SOA's own TTL, if it is less", Rcode::NxDomain, 30, 600, 30},
    {"the same where only the type is missing", Rcode::NoError, 600, 60, 60},
    {"an hour at most", Rcode::NxDomain, 86'400, 86'400, 3'600},
};

TEST(ServiceCache, NegativeAnswersLiveAsRfc2308Says) {
  for (const NegativeCase& row : kNegative) {
    House house;
    const Octets packet =
        Packet("www.example", RRType::A, row.rcode).soa(row.soa_ttl_s, row.minimum_s).make();
    EXPECT_EQ(house.ask_with(kAsked, packet)->rcode(), row.rcode) << row.description;
    house.pass(seconds{row.kept_s} - milliseconds{1});
    const auto late = house.ask(kAsked);
    ASSERT_TRUE(late) << row.description;
    EXPECT_EQ(late->rcode(), row.rcode);
    EXPECT_EQ(late->of(RRType::Soa).at(0).ttl_s, 1U) << row.description;
    house.upstream_asked.clear();
    house.pass(milliseconds{1});
    EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending) << row.description;
  }
}

TEST(ServiceCache, AChainThatEndsInNothingIsANegativeAnswerToo) {
  House house;
  const Octets packet = Packet("www.example", RRType::A)
                            .cname("www.example", "cdn.example", 3'000)
                            .soa(600, 60)
                            .make();
  const Reply reply = *house.ask_with(kAsked, packet);
  EXPECT_EQ(reply.of(RRType::Cname).size(), 1U);
  EXPECT_EQ(reply.of(RRType::Soa).size(), 1U);
  house.pass(seconds{60});
  EXPECT_EQ(house.send(kAsked).kind, Effect::Kind::Pending);
}

struct DnssecCase {
  const char* description;
  bool ad, cd, dnssec_ok, secure;
  bool gets_ad, gets_signature;
};
constexpr DnssecCase kDnssec[] = {
    {"a plain client sees neither", false, false, false, true, false, false},
    {"AD asks for AD alone (RFC 6840, 5.7)", true, false, false, true, true, false},
    {"DO asks for both", false, false, true, true, true, true},
    {"AD and DO", true, false, true, true, true, true},
    {"CD changes nothing of a good answer", true, true, true, true, true, true},
    {"CD alone", false, true, false, true, false, false},
    {"an unsigned answer is never AD", true, false, true, false, false, true},
};

TEST(ServiceCache, DnssecBitsAreForThoseWhoAsk) {
  const Octets packet =
      Packet("www.example", RRType::A).address("198.51.100.1").signature(RRType::A).make();
  for (const DnssecCase& row : kDnssec) {
    House house;
    const Asked asked{
        .name = "www.example", .ad = row.ad, .cd = row.cd, .dnssec_ok = row.dnssec_ok};
    for (const bool from_cache : {false, true}) {
      const auto reply = from_cache ? house.ask(asked) : house.ask_with(asked, packet, row.secure);
      ASSERT_TRUE(reply) << row.description;
      EXPECT_EQ(reply->has(Header::kAuthenticData), row.gets_ad) << row.description << from_cache;
      EXPECT_EQ(!reply->of(RRType::Rrsig).empty(), row.gets_signature) << row.description;
      EXPECT_EQ(reply->has(Header::kCheckingDisabled), row.cd) << row.description;
      EXPECT_EQ(reply->dnssec_ok, row.dnssec_ok) << row.description;
      EXPECT_EQ(reply->of(RRType::A).size(), 1U);
    }
  }
}

TEST(ServiceCache, KeepsTheSignedAndThePlainFormApart) {
  const Octets packet =
      Packet("www.example", RRType::A).address("198.51.100.1").signature(RRType::A).make();
  House house;
  const Asked with_do{.name = "www.example", .dnssec_ok = true};
  house.ask_with(kAsked, packet);
  EXPECT_EQ(house.ask_with(with_do, packet)->of(RRType::Rrsig).size(), 1U);
  EXPECT_TRUE(house.ask(kAsked)->of(RRType::Rrsig).empty());
  EXPECT_EQ(house.ask(with_do)->of(RRType::Rrsig).size(), 1U);
  EXPECT_EQ(house.counters.upstream_queries.value(), 2U);
}

TEST(ServiceCache, BogusIsServFailButThoseWhoCheckThemselvesGetThePacket) {
  House house;
  const Octets packet = address_packet();
  house.send(kAsked);
  house.answer_as({.bogus = true, .packet = packet});
  const Reply refused = *house.take_reply();
  EXPECT_EQ(refused.rcode(), Rcode::ServFail);
  EXPECT_TRUE(refused.has_error(EdeCode::DnssecBogus));
  EXPECT_TRUE(refused.rows.empty());

  house.send({.name = "www.example", .ad = true, .cd = true});
  house.answer_as({.bogus = true, .packet = packet});
  const Reply passed = *house.take_reply();
  EXPECT_EQ(passed.of(RRType::A).size(), 1U);
  EXPECT_FALSE(passed.has(Header::kAuthenticData));
  EXPECT_EQ(house.counters.upstream_bogus.value(), 2U);
}

TEST(ServiceCache, NoTtlOutlivesTheMomentThatChangesTheVerdict) {
  haetae::test::PolicyMaker maker = House::default_maker();
  House house(maker);
  // Bedtime begins in 90 s; the house's day began at midnight.
  house.now.wall = Time{hours{24 * 20000} + hours{20} + minutes{58} + seconds{30}};
  policy::ScheduleRow row;
  row.windows = {{21 * 60, 7 * 60}};
  house.maker.at(0).bedtime = policy::Schedule({row});
  house.publish_policy();
  EXPECT_LE(house.ask_with(kAsked, address_packet(3'000))->rows.at(0).ttl_s, 90U);
  house.pass(seconds{60});
  EXPECT_LE(house.ask(kAsked)->rows.at(0).ttl_s, 30U);
  house.pass(milliseconds{29'900});
  EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 0U);
  house.pass(milliseconds{100});
  EXPECT_EQ(house.ask(kAsked)->rcode(), Rcode::NxDomain);
}

TEST(ServiceCache, ANameUnderAQuotaLivesAMinuteAtMost) {
  House house;
  house.maker.at(0).has_quota = true;
  house.publish_policy();
  EXPECT_EQ(house.ask_with(kAsked, address_packet(3'000))->rows.at(0).ttl_s, 60U);
}

TEST(ServiceCache, ANameDeniedMeanwhileIsBlockedThoughItsAnswerIsCached) {
  House house;
  house.ask_with(kAsked, address_packet());
  house.maker.mark(policy::MarkKind::GuardianDeny, "www.example", 0);
  house.publish_policy();
  EXPECT_EQ(house.ask(kAsked)->rcode(), Rcode::NxDomain);
}

TEST(ServiceCache, FetchesAnewWhatIsStillWantedNearItsEnd) {
  House house;
  house.ask_with(kAsked, address_packet(300));
  house.pass(seconds{269});
  house.ask(kAsked);
  EXPECT_TRUE(house.upstream_asked.empty());
  house.pass(seconds{1});
  EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 30U);  // at once, from the cache
  ASSERT_EQ(house.upstream_asked.size(), 1U);
  house.ask(kAsked);
  EXPECT_EQ(house.upstream_asked.size(), 1U);  // once
  EXPECT_EQ(house.counters.prefetches.value(), 1U);
  house.answer(address_packet(300));
  EXPECT_FALSE(house.take_reply());
  EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 300U);
}

TEST(ServiceCache, AFailedRefreshLeavesTheAnswerInPlace) {
  House house;
  house.ask_with(kAsked, address_packet(300));
  house.pass(seconds{280});
  house.ask(kAsked);
  house.answer_failed();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(house.ask(kAsked)->rows.at(0).ttl_s, 20U);
  EXPECT_EQ(house.counters.upstream_queries.value(), 2U);  // nor is it asked at every query now
}

TEST(ServiceCache, TakesEchOutOfHttpsAnswersOfFilteredProfilesOnly) {
  // Priority 1, the root as target, alpn h3, ech.
  const Octets rdata{0, 1, 0, 0, 1, 0, 3, 2, 'h', '3', 0, 5, 0, 4, 1, 2, 3, 4};
  const Octets packet = Packet("www.example", RRType::Https).raw(RRType::Https, rdata).make();
  const Asked asked{.name = "www.example", .type = RRType::Https};
  haetae::test::PolicyMaker maker = House::default_maker();
  const auto grown_up = maker.profile("grown-up");
  maker.at(grown_up).filtered = false;
  maker.recognitions.push_back(
      {.who = {.profile = grown_up}, .places = {*Cidr::from_text("192.0.2.200/32")}});
  House house(maker);
  Asked by_adult = asked;
  by_adult.from = "192.0.2.200";
  const auto has_ech = [](const Reply& reply) {
    return reply.of(RRType::Https).at(0).text.size() == 18;
  };
  EXPECT_FALSE(has_ech(*house.ask_with(asked, packet)));
  EXPECT_TRUE(has_ech(*house.ask_with(by_adult, packet)));
  EXPECT_FALSE(has_ech(*house.ask(asked)));
  EXPECT_TRUE(has_ech(*house.ask(by_adult)));
}

Octets packet_of_size(std::size_t size) {
  Octets packet;
  for (std::size_t text = 0; packet.size() != size; ++text) {
    Octets rdata;
    for (std::size_t left = text; left > 0 || rdata.empty();) {
      const std::size_t part = std::min<std::size_t>(left, 255);
      rdata.push_back(static_cast<std::uint8_t>(part));
      rdata.insert(rdata.end(), part, 'x');
      left -= part;
    }
    // Without the upstream's own OPT, which we drop: what is left is the size without an OPT.
    packet = Packet("www.example", RRType::Txt).raw(RRType::Txt, rdata).make();
    packet.resize(packet.size() - 11);
    packet[11] = 0;
    if (packet.size() > size) return {};  // no text gives that very size
  }
  return packet;
}

TEST(ServiceCache, TruncatesAtEveryBoundaryWhatTheClientCannotTake) {
  struct Row {
    const char* description;
    bool edns;
    std::uint16_t udp_bytes;
    std::size_t limit;
  };
  constexpr Row kRows[] = {
      {"without EDNS 512 octets", false, 0, 512},
      {"a smaller size means 512", true, 100, 512},
      {"what the client offers", true, 900, 900},
      {"never more than 1232", true, 4096, 1232},
  };
  for (const Row& row : kRows) {
    const Asked asked{
        .name = "www.example", .type = RRType::Txt, .edns = row.edns, .udp_bytes = row.udp_bytes};
    const std::size_t opt = row.edns ? 11 : 0;
    for (int off = -20; off <= 20; ++off) {
      House house;
      const std::size_t size = row.limit + off;
      const Octets packet = packet_of_size(size - opt);
      if (packet.empty()) continue;
      house.ask_with(asked, packet);
      const Reply reply = *house.ask(asked);
      EXPECT_LE(reply.octets.size(), row.limit) << row.description << off;
      EXPECT_EQ(reply.has(Header::kTruncated), off > 0) << row.description << off;
      EXPECT_EQ(reply.rows.empty(), off > 0) << row.description << off;
      EXPECT_EQ(reply.has_edns, row.edns);
      EXPECT_EQ(house.counters.truncated.value(), off > 0 ? 2U : 0U);
      Asked by_stream = asked;
      by_stream.transport = Transport::Tcp;
      EXPECT_EQ(house.ask(by_stream)->octets.size(), size) << row.description << off;
    }
  }
}

}  // namespace
}  // namespace haetae::dns::test
