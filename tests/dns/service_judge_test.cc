// Answers are judged: the names of their chains, their addresses, their services.
#include <gmock/gmock.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

using policy::MarkKind;
using policy::Reason;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kSite = "site.example";

// The house of the tests with a second, unfiltered profile at 192.0.2.99, and lists of addresses.
haetae::test::PolicyMaker judged_maker() {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.list("adult-addresses", 0, {"203.0.113.0/24", "2001:db8:bad::/48"});
  maker.list("order-addresses", 1, {"198.51.100.66"});
  const auto parent = maker.profile("parent");
  maker.at(parent).filtered = false;
  maker.at(parent).log = policy::LogLevel::All;
  maker.recognitions.push_back({.who = {0, parent}, .places = {*Cidr::from_text("192.0.2.99")}});
  maker.devices.push_back({"laptop", parent});
  return maker;
}

class JudgedHouse : public House {
 public:
  JudgedHouse() : House(judged_maker()) {}

  // The event of what was asked last.
  event::Event event() {
    event::Event last;
    HAETAE_ASSERT(events.front() != nullptr);
    while (events.front() != nullptr) {
      last = *events.front();
      events.pop();
    }
    return last;
  }
  std::string decided_by() {
    const event::Event last = event();
    switch (last.answer) {
      case event::Event::Answer::None: return "";
      case event::Event::Answer::Name: return last.answer_name().to_text();
      case event::Event::Answer::Address: return last.answer_address().to_text();
    }
    return "";
  }
};

Octets chain(std::initializer_list<std::string_view> names, std::string_view address,
             std::uint32_t ttl_s = 300) {
  Packet packet(*names.begin(), RRType::A);
  for (const auto* name = names.begin(); name + 1 != names.end(); ++name) {
    packet.cname(*name, *(name + 1), ttl_s);
  }
  return packet.address(address, ttl_s, *(names.end() - 1)).make();
}

Octets https(std::string_view owner, std::uint16_t priority, std::string_view target,
             std::initializer_list<std::uint8_t> hints_v4 = {},
             std::initializer_list<std::uint8_t> hints_v6 = {}) {
  Octets rdata{static_cast<std::uint8_t>(priority >> 8), static_cast<std::uint8_t>(priority)};
  const Name name = target == "." ? Name() : name_of(target);
  rdata.insert(rdata.end(), name.wire().begin(), name.wire().end());
  for (const auto& [key, hints] : {std::pair(4, hints_v4), std::pair(6, hints_v6)}) {
    if (hints.size() == 0) continue;
    rdata.insert(rdata.end(),
                 {0, static_cast<std::uint8_t>(key), 0, static_cast<std::uint8_t>(hints.size())});
    rdata.insert(rdata.end(), hints.begin(), hints.end());
  }
  return Packet(owner, RRType::Https).raw(RRType::Https, rdata).make();
}

struct JudgeCase {
  const char* what;
  RRType type;
  Octets packet;
  const char* decided_by;  // null: it passes
  Reason reason = Reason::Category;
  const char* error = "adult; adult-one";
};

