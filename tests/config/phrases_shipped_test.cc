// The shipped phrases on pages that were written to be told apart: tests/pages/harmful, whose names
// begin with their category, and tests/pages/benign, which speak of the same things and must pass.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "config/rules.h"
#include "list/phrase_scan.h"
#include "support/page_scanner.h"
#include "support/test_data.h"

namespace haetae::config {
namespace {

// What profiles use that do not say otherwise, and the strictest age band's.
constexpr int kThreshold = 100;
constexpr int kStrictThreshold = 80;

const Rules& shipped_rules() {
  static const Rules rules = [] {
    auto loaded = load_rules(test::source_folder() / "rules");
    if (loaded) return *loaded;
    for (const Fault& fault : loaded.error()) ADD_FAILURE() << to_text(fault);
    return Rules{};
  }();
  return rules;
}

struct ShippedPage {
  std::string name;  // "harmful/en/adult-tube-front.html"
  std::string text;
};

std::vector<ShippedPage> pages_of(const std::string& kind) {
  std::vector<ShippedPage> pages;
  const std::filesystem::path folder = test::source_folder() / "tests" / "pages";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / kind)) {
    if (!entry.is_regular_file()) continue;
    pages.push_back(
        {std::filesystem::relative(entry.path(), folder).string(), test::read_file(entry.path())});
  }
  std::ranges::sort(pages, {}, &ShippedPage::name);
  return pages;
}

std::string content_type_of(const ShippedPage& page) {
  return page.name.ends_with(".txt") ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
}

// What a profile that blocks every category makes of a page.
struct Judged {
  const CategoryRule* category = nullptr;  // that blocks; null: it passes
  std::string told;                        // of the categories and of what counted
};

class Judge {
 public:
  Judge() : scanner_(*list::PhraseSet::compile(shipped_rules().phrases)) {}

  Judged judge(const ShippedPage& page, int threshold) {
    const list::PhraseScan& scan = scanner_.read(content_type_of(page), page.text);
    Judged judged;
    for (const list::PhraseScore::Row& row : scanner_.score().all()) {
      const CategoryRule& category = shipped_rules().categories[row.category];
      judged.told += fmt::format(" {} {}", category.id, row.score);
      if (category.leads_to_help) continue;
      if (row.score >= threshold && judged.category == nullptr) judged.category = &category;
    }
    judged.told += "\n";
    for (const list::PhraseScan::Counted& counted : scan.counted()) {
      const list::Phrase& phrase = scan.set().phrases()[counted.phrase];
      judged.told +=
          fmt::format("    {:4}{} {}\n", phrase.weight, counted.twice ? " twice" : "", phrase.id);
    }
    return judged;
  }

 private:
  test::PageScanner scanner_;
};

// The category that a harmful page's name begins with.
bool is_named_after(const ShippedPage& page, const CategoryRule& category) {
  return std::filesystem::path(page.name).filename().string().starts_with(category.id + "-");
}

TEST(ShippedPhrases, AreAtLeastThreeThousandInEnglishAndKorean) {
  std::set<std::string> texts;
  std::size_t korean = 0;
  for (const list::Phrase& phrase : shipped_rules().phrases) {
    std::string text;
    for (const list::PhrasePart& part : phrase.parts) text += part.text + "+";
    if (texts.insert(text).second && phrase.id.contains("/ko/")) ++korean;
  }
  fmt::print("{} phrases, {} of them Korean; {} with each of their categories\n", texts.size(),
             korean, shipped_rules().phrases.size());
  EXPECT_GE(texts.size(), 3000U);
  EXPECT_GE(korean, 800U);
}

TEST(ShippedPhrases, TellHarmfulPagesFromThoseThatSpeakOfTheSame) {
  Judge judge;
  int harmful = 0;
  int caught = 0;
  int named_right = 0;
  for (const ShippedPage& page : pages_of("harmful")) {
    const Judged judged = judge.judge(page, kThreshold);
    ++harmful;
    if (judged.category == nullptr) {
      fmt::print("missed {}:{}", page.name, judged.told);
      continue;
    }
    ++caught;
    if (is_named_after(page, *judged.category)) ++named_right;
  }
  int benign = 0;
  int blocked = 0;
  for (const ShippedPage& page : pages_of("benign")) {
    const Judged judged = judge.judge(page, kThreshold);
    ++benign;
    if (judged.category == nullptr) continue;
    ++blocked;
    ADD_FAILURE() << page.name << " is blocked:" << judged.told;
  }
  ASSERT_GT(harmful, 0);
  ASSERT_GT(benign, 0);
  const double precision = static_cast<double>(caught) / std::max(1, caught + blocked);
  const double recall = static_cast<double>(caught) / harmful;
  fmt::print(
      "at {} points: precision {:.3f} ({} of {} benign pages blocked), recall {:.3f} ({} of {} "
      "harmful pages), {} of them by their own category\n",
      kThreshold, precision, blocked, benign, recall, caught, harmful, named_right);
  EXPECT_GE(recall, 0.9);
  EXPECT_GE(named_right, caught * 9 / 10);
}

TEST(ShippedPhrases, LetBenignPagesPassForTheYoungestToo) {
  Judge judge;
  for (const ShippedPage& page : pages_of("benign")) {
    const Judged judged = judge.judge(page, kStrictThreshold);
    EXPECT_EQ(judged.category, nullptr) << page.name << " is blocked:" << judged.told;
  }
}

}  // namespace
}  // namespace haetae::config
