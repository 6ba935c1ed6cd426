#include "list/pattern_factor.h"

#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/limits.h"
#include "list/pattern_language.h"
#include "list/pattern_maker.h"
#include "list/pattern_plan.h"
#include "list/re2_engine.h"
#include "support/rounds.h"

namespace haetae::list {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::SizeIs;

std::vector<std::string> factors_of(std::string_view expression) {
  const auto normal = normalise_expression(expression);
  EXPECT_TRUE(normal.has_value()) << expression;
  return required_factors(*normal).value_or(std::vector<std::string>{});
}

TEST(PatternFactors, AreWhatEveryMatchHolds) {
  struct Case {
    const char* what;
    const char* expression;
    std::vector<std::string> factors;
  };
  const Case cases[] = {
      {"a literal is its own", "casino", {"casino"}},
      {"an escape is the octet it stands for", "a\\.b", {"a.b"}},
      {"letters are lower case", "CaSino", {"casino"}},
      {"other scripts are octets", "토토", {"토토"}},
      {"one branch of several", "a(?:xy|zw)", {"axy", "azw"}},
      {"one that holds another says no more", "(?:77|777|88)[a-z]+", {"77", "88"}},
      {"a class of few", "win[01]", {"win0", "win1"}},
      {"what may be missing", "tv-?[12]", {"tv-1", "tv-2", "tv1", "tv2"}},
      {"what is there once at least", "toto[a-z]+x", {"toto"}},
      {"the end of a repeat before what follows", "(?:12){1,3}[ab]", {"12a", "12b"}},
      {"a repeat that must be there", "a(?:bc){2}", {"abcbc"}},
      {"the rarest of what must be there", "aaa.*b77777", {"b77777"}},
      {"anchors take no room", "^(?:^|\\.)av[a-z]*tvs\\.example$", {"tvs.example"}},
      {"sixteen octets of a long one", "bahn.*abcdefghijklmnopqrst", {"abcdefghijklmnop"}},
      {"no more for a beginning that may be missing",
       "^(?:www\\.)?(?:hy|kx)[0-9]{3}z",
       {"hy0", "hy1", "hy2", "hy3", "hy4", "hy5", "hy6", "hy7", "hy8", "hy9",
        "kx0", "kx1", "kx2", "kx3", "kx4", "kx5", "kx6", "kx7", "kx8", "kx9"}},
      {"nothing of a branch that is unknown", "ab|.", {}},
      {"nothing of single octets", "a.b.c", {}},
      {"nothing of what may be missing", "(?:abc)?d", {}},
      {"nothing of a negated class", "[^a][^b]", {}},
      {"nothing of too many", "[a-z0-9][a-z0-9]", {}},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(factors_of(c.expression), ElementsAreArray(c.factors)) << c.what;
  }
}

TEST(PatternFactors, StandInEveryTextThatRe2SaysMatches) {
  RE2::Options octets;
  octets.set_encoding(RE2::Options::EncodingLatin1);
  PatternMaker make(7);
  std::size_t with_factors = 0;
  std::size_t matches = 0;
  std::size_t spared = 0;
  for (int round = 0; round < test::rounds(20'000); ++round) {
    const auto normal = normalise_expression(make.expression());
    ASSERT_TRUE(normal.has_value());
    const auto factors = required_factors(*normal);
    if (!factors) continue;
    ++with_factors;
    ASSERT_LE(factors->size(), limits::kPatternFactorsMax) << *normal;
    const RE2 expression(*normal, octets);
    for (int i = 0; i < 60; ++i) {
      const std::string text = make.text();
      const bool holds = std::ranges::any_of(
          *factors, [&](const std::string& factor) { return text.contains(factor); });
      const bool is_match = RE2::PartialMatch(text, expression);
      ASSERT_TRUE(holds || !is_match) << *normal << " on " << ::testing::PrintToString(text);
      matches += is_match ? 1 : 0;
      spared += holds ? 0 : 1;
    }
  }
  EXPECT_GT(with_factors, test::rounds(5'000U)) << "a test that asks nothing tests nothing";
  EXPECT_GT(matches, test::rounds(5'000U));
  EXPECT_GT(spared, test::rounds(100'000U));
}

Pattern pattern_of(std::string expression, std::string word = {}, std::int16_t weight = 1) {
  Pattern pattern;
  pattern.id = expression;
  pattern.word = std::move(word);
  pattern.expression = *normalise_expression(expression);
  pattern.weight = weight;
  return pattern;
}

TEST(PatternPlan, LooksForWordsAndFactorsOfWhatAccusesAndOfWhatExcuses) {
  const PatternPlan plan({pattern_of("bet", "bet"), pattern_of("^a?sex[01]+"),
                          pattern_of("sex", "sex", -1), pattern_of("bet", "bet"),
                          pattern_of("bet", "bet", -1), pattern_of("news.*", {}, -1)});
  const PatternLiterals& accusing = plan.accusing();
  ASSERT_THAT(accusing.expressions(), ElementsAre("bet", "sex0", "sex1"));
  EXPECT_THAT(accusing.words_of(0), ElementsAre(0, 3));
  EXPECT_FALSE(accusing.is_factor(0)) << "a word alone";
  EXPECT_THAT(accusing.words_of(1), SizeIs(0)) << "a factor alone";
  EXPECT_TRUE(accusing.is_factor(1));
  const PatternLiterals& excusing = plan.excusing();
  ASSERT_THAT(excusing.expressions(), ElementsAre("bet", "news", "sex"));
  EXPECT_THAT(excusing.words_of(0), ElementsAre(4));
  EXPECT_TRUE(excusing.is_factor(1));
  EXPECT_THAT(plan.expressions(), ElementsAre(1, 5));
  EXPECT_FALSE(accusing.has_unknown() || excusing.has_unknown());
}

TEST(PatternPlan, KnowsOfExpressionsWithoutFactors) {
  const PatternPlan accusing({pattern_of("abc"), pattern_of("a.b")});
  EXPECT_TRUE(accusing.accusing().has_unknown());
  EXPECT_FALSE(accusing.excusing().has_unknown());
  EXPECT_TRUE(PatternPlan({pattern_of("[^a][^b]", {}, -1)}).excusing().has_unknown());
  std::vector<Pattern> many(limits::kPatternSetFactorsMax / 100, pattern_of("a[0-9][0-9]z"));
  EXPECT_FALSE(PatternPlan(many).accusing().has_unknown());
  many.push_back(pattern_of("abc"));
  EXPECT_TRUE(PatternPlan(many).accusing().has_unknown()) << "one factor above the limit";
}

}  // namespace
}  // namespace haetae::list
