// The words of pages (rules/page, rules/categories.yaml): every language says everything, and a
// translator's mistake is told with its file and line.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "page/scene.h"
#include "support/test_data.h"

namespace haetae::page {
namespace {

namespace fs = std::filesystem;
using config::Rules;
using config::Texts;
using config::test::shipped_rules;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TEST(PageWords, AreThereInSixLanguages) {
  for (const std::string& language : languages()) {
    ASSERT_TRUE(shipped_rules().page_words.contains(language)) << language;
    EXPECT_TRUE(shipped_rules().page_words.at(language).tag.starts_with(language));
  }
}

TEST(PageWords, NameEveryCategoryInEveryLanguage) {
  for (const config::CategoryRule& category : shipped_rules().categories) {
    for (const std::string& language : languages()) {
      EXPECT_TRUE(category.name.contains(language)) << category.id << ' ' << language;
      EXPECT_TRUE(category.child.contains(language)) << category.id << ' ' << language;
    }
  }
}

std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// Nobody of nine years reads three lines.
TEST(PageWords, AreShort) {
  constexpr std::size_t kLettersMax = 160;
  for (const config::CategoryRule& category : shipped_rules().categories) {
    for (const auto& [language, text] : category.child) {
      EXPECT_LE(letters_of(text), kLettersMax) << category.id << ' ' << language;
    }
    for (const auto& [language, text] : category.name) {
      EXPECT_LE(letters_of(text), 40u) << category.id << ' ' << language;
    }
  }
}

// The folder of rules, copied, to be spoilt.
struct Copy {
  Copy() : folder(fs::temp_directory_path() / ("haetae-words-" + std::to_string(getpid()))) {
    fs::remove_all(folder);
    fs::copy(haetae::test::source_folder() / "rules", folder, fs::copy_options::recursive);
  }
  ~Copy() { fs::remove_all(folder); }
  void replace(const fs::path& file, std::string_view old_text, std::string_view new_text) const {
    std::string text = haetae::test::read_file(folder / file);
    const std::size_t at = text.find(old_text);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, old_text.size(), new_text);
    std::ofstream(folder / file) << text;
  }
  std::vector<std::string> faults() const {
    const auto rules = config::load_rules(folder);
    return rules ? std::vector<std::string>{} : config::test::lines_of(rules.error());
  }
  fs::path folder;
};

struct FaultCase {
  const char* sentence;
  const char* old_text;
  const char* new_text;
  const char* told;
};

TEST(PageWords, TellATranslatorWhatIsMissing) {
  const std::vector<FaultCase> cases = {
      {"a sentence is missing", "why_bedtime:", "why_bedtimes:", "'why_bedtime' is missing"},
      {"a key that nobody knows", "why_bedtime:", "why_bedtimes:", "did you mean 'why_bedtime'?"},
      {"a place that means nothing there", "{host} 페이지가", "{name} 페이지가",
       "ko.yaml:11: what_site: what stands in braces here means nothing; only these may stand "
       "here: {host}"},
      {"a brace that is not closed", "{host} 페이지가", "{host 페이지가", "ko.yaml:11: what_site"},
      {"a day too few", "[월요일, ", "[", "ko.yaml:46: weekdays: seven words are wanted here"},
  };
  const Copy copy;
  const std::string good = haetae::test::read_file(copy.folder / "page/ko.yaml");
  for (const FaultCase& one : cases) {
    copy.replace("page/ko.yaml", one.old_text, one.new_text);
    EXPECT_THAT(copy.faults(), Contains(HasSubstr(one.told))) << one.sentence;
    std::ofstream(copy.folder / "page/ko.yaml") << good;
  }
}

TEST(PageWords, AreNotCompleteWithoutEnglish) {
  const Copy copy;
  fs::remove(copy.folder / "page/en.yaml");
  EXPECT_THAT(copy.faults(), Contains(HasSubstr("page/en.yaml: there is no such file")));
}

TEST(PageSettings, FindTheCountryOfTheTimeZone) {
  EXPECT_EQ(site_of("site: {timezone: Asia/Seoul}\n").config().site.country, "KR");
  EXPECT_EQ(site_of("site: {timezone: Asia/Seoul, country: US}\n").config().site.country, "US");
  EXPECT_EQ(site_of().config().site.country, "");
}

TEST(PageSettings, SayWhereBrowsersReachUs) {
  EXPECT_EQ(site_of().url(), "http://haetae.internal");
  EXPECT_EQ(site_of(kHome).url(), "http://haetae.internal:8481");
  EXPECT_EQ(site_of("page: {listen: [\"192.0.2.1\"]}\n").url(), "http://haetae.internal");
  EXPECT_EQ(site_of("page: {url: \"http://192.0.2.1:81/\"}\n").url(), "http://192.0.2.1:81");
}

TEST(PageSettings, TellWhatIsWrong) {
  const auto told = [](const std::string& text) {
    return config::test::faults_of("profiles: {little: {}}\ndefault_profile: little\n" + text);
  };
  EXPECT_THAT(told("page: {url: \"http://x/ 'unsafe-inline'\"}\n"),
              Contains(HasSubstr("page.url: 'http://x/ 'unsafe-inline'' is not the address")));
  EXPECT_THAT(told("admin: {listen: \"127.0.0.1:81\"}\npage: {listen: [\"127.0.0.1:81\"]}\n"),
              Contains(HasSubstr("page.listen: '127.0.0.1' port 81 is admin.listen already")));
  EXPECT_THAT(told("site: {country: Korea}\n"), Contains(HasSubstr("write it as KR or US")));
}

}  // namespace
}  // namespace haetae::page
