#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/name.h"
#include "config/pattern_rules.h"
#include "list/host_text.h"
#include "list/pattern_set.h"
#include "support/test_data.h"

namespace haetae::config {

inline constexpr list::CategoryId kAdult = 0;
inline constexpr list::CategoryId kGambling = 1;
inline constexpr int kThreshold = 60;  // what a profile has that says nothing else

// The categories that shipped patterns may speak of, by their number in these tests. Not among
// them: self-harm, where a guess must never block, and what is not harmful.
inline constexpr std::array<std::string_view, 17> kPatternCategories = {
    "adult",   "gambling",      "piracy",          "bypass",           "drugs",       "violence",
    "weapons", "dating",        "stranger-chat",   "phishing",         "hacking",     "cheating",
    "hate",    "cryptojacking", "alcohol-tobacco", "eating-disorders", "nosafesearch"};

inline std::optional<list::CategoryId> pattern_category(std::string_view id) {
  const auto* const at = std::ranges::find(kPatternCategories, id);
  if (at == kPatternCategories.end()) return std::nullopt;
  return static_cast<list::CategoryId>(at - kPatternCategories.begin());
}

inline PatternRules shipped_rules() {
  return load_pattern_rules(test::source_folder() / "rules" / "patterns", list::PatternText::Host,
                            pattern_category);
}

// rules/patterns, compiled, asked about names as the hot path asks.
class ShippedPatterns {
 public:
  explicit ShippedPatterns(list::PatternSet::Engine engine = list::PatternSet::Engine::Hyperscan) {
    PatternRules rules = shipped_rules();
    EXPECT_THAT(rules.faults, ::testing::IsEmpty()) << to_text(rules.faults.at(0));
    auto compiled = list::PatternSet::compile(std::move(rules.patterns), {engine, {}});
    EXPECT_TRUE(compiled.has_value()) << compiled.error();
    EXPECT_THAT(compiled->faults, ::testing::IsEmpty());
    set = compiled->set;
    scratch = set->make_scratch();
  }

  // Compiled once a process: that takes seconds under a sanitizer. Scores keep nothing.
  static const ShippedPatterns& all() {
    static const ShippedPatterns patterns;
    return patterns;
  }

  list::PatternScore score(const Name& name) const {
    std::array<char, Name::kTextBytesMax> text;
    return set->scan(list::host_scan_text(name, text), *scratch);
  }
  int score(const Name& name, list::CategoryId category) const {
    const list::PatternScore found = score(name);
    for (const list::PatternScore::Row& row : found.all()) {
      if (row.category == category) return row.score;
    }
    return 0;
  }
  bool blocks(const Name& name) const {
    return score(name, kAdult) >= kThreshold || score(name, kGambling) >= kThreshold;
  }

  std::shared_ptr<const list::PatternSet> set;
  std::unique_ptr<list::PatternScratch> scratch;
};

}  // namespace haetae::config
