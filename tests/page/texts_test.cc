// Small parts that pages are made of.
#include <gmock/gmock.h>

#include "page/accept_language.h"
#include "page/ask_subject.h"
#include "page/ask_token.h"
#include "page/form.h"
#include "page/html.h"
#include "page/limits.h"
#include "page/when.h"
#include "policy/scene.h"

namespace haetae::page {
namespace {

using namespace std::chrono_literals;
using policy::kNoon;

TEST(Escaped, LeavesNothingThatIsMarkup) {
  EXPECT_EQ(escaped("<a href=\"x\" b='y'>&"), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
  EXPECT_EQ(escaped("해태 🦁"), "해태 🦁");
}

TEST(Escaped, ReplacesWhatIsNoText) {
  constexpr std::string_view kReplaced = "\xef\xbf\xbd";
  for (const std::string_view bad : {"\x01", "\n", "\x7f", "\xff", "\xc3", "\xed"}) {
    EXPECT_EQ(escaped(bad), kReplaced);
  }
  EXPECT_EQ(escaped("a\xe2\x82"), "a\xef\xbf\xbd\xef\xbf\xbd");  // cut in a character
}

TEST(Fill, PutsValuesIntoTheirPlacesAndLooksAtThemNoMore) {
  EXPECT_EQ(fill("Go to {host} at {time}", {{"time", "07:00"}, {"host", "{time}"}}),
            "Go to {time} at 07:00");
  EXPECT_EQ(fill("no {place}!", {}), "no !");
}

TEST(Fill, StartsASentenceWithACapitalForWhoeverDecides) {
  EXPECT_EQ(fill("{guardian} can.", {{"guardian", "your parents"}}), "Your parents can.");
  EXPECT_EQ(fill("No. {guardian} can.", {{"guardian", "your parents"}}), "No. Your parents can.");
  EXPECT_EQ(fill("Ask {guardian}.", {{"guardian", "your parents"}}), "Ask your parents.");
  EXPECT_EQ(fill("{host} is open.", {{"host", "x.example"}}), "x.example is open.");
}

struct LanguageCase {
  const char* sentence;
  const char* header;
  const char* wanted;
};

TEST(WantedLanguage, IsTheOneThatWeighsMostOfThoseWeHave) {
  const std::vector<LanguageCase> cases = {
      {"one", "ko", "ko"},
      {"a region is no other language", "ko-KR", "ko"},
      {"capitals", "KO-kr", "ko"},
      {"as browsers send it", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"},
      {"the heavier one, though it comes later", "en;q=0.5, ja;q=0.6", "ja"},
      {"the first of equal ones", "ja,ko", "ja"},
      {"one that we have", "fi, vi;q=0.1", "vi"},
      {"none is wanted with q=0", "ko;q=0", ""},
      {"any is none in particular", "*", ""},
      {"nothing", "", ""},
      {"nonsense", ";;;,,q=,ko;q=x", ""},
      {"weights beyond 1", "en;q=0.9,ko;q=1.9", "ko"},
      {"spaces", "  en ; q=0.1 ,  zh-Hant-TW ;q=0.2 ", "zh"},
  };
  const auto has = [](const std::string& code) {
    return code == "en" || code == "ko" || code == "ja" || code == "vi" || code == "zh";
  };
  for (const LanguageCase& one : cases) {
    EXPECT_EQ(wanted_language(one.header, has), one.wanted) << one.sentence;
  }
}

TEST(WantedLanguage, LooksAtAFewOfVeryMany) {
  std::string header;
  for (int i = 0; i < 10'000; ++i) header += "xx,";
  EXPECT_EQ(wanted_language(header + "ko", [](const std::string& code) { return code == "ko"; }),
            "");
}

TEST(AskToken, WorksForOneAskerOneSubjectAndAWhile) {
  const AskKey key{1, 2, 3}, other{4, 5, 6};
  const std::string token = ask_token(key, "device a", "site x", kNoon);
  const auto check = [&](const AskKey& k, std::string_view asker, std::string_view subject,
                         Time now) { return check_token(k, token, asker, subject, now); };
  EXPECT_EQ(check(key, "device a", "site x", kNoon), TokenCheck::Good);
  EXPECT_EQ(check(key, "device a", "site x", kNoon + limits::kAskTokenLife), TokenCheck::Old);
  EXPECT_EQ(check(other, "device a", "site x", kNoon), TokenCheck::Wrong);
  EXPECT_EQ(check(key, "device b", "site x", kNoon), TokenCheck::Wrong);
  EXPECT_EQ(check(key, "device a", "site y", kNoon), TokenCheck::Wrong);
  EXPECT_EQ(check(key, "device asite", " x", kNoon), TokenCheck::Wrong);
}

TEST(AskToken, IsSpoiltByAnyChange) {
  const AskKey key{1, 2, 3};
  const std::string token = ask_token(key, "device a", "site x", kNoon);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_NE(check_token(key, changed, "device a", "site x", kNoon), TokenCheck::Good) << i;
    EXPECT_NE(check_token(key, token.substr(0, i), "device a", "site x", kNoon), TokenCheck::Good);
  }
}

TEST(AskSubject, IsReadBackAsItWasWritten) {
  const AskSubject site{.what = AskFor::Site,
                        .reason = policy::Reason::Category,
                        .category = "games",
                        .host = "game.example"};
  EXPECT_EQ(to_text(site), "site category games game.example");
  const auto read = ask_subject_of(to_text(site));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(*read), to_text(site));
  EXPECT_EQ(to_text({.what = AskFor::Time, .reason = policy::Reason::Bedtime}), "time bedtime - -");
  EXPECT_TRUE(ask_subject_of("time bedtime - -"));
}

TEST(AskSubject, RefusesWhatIsNoneOfOurs) {
  for (const char* const text :
       {"", "site", "site category games", "site category games -", "time bedtime - x.example",
        "more category - x", "- category - x", "site nonsense - x.example"}) {
    EXPECT_FALSE(ask_subject_of(text)) << text;
  }
}

TEST(FormValue, IsDecoded) {
  EXPECT_EQ(form_value("a=1&subject=site+category%20-+x%2Eexample&b", "subject"),
            "site category - x.example");
  EXPECT_EQ(form_value("a=1&a=2", "a"), "1");
  EXPECT_EQ(form_value("%61=x", "a"), "x");
  EXPECT_EQ(form_value("a", "a"), "");
  EXPECT_EQ(form_value("a=%", "a"), "%");
  EXPECT_EQ(form_value("a=%4", "a"), "%4");
  EXPECT_EQ(form_value("a=%zz", "a"), "%zz");
  EXPECT_EQ(form_value("", "a"), std::nullopt);
  EXPECT_EQ(form_value("b=1", "a"), std::nullopt);
}

TEST(Length, IsTheSameInEveryLanguage) {
  EXPECT_EQ(length_text(45min), "45 min");
  EXPECT_EQ(length_text(2h), "2 h");
  EXPECT_EQ(length_text(2h + 29min + 1s), "2 h 30 min");
}

}  // namespace
}  // namespace haetae::page
