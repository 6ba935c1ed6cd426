// Blocked names: the four kinds of answer and what is said about why.
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

using config::BlockAnswerKind;

struct BlockCase {
  const char* description;
  BlockAnswerKind kind;
  RRType type;
  Rcode rcode;
  const char* address;  // "": none
  bool soa;
  bool forged;
};
constexpr BlockCase kCases[] = {
    {"no such name", BlockAnswerKind::NxDomain, RRType::A, Rcode::NxDomain, "", true, false},
    {"no such name of any type", BlockAnswerKind::NxDomain, RRType::Https, Rcode::NxDomain, "",
     true, false},
    {"null address", BlockAnswerKind::NullAddress, RRType::A, Rcode::NoError, "0.0.0.0", false,
     true},
    {"null address of IPv6", BlockAnswerKind::NullAddress, RRType::Aaaa, Rcode::NoError,
     "::", false, true},
    {"nothing for types without address", BlockAnswerKind::NullAddress, RRType::Mx, Rcode::NoError,
     "", true, false},
    {"the block page", BlockAnswerKind::Address, RRType::A, Rcode::NoError, "192.0.2.1", false,
     true},
    {"the block page by IPv6", BlockAnswerKind::Address, RRType::Aaaa, Rcode::NoError,
     "2001:db8::1", false, true},
    {"no service parameters that lead past it", BlockAnswerKind::Address, RRType::Https,
     Rcode::NoError, "", true, false},
    {"refused", BlockAnswerKind::Refused, RRType::A, Rcode::Refused, "", false, false},
};

TEST(ServiceBlock, AnswersInTheConfiguredKind) {
  for (const BlockCase& row : kCases) {
    House house;
    house.settings.block_answer = {row.kind, IpAddress::from_text("192.0.2.1"),
                                   IpAddress::from_text("2001:db8::1")};
    house.publish_settings();
    const Reply reply = *house.ask({.name = "a.Bad.example", .type = row.type, .id = 77});
    EXPECT_EQ(reply.rcode(), row.rcode) << row.description;
    EXPECT_EQ(reply.header.id, 77);
    EXPECT_EQ(reply.question, "\1a\3Bad\7example" + std::string(1, '\0'));
    ASSERT_EQ(reply.rows.size(), (*row.address != '\0' ? 1U : 0U) + (row.soa ? 1U : 0U))
        << row.description;
    for (const Reply::Row& record : reply.rows) EXPECT_EQ(record.ttl_s, 2U) << row.description;
    if (*row.address != '\0') {
      EXPECT_EQ(reply.rows[0].text, row.address);
      EXPECT_EQ(reply.rows[0].owner, "a.bad.example");
    }
    if (row.soa) {
      EXPECT_EQ(reply.rows.back().section, wire::Section::Authority);
      EXPECT_EQ(reply.rows.back().text.substr(reply.rows.back().text.size() - 4),
                std::string("\0\0\0\2", 4))
          << row.description;
    }
    ASSERT_FALSE(reply.errors.empty());
    EXPECT_EQ(reply.errors[0], (Reply::Error{EdeCode::Filtered, "adult; adult-one"}));
    EXPECT_EQ(reply.has_error(EdeCode::ForgedAnswer), row.forged) << row.description;
    EXPECT_EQ(house.counters.blocked.value(), 1U);
    EXPECT_TRUE(house.upstream_asked.empty());
  }
}

TEST(ServiceBlock, WithoutAConfiguredAddressOfTheFamilyTheAnswerIsEmpty) {
  House house;
  house.settings.block_answer = {BlockAnswerKind::Address, IpAddress::from_text("192.0.2.1"), {}};
  house.publish_settings();
  const Reply reply = *house.ask({.name = "bad.example", .type = RRType::Aaaa});
  EXPECT_EQ(reply.rcode(), Rcode::NoError);
  EXPECT_TRUE(reply.of(RRType::Aaaa).empty());
  EXPECT_EQ(reply.of(RRType::Soa).size(), 1U);
  EXPECT_FALSE(reply.has_error(EdeCode::ForgedAnswer));
}

