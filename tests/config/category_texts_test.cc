// What rules/categories.yaml says to parents and to children: short, plain and kind.
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>

#include "config/shipped_rules.h"

namespace haetae::config {
namespace {

using test::shipped_rules;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::SizeIs;

std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : lower(std::string(text))) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

bool holds_any(const std::string& text, const std::vector<std::string>& parts) {
  return std::ranges::any_of(parts, [&](const std::string& part) { return text.contains(part); });
}

TEST(CategoryTexts, AreThereForParentAndChildInEnglishAndKorean) {
  EXPECT_THAT(shipped_rules().categories, SizeIs(Ge(46u)));
  for (const CategoryRule& category : shipped_rules().categories) {
    for (const Texts* texts : {&category.parent, &category.child}) {
      for (const std::string language : {"en", "ko"}) {
        const auto found = texts->find(language);
        ASSERT_NE(found, texts->end()) << category.id << " has no sentence in " << language;
        EXPECT_THAT(found->second.size(), Ge(10u)) << category.id;
        EXPECT_TRUE(found->second.ends_with(".")) << category.id << ": " << found->second;
        EXPECT_THAT(found->second, Not(HasSubstr("\n"))) << category.id;
      }
    }
  }
}

// They stand on a phone's block page, and nobody reads three lines there.
TEST(CategoryTexts, AreShort) {
  for (const CategoryRule& category : shipped_rules().categories) {
    EXPECT_THAT(letters_of(category.parent.at("en")), Le(140u)) << category.id;
    EXPECT_THAT(letters_of(category.parent.at("ko")), Le(80u)) << category.id;
    EXPECT_THAT(letters_of(category.child.at("en")), Le(110u)) << category.id;
    EXPECT_THAT(letters_of(category.child.at("ko")), Le(70u)) << category.id;
    EXPECT_THAT(std::ranges::count(category.child.at("en"), '.'), Le(2)) << category.id;
  }
}

TEST(CategoryTexts, SpeakToChildrenInWordsOfNineYears) {
  const std::vector<std::string> jargon = {
      "vpn",     "dns",      "proxy",  "malware", "phishing", "server",    "domain", "script",
      "network", "protocol", "filter", "policy",  "category", "encrypt",   "url",    "blocked",
      "content", "explicit", "access", "denied",  "restrict", "violation", "admin"};
  const std::vector<std::string> jargon_ko = {"VPN",  "DNS",      "프록시", "도메인", "서버",
                                              "피싱", "프로토콜", "암호화", "정책",   "필터",
                                              "접근", "권한",     "유해",   "차단"};
  for (const CategoryRule& category : shipped_rules().categories) {
    for (const std::string& word : words_of(category.child.at("en"))) {
      EXPECT_THAT(word.size(), Le(9u)) << category.id << ": '" << word << "' is a long word";
    }
    EXPECT_FALSE(holds_any(lower(category.child.at("en")), jargon))
        << category.id << ": " << category.child.at("en");
    EXPECT_FALSE(holds_any(category.child.at("ko"), jargon_ko))
        << category.id << ": " << category.child.at("ko");
  }
}

TEST(CategoryTexts, SpeakToParentsWithoutTheWordsOfEngineers) {
  const std::vector<std::string> jargon = {"dns",   "doh",   "cname", "tls",      "quic",  "domain",
                                           "url",   "regex", "host",  "resolver", "query", "packet",
                                           "proto", " ip ",  "hash",  "payload"};
  const std::vector<std::string> jargon_ko = {"DNS",  "도메인", "프로토콜",
                                              "패킷", "호스트", "쿼리"};
  for (const CategoryRule& category : shipped_rules().categories) {
    EXPECT_FALSE(holds_any(lower(category.parent.at("en")), jargon))
        << category.id << ": " << category.parent.at("en");
    EXPECT_FALSE(holds_any(category.parent.at("ko"), jargon_ko))
        << category.id << ": " << category.parent.at("ko");
  }
}

TEST(CategoryTexts, ShameAndFrightenNoChild) {
  const std::vector<std::string> harsh = {
      "shame",  "naughty", "stupid",  "punish",   "forbidden", "illegal",     "dirty", "disgusting",
      "guilty", "caught",  "trouble", "must not", "bad child", "not allowed", "police"};
  const std::vector<std::string> harsh_ko = {"부끄",  "혼나",    "혼날",  "벌을", "금지",
                                             "경찰",  "못된",    "불법",  "더러", "나쁜 아이",
                                             "안 돼", "하면 안", "잘못했"};
  for (const CategoryRule& category : shipped_rules().categories) {
    EXPECT_FALSE(holds_any(lower(category.child.at("en")), harsh))
        << category.id << ": " << category.child.at("en");
    EXPECT_FALSE(holds_any(category.child.at("ko"), harsh_ko))
        << category.id << ": " << category.child.at("ko");
  }
}

// Whoever meets these may need somebody.
TEST(CategoryTexts, PointToPeopleWhereTheMatterIsSensitive) {
  const std::vector<std::string> pointing = {"talk", "tell", "ask", "listen"};
  const std::vector<std::string> pointing_ko = {"이야기", "말해", "물어", "들어"};
  for (const CategoryRule& category : shipped_rules().categories) {
    if (!category.sensitive) continue;
    EXPECT_TRUE(holds_any(lower(category.child.at("en")), pointing))
        << category.id << ": " << category.child.at("en");
    EXPECT_TRUE(holds_any(category.child.at("ko"), pointing_ko))
        << category.id << ": " << category.child.at("ko");
  }
}

TEST(CategoryTexts, KeepHealthSexualityReligionAbuseAndSelfHarmToTheChild) {
  for (const char* const id : {"self-harm", "eating-disorders", "sexuality", "religion", "health",
                               "help", "illegal", "hate", "drugs"}) {
    const CategoryRule* const category = shipped_rules().category(id);
    ASSERT_NE(category, nullptr) << id;
    EXPECT_TRUE(category->sensitive) << id;
  }
}

}  // namespace
}  // namespace haetae::config
