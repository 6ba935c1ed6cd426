#include "proxy/body_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/proxy_house.h"
#include "proxy/scan_limits.h"
#include "support/packed.h"

namespace haetae::proxy::test {
namespace {

using haetae::test::gzip_of;
using haetae::test::PolicyMaker;
using policy::Reason;
using policy::RuleKind;

// A child whose profile closes pages of adult phrases, from 100 points on.
PolicyMaker family(bool undecidable_blocked = true) {
  PolicyMaker maker = House::default_maker();
  maker.at(0).undecidable_blocked = undecidable_blocked;
  maker.phrase("wicked panda", 0, 100);
  maker.phrase("naughty cub", 0, 60);
  maker.phrase("panda clinic", 0, -80);
  maker.label_categories.adult = 0;
  return maker;
}

struct Scans {
  explicit Scans(const PolicyMaker& maker = family())
      : house(maker), scans(house.judge, house.counters) {}

  struct Head {
    const char* type = "text/html; charset=utf-8";
    const char* encoding = "";
  };
  std::unique_ptr<BodyScan> begin(const Head& head, const char* client = "192.0.2.7") {
    inspect::Seen seen;
    seen.time = house.now.wall;
    seen.protocol = inspect::Protocol::Http;
    seen.kind = policy::Kind::HttpUrl;
    seen.client = {*IpAddress::from_text(client), 40000};
    seen.has_name = true;
    seen.name = name_of("www.good.example");
    seen.path = as_bytes("/page");
    return scans.begin({.seen = seen,
                        .status = 200,
                        .content_type = head.type,
                        .content_encoding = head.encoding});
  }
  // What is known of the body at its end, or as soon as it is known.
  Scanned scan(const Head& head, std::string_view body, std::size_t piece = 1 << 20) {
    scanned_bytes = 0;
    const std::unique_ptr<BodyScan> scan = begin(head);
    if (scan == nullptr) return Scanned::Clean;
    Scanned scanned = Scanned::Undecided;
    while (!body.empty() && scanned == Scanned::Undecided) {
      const std::string_view next = body.substr(0, piece);
      body.remove_prefix(next.size());
      scanned_bytes += next.size();
      scanned = scan->feed(as_bytes(next));
    }
    if (scanned == Scanned::Undecided) scanned = scan->finish();
    if (scanned == Scanned::Blocked) verdict = scan->verdict();
    return scanned;
  }