TEST(ServiceBlock, SaysWhoDecidedByItsCode) {
  struct Row {
    const char* description;
    config::SiteKind site;
    const char* name;
    EdeCode code;
  };
  constexpr Row kRows[] = {
      {"a family's own filter", config::SiteKind::Home, "bad.example", EdeCode::Filtered},
      {"a school's policy", config::SiteKind::School, "bad.example", EdeCode::Blocked},
      {"a provider's policy", config::SiteKind::Isp, "bad.example", EdeCode::Blocked},
      {"a legal order at home", config::SiteKind::Home, "illegal.example", EdeCode::Censored},
      {"a legal order at a provider", config::SiteKind::Isp, "illegal.example", EdeCode::Censored},
  };
  for (const Row& row : kRows) {
    House house;
    house.settings.site_kind = row.site;
    house.publish_settings();
    EXPECT_EQ(house.ask({.name = row.name})->errors.at(0).code, row.code) << row.description;
  }
}

TEST(ServiceBlock, SaysTheReasonWhereNoListDecided) {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.mark(policy::MarkKind::GuardianDeny, "denied.example", 0);
  const auto service = maker.service("videos", {"videos.example"});
  maker.service_of(0, service).rule = policy::ServiceRule::Block;
  House house(maker);
  EXPECT_EQ(house.ask({.name = "denied.example"})->errors.at(0).text,
            "denied_by_guardian; profile:little");
  EXPECT_EQ(house.ask({.name = "videos.example"})->errors.at(0).text,
            "service_blocked; service:videos");
  policy::Standing paused;
  paused.profiles.resize(1);
  paused.profiles[0].paused_since = house.now.wall;
  house.publish_standing(paused);
  EXPECT_EQ(house.ask({.name = "www.example"})->errors.at(0).text, "paused");
}

TEST(ServiceBlock, CutsALongTextAtTheEndOfACharacter) {
  haetae::test::PolicyMaker maker = House::default_maker();
  std::string name = "x";
  while (name.size() < 200) name += "해";
  maker.list(name, 0, {"||long.example^"});
  House house(maker);
  const std::string text = house.ask({.name = "long.example"})->errors.at(0).text;
  EXPECT_LE(text.size(), limits::kEdeTextBytesMax);
  EXPECT_GT(text.size(), limits::kEdeTextBytesMax - 3);
  EXPECT_EQ((text.size() - std::string_view("adult; x").size()) % 3, 0U);
}

TEST(ServiceBlock, KeepsAnEventOfWhatTheProfileLogs) {
  House house;
  house.ask({.name = "A.bad.example", .type = RRType::Aaaa});
  const event::Event* event = house.events.front();
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->verdict.action, policy::Action::Block);
  EXPECT_EQ(event->record_type, static_cast<std::uint16_t>(RRType::Aaaa));
  EXPECT_EQ(event->when, house.now.wall);
  EXPECT_EQ(Name::from_wire({event->name_wire.data(), event->name_size})->to_text(),
            "a.bad.example");
  EXPECT_EQ(event->peer.address.to_text(), "192.0.2.10");
  house.events.pop();

  house.maker.at(0).log = policy::LogLevel::None;
  house.publish_policy();
  house.ask({.name = "bad.example"});
  EXPECT_EQ(house.events.front(), nullptr);
}

TEST(ServiceBlock, CountsEventsThatFindNoRoom) {
  House house;
  for (int i = 0; i < 1024 + 5; ++i) house.ask({.name = "bad.example"});
  EXPECT_EQ(house.counters.events_lost.value(), 5U);
  EXPECT_EQ(house.counters.replies.value(), 1024U + 5U);
}

}  // namespace
}  // namespace haetae::dns::test