std::vector<JudgeCase> judge_cases() {
  constexpr const char* kByAddress = "adult; adult-addresses";
  const auto dname = [](std::string_view owner, std::string_view target) {
    const Name to = name_of(target);
    const Octets rdata(to.wire().begin(), to.wire().end());
    wire::Query query;
    query.question = {name_of(kSite), RRType::A, wire::RRClass::In, {}};
    Octets room(1024);
    wire::DnsWriter writer(room, query, Rcode::NoError);
    writer.add_raw(wire::Section::Answer, name_of(owner), RRType::Dname, 300, rdata);
    writer.add_address(wire::Section::Answer, name_of("site.elsewhere.example"), 300,
                       *IpAddress::from_text("192.0.2.80"));
    room.resize(writer.finish());
    return room;
  };
  return {
      {"nothing is known", RRType::A, chain({kSite}, "192.0.2.80"), nullptr},
      {"a chain of which nothing is known", RRType::A,
       chain({kSite, "edge.cdn.example", "pop.cdn.example"}, "192.0.2.80"), nullptr},
      {"a blocked name", RRType::A, chain({kSite, "www.bad.example"}, "192.0.2.80"),
       "www.bad.example"},
      {"a blocked name in the middle", RRType::A,
       chain({kSite, "a.example", "bad.example", "b.example"}, "192.0.2.80"), "bad.example"},
      {"a blocked name at the end", RRType::A,
       chain({kSite, "a.example", "b.example", "x.bad.example"}, "192.0.2.80"), "x.bad.example"},
      {"a chain that ends in nothing", RRType::A,
       Packet(kSite, RRType::A).cname(kSite, "bad.example").soa(300, 300).make(), "bad.example"},
      {"a DNAME that leads into a blocked zone, without its CNAME", RRType::A,
       dname("example", "bad.example"), "site.bad.example"},
      {"a listed address", RRType::A, chain({kSite}, "203.0.113.7"), "203.0.113.7",
       Reason::Category, kByAddress},
      {"a listed address at a chain's end", RRType::A,
       chain({kSite, "edge.cdn.example"}, "203.0.113.7"), "203.0.113.7", Reason::Category,
       kByAddress},
      {"one of several addresses", RRType::A,
       Packet(kSite, RRType::A).address("192.0.2.80").address("203.0.113.7").make(), "203.0.113.7",
       Reason::Category, kByAddress},
      {"a listed address of IPv6", RRType::Aaaa,
       Packet(kSite, RRType::Aaaa).address("2001:db8:bad::1").make(), "2001:db8:bad::1",
       Reason::Category, kByAddress},
      {"a listed address behind NAT64", RRType::Aaaa,
       Packet(kSite, RRType::Aaaa).address("64:ff9b::203.0.113.7").make(), "64:ff9b::cb00:7107",
       Reason::Category, kByAddress},
      {"a service elsewhere", RRType::Https, https(kSite, 1, "svc.cdn.example", {192, 0, 2, 80}),
       nullptr},
      {"an alias to a blocked name", RRType::Https, https(kSite, 0, "pool.bad.example"),
       "pool.bad.example"},
      {"a service at a blocked name", RRType::Https, https(kSite, 1, "svc.bad.example"),
       "svc.bad.example"},
      {"a hint that is listed", RRType::Https, https(kSite, 1, ".", {203, 0, 113, 7}),
       "203.0.113.7", Reason::Category, kByAddress},
      {"the second hint, of IPv6", RRType::Https,
       https(kSite, 1, ".", {192, 0, 2, 80},
             {0x20, 1, 0xd, 0xb8, 0xb, 0xad, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
       "2001:db8:bad::1", Reason::Category, kByAddress},
      {"a router", RRType::A, chain({kSite}, "192.168.0.1"), "192.168.0.1", Reason::Rebinding,
       "rebinding"},
      {"this machine", RRType::A, chain({kSite}, "127.0.0.1"), "127.0.0.1", Reason::Rebinding,
       "rebinding"},
      {"a router at a chain's end", RRType::A, chain({kSite, "nas.lan.example"}, "10.0.0.1"),
       "10.0.0.1", Reason::Rebinding, "rebinding"},
      {"a device of the house by IPv6", RRType::Aaaa,
       Packet(kSite, RRType::Aaaa).address("fd00::1").make(), "fd00::1", Reason::Rebinding,
       "rebinding"},
      {"a device behind NAT64", RRType::Aaaa,
       Packet(kSite, RRType::Aaaa).address("64:ff9b::192.168.0.1").make(), "64:ff9b::c0a8:1",
       Reason::Rebinding, "rebinding"},
      {"a hint that leads home", RRType::Https, https(kSite, 1, ".", {192, 168, 0, 1}),
       "192.168.0.1", Reason::Rebinding, "rebinding"},
      {"a null address beside a real one", RRType::A,
       Packet(kSite, RRType::A).address("0.0.0.0").address("192.0.2.80").make(), "0.0.0.0",
       Reason::Rebinding, "rebinding"},
  };
}

// From the upstream, then from the cache: the same is said.
TEST(ServiceJudge, BlocksTheQuestionForWhatItsAnswerLeadsTo) {
  for (const JudgeCase& row : judge_cases()) {
    JudgedHouse house;
    for (const char* from : {"upstream", "cache", "cache again"}) {
      const auto reply = house.ask_with({.name = std::string(kSite), .type = row.type}, row.packet);
      ASSERT_TRUE(reply) << row.what;
      EXPECT_EQ(house.upstream_asked.size(), 0U) << row.what << " from " << from;
      const event::Event event = house.event();
      EXPECT_EQ(event.name().to_text(), kSite);
      if (row.decided_by == nullptr) {
        EXPECT_EQ(reply->rcode(), Rcode::NoError) << row.what << " from " << from;
        EXPECT_THAT(reply->errors, IsEmpty()) << row.what;
        EXPECT_EQ(event.kind, policy::Kind::DnsName) << row.what;
        EXPECT_EQ(event.answer, event::Event::Answer::None) << row.what;
        continue;
      }
      EXPECT_EQ(reply->rcode(), Rcode::NxDomain) << row.what << " from " << from;
      EXPECT_THAT(reply->rows, SizeIs(1)) << row.what << ": an SOA and nothing of the answer";
      const EdeCode code = row.reason == Reason::Rebinding ? EdeCode::Blocked : EdeCode::Filtered;
      EXPECT_THAT(reply->errors, ElementsAre(Reply::Error{code, row.error})) << row.what;
      EXPECT_EQ(event.verdict.reason, row.reason) << row.what;
      EXPECT_EQ(event.kind, policy::Kind::DnsAnswer) << row.what;
      const std::string decided = event.answer == event::Event::Answer::Name
                                      ? event.answer_name().to_text()
                                      : event.answer_address().to_text();
      EXPECT_EQ(decided, row.decided_by) << row.what << " from " << from;
    }
    EXPECT_EQ(house.counters.upstream_queries.value(), 1U) << row.what;
    EXPECT_EQ(house.counters.answers_blocked.value(), row.decided_by == nullptr ? 0U : 3U);
  }
}

TEST(ServiceJudge, AnswersNullAddressesOfAFilterUpstreamAsNoAddress) {
  for (const auto& [type, address] :
       {std::pair(RRType::A, "0.0.0.0"), std::pair(RRType::Aaaa, "::")}) {
    JudgedHouse house;
    const auto packet = Packet(kSite, type).address(address, 80'000).make();
    for (int i = 0; i < 2; ++i) {
      const auto reply = house.ask_with({.name = std::string(kSite), .type = type}, packet);
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->rcode(), Rcode::NoError);
      EXPECT_THAT(reply->of(type), IsEmpty());
      ASSERT_THAT(reply->of(RRType::Soa), SizeIs(1));
      EXPECT_LE(reply->of(RRType::Soa)[0].ttl_s, 60U);
      EXPECT_THAT(reply->errors,
                  ElementsAre(Reply::Error{EdeCode::ForgedAnswer, "null address from upstream"}));
      EXPECT_EQ(house.event().verdict.action, policy::Action::Allow) << "nobody attacked";
    }
    EXPECT_EQ(house.counters.answers_null.value(), 2U);
    EXPECT_EQ(house.counters.answers_rebinding.value(), 0U);
  }
}

TEST(ServiceJudge, AGuardiansAllowCoversTheChainButForIllegalContentAndRebinding) {
  struct Row {
    const char* what;
    Octets packet;
    bool passes;
  };
  const Row rows[] = {
      {"a blocked name", chain({kSite, "www.bad.example"}, "192.0.2.80"), true},
      {"a listed address", chain({kSite, "edge.cdn.example"}, "203.0.113.7"), true},
      {"an illegal name", chain({kSite, "www.illegal.example"}, "192.0.2.80"), false},
      {"an illegal address", chain({kSite}, "198.51.100.66"), false},
      {"an illegal name behind a blocked one",
       chain({kSite, "www.bad.example", "www.illegal.example"}, "192.0.2.80"), false},
      {"the router", chain({kSite}, "192.168.0.1"), false},
  };
  for (const Row& row : rows) {
    JudgedHouse house;
    house.maker.mark(MarkKind::GuardianAllow, kSite, 0);
    house.publish_policy();
    const auto reply = house.ask_with({.name = std::string(kSite)}, row.packet);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->rcode(), row.passes ? Rcode::NoError : Rcode::NxDomain) << row.what;
  }
}

TEST(ServiceJudge, AnAllowOfANameInTheChainCoversWhatComesBehindItAlone) {
  JudgedHouse house;
  house.maker.mark(MarkKind::GuardianAllow, "good.example", 0);
  house.publish_policy();
  const auto ask = [&](std::string name, const Octets& packet) {
    return house.ask_with({.name = std::move(name)}, packet)->rcode();
  };
  EXPECT_EQ(ask("a.example", chain({"a.example", "good.example"}, "203.0.113.7")), Rcode::NoError);
  EXPECT_EQ(ask("b.example", chain({"b.example", "good.example", "bad.example"}, "192.0.2.80")),
            Rcode::NoError);
  EXPECT_EQ(ask("c.example", chain({"c.example", "bad.example", "good.example"}, "192.0.2.80")),
            Rcode::NxDomain);
  // The allowed name stands beside the chain: it lends nothing to the address.
  EXPECT_EQ(ask("d.example", Packet("d.example", RRType::A)
                                 .cname("other.example", "good.example")
                                 .address("203.0.113.7")
                                 .make()),
            Rcode::NxDomain);
}

TEST(ServiceJudge, AHelpLineIsReachedWhateverItsCdnIsListedFor) {
  JudgedHouse house;
  house.maker.mark(MarkKind::Help, "help.example");
  house.publish_policy();
  for (const Octets& packet : {chain({"help.example", "www.bad.example"}, "203.0.113.7"),
                               chain({"help.example", "www.illegal.example"}, "198.51.100.66")}) {
    const auto reply = house.ask_with({.name = "help.example"}, packet);
    ASSERT_TRUE(reply);
    EXPECT_THAT(reply->of(RRType::A), SizeIs(1));
    house.live(std::chrono::minutes{10});  // past the cached answer
  }
}

TEST(ServiceJudge, NamesOfTheHouseMayHaveItsAddresses) {
  JudgedHouse house;
  house.maker.mark(MarkKind::LocalAnswers, "lan");
  house.maker.mark(MarkKind::LocalAnswers, "nas.example");
  house.publish_policy();
  const auto ask = [&](std::string name, const Octets& packet) {
    return house.ask_with({.name = std::move(name)}, packet)->rcode();
  };
  EXPECT_EQ(ask("printer.lan", chain({"printer.lan"}, "192.168.0.9")), Rcode::NoError);
  EXPECT_EQ(ask("x.nas.example", chain({"x.nas.example"}, "10.0.0.9")), Rcode::NoError);
  EXPECT_EQ(ask("nas", chain({"nas"}, "192.168.0.9")), Rcode::NoError);
  EXPECT_EQ(ask("null.lan", chain({"null.lan"}, "0.0.0.0")), Rcode::NoError);
  // What is asked counts, not where it leads.
  EXPECT_EQ(ask("evil.example", chain({"evil.example", "printer.lan"}, "192.168.0.9")),
            Rcode::NxDomain);
  house.maker.rebinding_protected = false;
  house.publish_policy();
  EXPECT_EQ(ask("evil.example", {}), Rcode::NoError) << "from the cache, under the new policy";
}

TEST(ServiceJudge, ACachedAnswerIsJudgedAnewUnderEachPolicy) {
  JudgedHouse house;
  const auto packet = chain({kSite, "edge.cdn.example"}, "192.0.2.80", 80'000);
  const auto ask = [&] { return house.ask_with({.name = std::string(kSite)}, packet)->rcode(); };
  EXPECT_EQ(ask(), Rcode::NoError);
  EXPECT_EQ(ask(), Rcode::NoError);
  house.maker.mark(MarkKind::GuardianDeny, "cdn.example", 0);
  house.publish_policy();
  EXPECT_EQ(ask(), Rcode::NxDomain);
  EXPECT_EQ(house.decided_by(), "edge.cdn.example");
  house.maker.mark(MarkKind::GuardianAllow, "edge.cdn.example", 0);
  house.publish_policy();
  EXPECT_EQ(ask(), Rcode::NoError);
  EXPECT_EQ(house.counters.upstream_queries.value(), 1U);
}

TEST(ServiceJudge, AGrantAndItsEndChangeACachedAnswerAtOnce) {
  JudgedHouse house;
  const auto packet = chain({kSite, "www.bad.example"}, "192.0.2.80", 80'000);
  const auto ask = [&] { return *house.ask_with({.name = std::string(kSite)}, packet); };
  EXPECT_EQ(ask().rcode(), Rcode::NxDomain);
  policy::Standing standing;
  standing.grants.push_back({.subject = policy::GrantSubject::Name,
                             .name = name_of(kSite),
                             .made = house.now.wall,
                             .from = house.now.wall,
                             .until = house.now.wall + std::chrono::seconds{20}});
  house.publish_standing(standing);
  const Reply granted = ask();
  EXPECT_EQ(granted.rcode(), Rcode::NoError);
  EXPECT_EQ(granted.of(RRType::A)[0].ttl_s, 20U) << "not past the grant's end";
  house.pass(std::chrono::seconds{20});
  EXPECT_EQ(ask().rcode(), Rcode::NxDomain);
}

TEST(ServiceJudge, EachProfileHasItsOwnWordOnOneCachedAnswer) {
  JudgedHouse house;
  const auto packet = chain({kSite, "www.bad.example"}, "203.0.113.7", 80'000);
  const auto ask = [&](std::string from) {
    return house.ask_with({.name = std::string(kSite), .from = std::move(from)}, packet)->rcode();
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask("192.0.2.99"), Rcode::NoError) << "a parent";
    EXPECT_EQ(ask("192.0.2.10"), Rcode::NxDomain) << "a child";
  }
  EXPECT_EQ(house.counters.upstream_queries.value(), 1U);
}

TEST(ServiceJudge, IllegalContentAndRebindingAreBlockedForEverybody) {
  for (const Octets& packet :
       {chain({kSite, "www.illegal.example"}, "192.0.2.80"), chain({kSite}, "192.168.0.1")}) {
    JudgedHouse house;
    const auto reply = house.ask_with({.name = std::string(kSite), .from = "192.0.2.99"}, packet);
    EXPECT_EQ(reply->rcode(), Rcode::NxDomain);
  }
}

TEST(ServiceJudge, OfTwoThatBlockTheIllegalOneIsTold) {
  JudgedHouse house;
  const auto reply =
      house.ask_with({.name = std::string(kSite)},
                     chain({kSite, "www.bad.example", "www.illegal.example"}, "192.0.2.80"));
  EXPECT_TRUE(reply->has_error(EdeCode::Censored));
  EXPECT_EQ(house.events.front(), nullptr) << "and is never itemised";
}

TEST(ServiceJudge, TheAnswersLifeEndsWithTheFirstVerdictInIt) {
  JudgedHouse house;
  const auto service = house.maker.service("play", {"play.example"});
  policy::ScheduleRow hours;
  hours.windows = {{0, 24 * 60 - 1}};  // until a minute before midnight
  house.maker.service_of(0, service).hours = policy::Schedule({hours});
  house.publish_policy();
  house.now.wall = Time{std::chrono::sys_days{std::chrono::year{2026} / 3 / 4}} +
                   std::chrono::hours{23} + std::chrono::minutes{58} + std::chrono::seconds{50};
  const auto packet = chain({kSite, "cdn.play.example"}, "192.0.2.80", 80'000);
  for (int i = 0; i < 2; ++i) {
    const auto reply = house.ask_with({.name = std::string(kSite)}, packet);
    EXPECT_EQ(reply->of(RRType::A)[0].ttl_s, 10U);
    EXPECT_EQ(reply->of(RRType::Cname)[0].ttl_s, 10U);
  }
  house.pass(std::chrono::seconds{10});
  EXPECT_EQ(house.ask_with({.name = std::string(kSite)}, packet)->rcode(), Rcode::NxDomain);
  EXPECT_EQ(house.event().verdict.reason, Reason::ServiceBlocked);
}

TEST(ServiceJudge, AWatchingListTellsWhatItWouldHaveBlocked) {
  JudgedHouse house;
  house.maker.entry(0).mode = policy::Mode::Watch;
  house.publish_policy();
  const auto reply =
      house.ask_with({.name = std::string(kSite)}, chain({kSite, "www.bad.example"}, "192.0.2.80"));
  EXPECT_EQ(reply->rcode(), Rcode::NoError);
  const event::Event event = house.event();
  EXPECT_TRUE(event.verdict.watched);
  EXPECT_EQ(event.verdict.action, policy::Action::Allow);
  EXPECT_EQ(event.verdict.reason, Reason::Category);
  EXPECT_EQ(event.answer_name(), name_of("www.bad.example"));
}

TEST(ServiceJudge, WhatLeadsToTooMuchIsUndecidable) {
  Packet names(kSite, RRType::A);
  std::string last(kSite);
  for (std::size_t i = 0; i < limits::kAnswerNamesMax + 1; ++i) {
    const std::string next = "n" + std::to_string(i) + ".example";
    names.cname(last, next);
    last = next;
  }
  Packet addresses(kSite, RRType::A);
  for (std::size_t i = 0; i < limits::kAnswerAddressesMax + 1; ++i) {
    addresses.address("192.0.2.80");
  }
  for (const Octets& packet : {names.make(), addresses.make()}) {
    JudgedHouse house;
    const Asked asked{.name = std::string(kSite), .transport = Transport::Tcp, .connection = 1};
    EXPECT_EQ(house.ask_with(asked, packet)->rcode(), Rcode::NoError);
    house.maker.at(0).undecidable_blocked = true;
    house.publish_policy();
    EXPECT_EQ(house.ask_with(asked, packet)->rcode(), Rcode::NxDomain);
    EXPECT_EQ(house.event().verdict.reason, Reason::Undecidable);
    EXPECT_EQ(house.counters.answers_undecidable.value(), 2U);
    house.maker.mark(MarkKind::GuardianAllow, kSite, 0);
    house.publish_policy();
    EXPECT_EQ(house.ask_with(asked, packet)->rcode(), Rcode::NoError);
  }
}

TEST(ServiceJudge, JustAsManyAsAreJudgedAreDecidable) {
  Packet addresses(kSite, RRType::A);
  for (std::size_t i = 0; i < limits::kAnswerAddressesMax; ++i) addresses.address("192.0.2.80");
  JudgedHouse house;
  house.maker.at(0).undecidable_blocked = true;
  house.publish_policy();
  EXPECT_EQ(
      house
          .ask_with({.name = std::string(kSite), .transport = Transport::Tcp, .connection = 1},
                    addresses.make())
          ->rcode(),
      Rcode::NoError);
}

TEST(ServiceJudge, AChangedAnswerHasNoSignatureAndNoAd) {
  const Asked asked{.name = std::string(kSite), .ad = true, .dnssec_ok = true};
  const auto signed_answer = [](std::string_view address) {
    return Packet(kSite, RRType::A).address(address).signature(RRType::A).make();
  };
  JudgedHouse open;
  auto reply = open.ask_with(asked, signed_answer("192.0.2.80"), true);
  EXPECT_TRUE(reply->has(wire::Header::kAuthenticData));
  EXPECT_THAT(reply->of(RRType::Rrsig), SizeIs(1));
  for (const std::string_view address : {"203.0.113.7", "192.168.0.1", "0.0.0.0"}) {
    JudgedHouse house;
    for (int i = 0; i < 2; ++i) {
      reply = house.ask_with(asked, signed_answer(address), true);
      EXPECT_FALSE(reply->has(wire::Header::kAuthenticData)) << address;
      EXPECT_THAT(reply->of(RRType::Rrsig), IsEmpty()) << address;
      EXPECT_THAT(reply->of(RRType::A), IsEmpty()) << address;
    }
  }
}

TEST(ServiceJudge, NothingThatIsNotJudgedStandsInAnAnswer) {
  JudgedHouse house;
  Packet packet(kSite, RRType::Mx);
  packet.raw(RRType::Mx, {0, 5, 4, 'm', 'a', 'i', 'l', 0});
  packet.raw(RRType::A, {203, 0, 113, 7});
  packet.raw(RRType::A, {203, 0, 113, 7}, 300, wire::Section::Additional);
  const Octets mail = packet.make();
  for (const bool dnssec_ok : {false, true}) {
    const auto reply = house.ask_with(
        {.name = std::string(kSite), .type = RRType::Mx, .dnssec_ok = dnssec_ok}, mail);
    ASSERT_TRUE(reply);
    EXPECT_THAT(reply->rows, SizeIs(1));
    EXPECT_THAT(reply->of(RRType::Mx), SizeIs(1));
  }
}

TEST(ServiceJudge, StaleAnswersAreJudgedToo) {
  JudgedHouse house;
  const auto packet = chain({kSite, "edge.cdn.example"}, "192.0.2.80", 60);
  EXPECT_EQ(house.ask_with({.name = std::string(kSite)}, packet)->rcode(), Rcode::NoError);
  house.maker.mark(MarkKind::GuardianDeny, "cdn.example", 0);
  house.publish_policy();
  house.pass(std::chrono::minutes{5});
  ASSERT_EQ(house.send({.name = std::string(kSite)}).kind, Effect::Kind::Pending);
  house.answer_failed();
  const auto reply = house.take_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->rcode(), Rcode::NxDomain);
  EXPECT_TRUE(reply->has_error(EdeCode::Filtered));
}

TEST(ServiceJudge, AllWhoWaitAreJudgedByTheirOwnProfile) {
  JudgedHouse house;
  house.send({.name = std::string(kSite), .id = 1, .from = "192.0.2.10"});
  house.send({.name = std::string(kSite), .id = 2, .from = "192.0.2.99"});
  house.answer(chain({kSite, "www.bad.example"}, "192.0.2.80"));
  ASSERT_THAT(house.replies, SizeIs(2));
  for (const Reply& reply : house.replies) {
    EXPECT_EQ(reply.rcode(), reply.header.id == 1 ? Rcode::NxDomain : Rcode::NoError);
  }
}

TEST(ServiceJudge, WhereSafeSearchLeadsOnlyIllegalContentAndRebindingBlock) {
  for (const auto& [address, passes] :
       {std::pair("203.0.113.7", true), std::pair("198.51.100.66", false),
        std::pair("192.168.0.1", false)}) {
    JudgedHouse house;
    house.maker.engine("seek", {"www.seek.example"});
    house.maker.at(0).safe_search = policy::Strictness::Strict;
    house.publish_policy();
    for (int i = 0; i < 2; ++i) {
      const auto reply =
          house.ask_with({.name = "www.seek.example"},
                         Packet("strict.seek.example", RRType::A).address(address).make());
      ASSERT_TRUE(reply);
      EXPECT_EQ(reply->rcode(), passes ? Rcode::NoError : Rcode::NxDomain) << address;
      EXPECT_EQ(reply->of(RRType::A).size(), passes ? 1U : 0U) << address;
    }
  }
}

TEST(ServiceJudge, AnswersABlockAsTheSiteAnswersBlocks) {
  JudgedHouse house;
  house.settings.block_answer.kind = config::BlockAnswerKind::NullAddress;
  house.publish_settings();
  const auto reply =
      house.ask_with({.name = std::string(kSite)}, chain({kSite, "www.bad.example"}, "192.0.2.80"));
  ASSERT_THAT(reply->of(RRType::A), SizeIs(1));
  EXPECT_EQ(reply->of(RRType::A)[0].text, "0.0.0.0");
  EXPECT_TRUE(reply->has_error(EdeCode::ForgedAnswer));
}

}  // namespace
}  // namespace haetae::dns::test
