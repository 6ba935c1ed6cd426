#include "list/pattern_set.h"

#include <gmock/gmock.h>

#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "support/allocation_count.h"

namespace haetae::list {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr CategoryId kAdult = 3;
constexpr CategoryId kGambling = 7;

Pattern word(std::string text, std::int16_t weight = 60, WordPlace place = WordPlace::Anywhere,
             CategoryId category = kAdult) {
  Pattern pattern;
  pattern.id = "test/" + text;
  pattern.expression = escape_literal(text);
  pattern.category = category;
  pattern.weight = weight;
  pattern.word = std::move(text);
  pattern.place = place;
  return pattern;
}

Pattern expression(std::string text, std::string sample = {}) {
  Pattern pattern;
  pattern.id = "test/" + text;
  pattern.expression = std::move(text);
  pattern.category = kAdult;
  pattern.weight = 60;
  pattern.sample = std::move(sample);
  return pattern;
}

// Every test is asked of both engines.
class PatternSets : public ::testing::TestWithParam<PatternSet::Engine> {
 protected:
  PatternSet::Compiled compile(std::vector<Pattern> patterns) {
    auto compiled = PatternSet::compile(std::move(patterns), {GetParam(), {}});
    EXPECT_TRUE(compiled.has_value()) << compiled.error();
    return std::move(*compiled);
  }
  // The score of the one category that the text scores in; 0 if none.
  int score(const PatternSet& set, std::string_view text) {
    const auto scratch = set.make_scratch();
    const PatternScore found = set.scan(text, *scratch);
    return found.count == 0 ? 0 : found.rows[0].score;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, PatternSets,
                         ::testing::Values(PatternSet::Engine::Hyperscan, PatternSet::Engine::Re2),
                         [](const auto& engine) {
                           return engine.param == PatternSet::Engine::Re2 ? "Re2" : "Hyperscan";
                         });

TEST_P(PatternSets, CountWordsOnlyWhereTheyStandRight) {
  struct Case {
    const char* what;
    WordPlace place;
    const char* text;
    bool counts;
  };
  constexpr Case kCases[] = {
      {"anywhere inside a label", WordPlace::Anywhere, "xbetx.example", true},
      {"anywhere but the top-level domain", WordPlace::Anywhere, "www.bet", false},
      {"a text without a dot", WordPlace::Anywhere, "alphabet", true},
      {"start: at the start of the text", WordPlace::Start, "betting.example", true},
      {"start: behind a dot", WordPlace::Start, "www.betting.example", true},
      {"start: behind a digit", WordPlace::Start, "1betting.example", true},
      {"start: behind a letter", WordPlace::Start, "xbet.example", false},
      {"start: behind another script", WordPlace::Start, "한bet.example", true},
      {"end: before a dot", WordPlace::End, "mybet.example", true},
      {"end: before a digit", WordPlace::End, "mybet7.example", true},
      {"end: before a letter", WordPlace::End, "mybets.example", false},
      {"edge: one side is enough", WordPlace::Edge, "mybet.example", true},
      {"edge: none is not", WordPlace::Edge, "abets.example", false},
      {"word: both sides", WordPlace::Word, "my-bet-365.example", true},
      {"word: one side is not enough", WordPlace::Word, "mybet.example", false},
      {"word: the second occurrence counts", WordPlace::Word, "abets-bet.example", true},
      {"label: alone", WordPlace::Label, "www.bet.example", true},
      {"label: with a number", WordPlace::Label, "bet-12.example", true},
      {"label: with a number before it", WordPlace::Label, "1bet.example", true},
      {"label: with a letter", WordPlace::Label, "bet12a.example", false},
      {"label: with another word", WordPlace::Label, "my-bet.example", false},
      {"tld: the top-level domain", WordPlace::Tld, "www.bet", true},
      {"tld: not a label before it", WordPlace::Tld, "bet.example", false},
      {"tld: not part of it", WordPlace::Tld, "www.alphabet", false},
      {"tld: not a text without a dot", WordPlace::Tld, "bet", false},
  };
  for (const Case& c : kCases) {
    const auto compiled = compile({word("bet", 60, c.place)});
    EXPECT_EQ(score(*compiled.set, c.text) > 0, c.counts) << c.what << ": " << c.text;
  }
}

TEST_P(PatternSets, ReadWordsOfOtherScripts) {
  const auto compiled = compile({word("토토", 60, WordPlace::Word)});
  EXPECT_GT(score(*compiled.set, "토토1.example"), 0);
  EXPECT_GT(score(*compiled.set, "a토토b.example"), 0);
  EXPECT_EQ(score(*compiled.set, "토토로.example"), 0);
}

TEST_P(PatternSets, LeaveOutWhatStandsInsideAnInnocentWord) {
  Pattern sex = word("sex");
  sex.except = {"sussex", "sexton", "sexsex"};
  const auto compiled = compile({sex});
  EXPECT_EQ(score(*compiled.set, "www.sussex.example"), 0);
  EXPECT_EQ(score(*compiled.set, "sextons.example"), 0);
  EXPECT_EQ(score(*compiled.set, "sexsex.example"), 0) << "both occurrences are inside";
  EXPECT_GT(score(*compiled.set, "sussex-a-sex.example"), 0) << "the second one is its own";
  EXPECT_GT(score(*compiled.set, "sex-sussex.example"), 0);
  EXPECT_GT(score(*compiled.set, "ussex.example"), 0);
}

TEST_P(PatternSets, AddWeightsUpAndNameTheHeaviest) {
  const auto compiled =
      compile({word("girls", 30), word("hot", 15, WordPlace::Start), word("cams", 30),
               word("school", -50), word("casino", 70, WordPlace::Anywhere, kGambling)});
  const auto scratch = compiled.set->make_scratch();
  EXPECT_EQ(score(*compiled.set, "hotgirls.example"), 45);
  EXPECT_EQ(score(*compiled.set, "girlsgirls.example"), 30) << "once is enough";
  EXPECT_EQ(score(*compiled.set, "girls-school.example"), 0) << "below zero is nothing";

  const PatternScore both = compiled.set->scan("casinogirlscams.example", *scratch);
  ASSERT_THAT(both.all(), SizeIs(2));
  EXPECT_EQ(both.rows[0].category, kGambling);
  EXPECT_EQ(both.rows[0].score, 70);
  EXPECT_EQ(both.rows[1].category, kAdult);
  EXPECT_EQ(both.rows[1].score, 60);
  EXPECT_EQ(compiled.set->patterns()[both.rows[1].heaviest].word, "girls")
      << "the earlier on a tie";
}

TEST_P(PatternSets, TellTheFourHighestCategories) {
  std::vector<Pattern> patterns;
  for (int i = 0; i < 6; ++i) {
    patterns.push_back(word("bad", static_cast<std::int16_t>(10 + i), WordPlace::Anywhere,
                            static_cast<CategoryId>(i)));
  }
  const auto compiled = compile(patterns);
  const auto scratch = compiled.set->make_scratch();
  const PatternScore found = compiled.set->scan("bad.example", *scratch);
  ASSERT_THAT(found.all(), SizeIs(4));
  EXPECT_EQ(found.rows[0].category, 5);
  EXPECT_EQ(found.rows[3].category, 2);
}

TEST_P(PatternSets, HoldTheHighestScoreWithoutWrappingRound) {
  std::vector<Pattern> patterns(20, word("bad", 30000));
  EXPECT_EQ(score(*compile(patterns).set, "bad.example"), 32767);
}

TEST_P(PatternSets, RefuseBadPatternsAndKeepTheOthers) {
  Pattern wrong_word = word("one");
  wrong_word.expression = "two";
  Pattern homeless = word("three");
  homeless.category = kNoCategory;
  const auto compiled =
      compile({expression("a(?=b)"), expression("a*"), wrong_word, homeless, word("four")});
  EXPECT_THAT(compiled.faults, SizeIs(4));
  EXPECT_EQ(compiled.faults[0].id, "test/a(?=b)");
  EXPECT_THAT(compiled.set->patterns(), SizeIs(1));
  EXPECT_EQ(score(*compiled.set, "four.example"), 60);
}

TEST_P(PatternSets, RefuseOneCategoryTooMany) {
  std::vector<Pattern> patterns;
  for (int i = 0; i < 33; ++i) {
    patterns.push_back(word("bad", 10, WordPlace::Anywhere, static_cast<CategoryId>(i)));
  }
  const auto compiled = compile(patterns);
  EXPECT_THAT(compiled.faults, SizeIs(1));
  EXPECT_THAT(compiled.set->patterns(), SizeIs(32));
}

TEST_P(PatternSets, MayBeEmpty) {
  const auto compiled = compile({});
  EXPECT_EQ(score(*compiled.set, "sex.example"), 0);
  EXPECT_EQ(score(*compiled.set, ""), 0);
}

TEST_P(PatternSets, AreRefusedIfASampleIsMissed) {
  const auto wrong = PatternSet::compile({expression("abc", "abd")}, {GetParam(), {}});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error(), ::testing::HasSubstr("test/abc"));
}

TEST_P(PatternSets, FoldTheLettersOfExpressions) {
  const auto compiled = compile({expression("AVsee[0-9]+\\.", "avsee1.")});
  EXPECT_GT(score(*compiled.set, "avsee12.example"), 0);
  EXPECT_EQ(score(*compiled.set, "avsee.example"), 0);
}

TEST_P(PatternSets, CountNoErrorsOnTextsOfAnyOctets) {
  const auto compiled = compile({word("sex"), expression("a.{1,3}b", "axb")});
  const auto scratch = compiled.set->make_scratch();
  std::string octets;
  for (int i = 0; i < 256; ++i) octets += static_cast<char>(i);
  EXPECT_EQ(compiled.set->scan("sex" + octets, *scratch).count, 1);
  EXPECT_EQ(compiled.set->scan(std::string(100'000, 'a') + "sex", *scratch).count, 1);
  EXPECT_EQ(compiled.set->scan_errors(), 0U);
}

TEST_P(PatternSets, DieOnTheScratchOfAnotherSet) {
  const auto one = compile({word("one")});
  const auto two = compile({word("two")});
  const auto scratch = one.set->make_scratch();
  EXPECT_DEATH(two.set->scan("two", *scratch), "");
}

TEST(PatternSet, AllocatesNothingWhileItScans) {
  if (!hyperscan_runs_here()) GTEST_SKIP() << "SKIPPED, NOT TESTED: no Hyperscan here";
  Pattern sex = word("sex");
  sex.except = {"sussex"};
  const auto compiled =
      PatternSet::compile({sex, word("girls", 30), expression("a[0-9]+", "a1")}, {});
  const auto scratch = compiled->set->make_scratch();
  const std::uint64_t before = test::allocation_count();
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    found += compiled->set->scan("www.sussexgirls-a123.example", *scratch).count;
    found += compiled->set->scan("www.sex.example", *scratch).count;
  }
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_EQ(found, 2000);
}

TEST(PatternSet, KnowsWhetherItWasMadeOfTheSamePatterns) {
  const Pattern written = expression("a[0-9]+$", "a1");  // the set keeps it in another form
  Pattern sex = word("sex");
  sex.except = {"sussex"};
  const auto compiled = PatternSet::compile({sex, written}, {});
  EXPECT_EQ(compiled->set->source(), digest_of(std::vector<Pattern>{sex, written}));
  std::vector<Pattern> others(7, sex);
  others[0].id = "other";
  others[1].expression = "sey";
  others[2].category = kGambling;
  others[3].weight = 59;
  others[4].place = WordPlace::Edge;
  others[5].except = {"sussey"};
  others[6].except = {"suss", "ex"};
  for (const Pattern& other : others) {
    EXPECT_NE(compiled->set->source(), digest_of(std::vector<Pattern>{other, written}));
  }
  EXPECT_NE(compiled->set->source(), digest_of(std::vector<Pattern>{written, sex})) << "the order";
}

TEST(PatternSet, UsesHyperscanHere) {
  const auto compiled = PatternSet::compile({word("sex")}, {});
  EXPECT_EQ(compiled->set->engine(),
            hyperscan_runs_here() ? PatternSet::Engine::Hyperscan : PatternSet::Engine::Re2);
}

}  // namespace
}  // namespace haetae::list