  House house;
  PageScans scans;
  std::size_t scanned_bytes = 0;
  policy::Verdict verdict;
};

struct Case {
  const char* about;
  Scans::Head head;
  std::string body;
  Scanned scanned;
};
constexpr const char* kHarm = "<h2>Welcome</h2><p>A w<b>ick</b>ed panda.</p>";

std::vector<Case> cases() {
  return {
      {"a phrase that is heavy enough", {}, kHarm, Scanned::Blocked},
      {"one that is not", {}, "<p>A naughty cub", Scanned::Clean},
      {"one in a title counts once more",
       {},
       "<title>Naughty cub</title>naughty cub",
       Scanned::Blocked},
      {"a phrase for innocence", {}, "wicked panda, at the panda clinic", Scanned::Clean},
      {"no phrase reaches from one cell to the next", {}, "<td>wicked<td>panda", Scanned::Clean},
      {"in gzip", {"text/html", "gzip"}, gzip_of(kHarm), Scanned::Blocked},
      {"in zstd in gzip",
       {"text/html", "gzip, zstd"},
       haetae::test::zstd_of(gzip_of(kHarm)),
       Scanned::Blocked},
      {"in JSON", {"application/json"}, R"({"t":"wi\u0063ked\u0020panda"})", Scanned::Blocked},
      {"without a type", {""}, std::string("<!DOCTYPE html>") + kHarm, Scanned::Blocked},
      {"a picture is not read", {"image/png"}, kHarm, Scanned::Clean},
      {"a picture without a type, neither",
       {""},
       std::string("\x89PNG\0\0", 6) + kHarm,
       Scanned::Clean},
      {"what a page says of itself",
       {},
       "<meta name=RATING content=RTA-5042-1996-1400-1577-RTA><p>Hello",
       Scanned::Blocked},
      {"an age", {}, "<meta name=age-de-meta-label content='age=18'><p>Hello", Scanned::Blocked},
      {"an age that is no matter",
       {},
       "<meta name=age-de-meta-label content='age=6'>Hello",
       Scanned::Clean},
      {"a plain body that calls itself gzip", {"text/html", "gzip"}, "<p>Hello", Scanned::Blocked},
      {"a coding that nobody knows", {"text/html", "rot13"}, "<p>Hello", Scanned::Blocked},
      {"a body that was cut",
       {"text/html", "gzip"},
       gzip_of("<p>Hello").substr(0, 24),
       Scanned::Clean},
      {"a bomb", {"text/html", "gzip"}, gzip_of(std::string(20 << 20, ' ')), Scanned::Blocked},
      {"nothing", {}, "", Scanned::Clean},
  };
}

TEST(BodyScan, JudgesByWhatStandsInAPage) {
  Scans scans;  // one for all, so that nothing may be left of a body
  for (const Case& row : cases()) {
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{1}}) {
      if (piece == 1 && row.body.size() > 10'000) continue;
      EXPECT_EQ(scans.scan(row.head, row.body, piece), row.scanned) << row.about;
    }
    EXPECT_EQ(scans.scans.active(), 0U);
  }
}

TEST(BodyScan, SaysWhy) {
  Scans scans;
  ASSERT_EQ(scans.scan({}, kHarm), Scanned::Blocked);
  EXPECT_EQ(scans.verdict.reason, Reason::Pattern);
  EXPECT_EQ(scans.verdict.rule_kind, RuleKind::Phrase);
  EXPECT_EQ(scans.verdict.category, 0);
  EXPECT_EQ(scans.house.take_events(), 1U);
  ASSERT_EQ(scans.scan({}, "<meta name=rating content=adult>"), Scanned::Blocked);
  EXPECT_EQ(scans.verdict.rule_kind, RuleKind::SelfLabel);
  ASSERT_EQ(scans.scan({"text/html", "gzip"}, "<p>Hello"), Scanned::Blocked);
  EXPECT_EQ(scans.verdict.reason, Reason::Undecidable);
  EXPECT_EQ(scans.house.counters.bodies_undecidable.value(), 1U);
}

TEST(BodyScan, ACleanPageIsNoEventOfItsOwn) {
  Scans scans;
  scans.scan({}, "<p>Hello");
  EXPECT_EQ(scans.house.take_events(), 0U);
}

TEST(BodyScan, WhatCannotBeDecidedIsUpToTheProfile) {
  Scans scans(family(false));
  EXPECT_EQ(scans.scan({"text/html", "gzip"}, "<p>Hello"), Scanned::Clean);
  EXPECT_EQ(scans.scan({"text/html", "rot13"}, "<p>Hello"), Scanned::Clean);
  EXPECT_EQ(scans.scan({"text/html", "rot13"}, kHarm), Scanned::Blocked)
      << "browsers show it as it is";
  std::string damaged;
  for (int i = 0; i < 20'000; ++i) damaged += "Hello " + std::to_string(i) + " ";
  damaged = gzip_of(kHarm + damaged);
  damaged[damaged.size() / 2] ^= 0x55;
  EXPECT_EQ(scans.scan({"text/html", "gzip"}, damaged), Scanned::Blocked)
      << "what stood before the damage is read";
}

TEST(BodyScan, BeginsNothingWhereNothingMatters) {
  PolicyMaker maker = family();
  maker.at(0).page_threshold = 0;
  Scans off(maker);
  EXPECT_EQ(off.begin({}), nullptr);
  maker = family();
  maker.at(0).blocked.reset();
  Scans allows_all(maker);
  EXPECT_EQ(allows_all.begin({}), nullptr);
  maker = family();
  maker.mark(policy::MarkKind::GuardianAllow, "good.example", 0);
  Scans allowed(maker);
  EXPECT_EQ(allowed.begin({}), nullptr) << "the guardian's word";
}

TEST(BodyScan, JudgesALongPageBeforeItsEnd) {
  Scans scans;
  const std::string rest = "<p>" + std::string(1 << 20, 'x');
  EXPECT_EQ(scans.scan({}, kHarm + rest, 4096), Scanned::Blocked);
  EXPECT_LE(scans.scanned_bytes, limits::kHeldPageBytes + 4096);
  EXPECT_EQ(scans.scan({}, "<meta name=rating content=adult>" + rest, 4096), Scanned::Blocked);
  EXPECT_LE(scans.scanned_bytes, 4096U) << "what it says of itself is judged at once";
}

TEST(BodyScan, GivesUpOnAnEndlessPage) {
  Scans scans;
  const std::string text(limits::kScannedBytesMax + 10'000, 'x');
  EXPECT_EQ(scans.scan({}, text + " wicked panda", 4096), Scanned::Clean);
  EXPECT_LE(scans.scanned_bytes, limits::kScannedBytesMax + 4096);
}

TEST(BodyScan, OneClientLeavesRoomForOthers) {
  Scans scans;
  std::vector<std::unique_ptr<BodyScan>> open;
  // Undecidable pages are blocked here: one that is not looked at is blocked at once.
  const auto open_one = [&](const char* client) {
    open.push_back(scans.begin({}, client));
    return open.back() != nullptr && open.back()->feed(as_bytes("<p>")) == Scanned::Undecided;
  };
  for (std::size_t i = 0; i < limits::kBodyScansMax / 4; ++i) ASSERT_TRUE(open_one("192.0.2.7"));
  EXPECT_FALSE(open_one("192.0.2.7"));
  EXPECT_TRUE(open_one("192.0.2.8"));
  open.resize(10);
  EXPECT_TRUE(open_one("192.0.2.7"));
}

// A policy that closes and opens other pages by the same phrases, and one with other phrases.
TEST(BodyScan, APageThatBeganBeforeAReloadIsJudgedByTheNewPolicy) {
  Scans scans;
  const std::unique_ptr<BodyScan> scan = scans.begin({});
  scan->feed(as_bytes(kHarm));
  PolicyMaker others = House::default_maker();
  others.phrase("another word", 0, 100);
  scans.house.policy.publish(House::make_policy(others, 2));
  scans.house.judge.refresh();
  EXPECT_EQ(scan->finish(), Scanned::Clean) << "its phrases are not this policy's";
  EXPECT_EQ(scans.scan({}, "another word"), Scanned::Blocked);
}

TEST(BodyScan, TheProxyShowsTheBlockPageInPlaceOfThePage) {
  House house(family());
  PageScans scans(house.judge, house.counters);
  house.bodies = &scans;
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{7}}) {
    Visit visit(house);
    const std::string body = gzip_of(kHarm);
    visit.client("GET http://www.good.example/ HTTP/1.1\r\nHost: www.good.example\r\n\r\n");
    visit.server(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
        "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body,
        piece);
    EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << visit.to_client;
    EXPECT_EQ(visit.to_client.find("200 OK"), std::string::npos);
  }
  Visit visit(house);
  visit.client("GET http://www.good.example/ HTTP/1.1\r\nHost: www.good.example\r\n\r\n");
  visit.server("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\n<p>Hello");
  EXPECT_TRUE(visit.to_client.ends_with("\r\n\r\n<p>Hello"));
  EXPECT_EQ(house.counters.bodies_blocked.value(), 2U);
  EXPECT_EQ(house.counters.bodies_scanned.value(), 3U);
}

}  // namespace
}  // namespace haetae::proxy::test
