// Hyperscan, RE2 and a slow matcher must tell the same hits: on random expressions and texts here,
// on the shipped patterns and real names in tests/config/pattern_shipped_test.cc.
#include <gmock/gmock.h>

#include <algorithm>

#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "list/pattern_maker.h"
#include "list/pattern_set.h"
#include "list/re2_engine.h"
#include "support/rounds.h"
#include "support/slow_matcher.h"

namespace haetae::list {
namespace {

std::vector<std::uint16_t> sorted_hits(const PatternSet& set, std::string_view text,
                                       PatternScratch& scratch) {
  const auto hits = set.hits(text, scratch);
  std::vector<std::uint16_t> sorted(hits.begin(), hits.end());
  std::ranges::sort(sorted);
  return sorted;
}

std::vector<Pattern> random_patterns(PatternMaker& make, std::size_t count) {
  std::vector<Pattern> patterns;
  while (patterns.size() < count) {
    Pattern pattern;
    pattern.expression = make.expression();
    const auto normal = normalise_expression(pattern.expression);
    EXPECT_TRUE(normal.has_value()) << pattern.expression << ": " << normal.error();
    if (!normal || expression_fault(*normal)) continue;  // matches every text
    pattern.id = pattern.expression;
    pattern.category = 0;
    pattern.weight = 1;
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

TEST(PatternDifferential, EnginesAgreeWithTheSlowMatcherOnRandomExpressions) {
  if (!hyperscan_runs_here()) GTEST_SKIP() << "SKIPPED, NOT TESTED: no Hyperscan here";
  PatternMaker make(1);
  std::size_t hits = 0;
  for (int round = 0; round < test::rounds(100); ++round) {
    const std::vector<Pattern> patterns = random_patterns(make, 20);
    std::vector<test::SlowPattern> slow;
    for (const Pattern& pattern : patterns) slow.emplace_back(pattern.expression);
    const auto hyperscan = PatternSet::compile(patterns, {PatternSet::Engine::Hyperscan, {}});
    const auto re2 = PatternSet::compile(patterns, {PatternSet::Engine::Re2, {}});
    ASSERT_TRUE(hyperscan.has_value()) << hyperscan.error();
    ASSERT_TRUE(re2.has_value()) << re2.error();
    const auto hyperscan_scratch = hyperscan->set->make_scratch();
    const auto re2_scratch = re2->set->make_scratch();
    for (int i = 0; i < 40; ++i) {
      const std::string text = make.text();
      std::vector<std::uint16_t> expected;
      for (std::size_t p = 0; p < slow.size(); ++p) {
        if (slow[p].matches(text)) expected.push_back(static_cast<std::uint16_t>(p));
      }
      hits += expected.size();
      const auto explain = [&](std::string_view engine, const std::vector<std::uint16_t>& told) {
        std::vector<std::uint16_t> differ;
        std::ranges::set_symmetric_difference(expected, told, std::back_inserter(differ));
        return std::string(engine) + " differs on '" + ::testing::PrintToString(text) + "' for " +
               (differ.empty() ? "" : patterns[differ[0]].expression);
      };
      const auto by_hyperscan = sorted_hits(*hyperscan->set, text, *hyperscan_scratch);
      const auto by_re2 = sorted_hits(*re2->set, text, *re2_scratch);
      ASSERT_EQ(by_hyperscan, expected) << explain("Hyperscan", by_hyperscan);
      ASSERT_EQ(by_re2, expected) << explain("RE2", by_re2);
    }
    ASSERT_EQ(hyperscan->set->scan_errors() + re2->set->scan_errors(), 0U);
  }
  EXPECT_GT(hits, test::rounds(10'000U)) << "a test that hits nothing tests nothing";
}

}  // namespace
}  // namespace haetae::list
