#include "config/pattern_rules.h"

#include <gmock/gmock.h>

#include "support/test_data.h"

namespace haetae::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::optional<list::CategoryId> category_of(std::string_view id) {
  if (id == "adult" || id == "porn") return 0;
  if (id == "gambling") return 1;
  return std::nullopt;
}

PatternRules parse(std::string_view text) {
  return parse_pattern_rules(text, "test.yaml", list::PatternText::Host, category_of);
}

TEST(PatternRules, BecomePatterns) {
  const PatternRules rules = parse(R"(category: porn
language: en
words:
  - {weight: 60, words: [abc, a-c]}
  - {weight: -40, at: word, words: [def]}
expressions:
  - {id: hop, regex: 'x[0-9]+$', weight: 30, sample: x1}
)");
  ASSERT_THAT(rules.faults, IsEmpty()) << to_text(rules.faults[0]);
  ASSERT_THAT(rules.patterns, SizeIs(4));
  EXPECT_EQ(rules.patterns[0].id, "porn/en/abc");
  EXPECT_EQ(rules.patterns[0].word, "abc");
  EXPECT_EQ(rules.patterns[0].weight, 60);
  EXPECT_EQ(rules.patterns[0].place, list::WordPlace::Anywhere);
  EXPECT_EQ(rules.patterns[1].expression, "a\\-c");
  EXPECT_EQ(rules.patterns[2].id, "porn/en/def@word");
  EXPECT_EQ(rules.patterns[2].weight, -40);
  EXPECT_EQ(rules.patterns[2].place, list::WordPlace::Word);
  EXPECT_EQ(rules.patterns[3].id, "porn/en//hop/");
  EXPECT_EQ(rules.patterns[3].sample, "x1");
  EXPECT_EQ(rules.patterns[3].word, "");
}

TEST(PatternRules, GiveEachCategoryEveryPattern) {
  const PatternRules rules =
      parse("{category: [adult, gambling], language: en, words: [{weight: 9, words: [abc]}]}");
  ASSERT_THAT(rules.faults, IsEmpty());
  ASSERT_THAT(rules.patterns, SizeIs(2));
  EXPECT_EQ(rules.patterns[0].category, 0);
  EXPECT_EQ(rules.patterns[1].category, 1);
}

TEST(PatternRules, GiveWordsTheInnocentWordsThatHoldThem) {
  const PatternRules rules = parse(R"(category: adult
language: en
words:
  - {weight: 60, words: [sex, tit]}
  - {weight: 60, at: tld, words: [sex]}
except: [sussex, title]
)");
  ASSERT_THAT(rules.faults, IsEmpty());
  EXPECT_THAT(rules.patterns[0].except, ::testing::ElementsAre("sussex"));
  EXPECT_THAT(rules.patterns[1].except, ::testing::ElementsAre("title"));
  EXPECT_THAT(rules.patterns[2].except, IsEmpty());
}

TEST(PatternRules, LetTheLongestWordWin) {
  const PatternRules rules = parse(R"(category: adult
language: en
words:
  - {weight: 30, words: [girl, girls]}
  - {weight: 10, words: [girlish]}
  - {weight: -10, words: [girlscout]}
  - {weight: 30, at: word, words: [girlz]}
)");
  ASSERT_THAT(rules.faults, IsEmpty());
  EXPECT_THAT(rules.patterns[0].except, ::testing::ElementsAre("girls", "girlscout"))
      << "girlish weighs less and girlz does not speak everywhere: they silence nothing";
}

TEST(PatternRules, TellEveryFaultWithLineAndHint) {
  struct Case {
    const char* what;
    const char* text;
    const char* fault;
  };
  constexpr Case kCases[] = {
      {"no map", "[1]", "test.yaml:1: this must hold keys and values"},
      {"no category", "language: en", "test.yaml:1: category: it is missing; name a category"},
      {"a category that is not there", "category: x\nlanguage: en",
       "test.yaml:1: category: there is no category 'x'; see rules/categories.yaml"},
      {"no language", "category: adult", "test.yaml:1: language: a text is missing here"},
      {"a key that is not there", "category: adult\nlanguage: en\nwordz: []",
       "test.yaml:3: wordz: there is no such key; did you mean 'words'?"},
      {"a list that is none", "category: adult\nlanguage: en\nwords: 7",
       "test.yaml:3: words: this must be a list"},
      {"a weight that is none",
       "category: adult\nlanguage: en\nwords:\n- {weight: 1x, words: [ab]}",
       "test.yaml:4: words.weight: this is not a weight"},
      {"a weight of nothing", "category: adult\nlanguage: en\nwords: [{weight: 0, words: [ab]}]",
       "this is not a weight; use 1 to 200"},
      {"a weight beyond", "category: adult\nlanguage: en\nwords: [{weight: 201, words: [ab]}]",
       "this is not a weight"},
      {"no weight", "category: adult\nlanguage: en\nwords: [{words: [ab]}]",
       "this is not a weight"},
      {"no words", "category: adult\nlanguage: en\nwords: [{weight: 9}]",
       "test.yaml:3: words.words: it is missing"},
      {"a place that is none",
       "category: adult\nlanguage: en\nwords: [{weight: 9, at: top, words: [ab]}]",
       "words.at: there is no place 'top'; use anywhere, start"},
      {"a word with a dot", "category: adult\nlanguage: en\nwords: [{weight: 9, words: [a.b]}]",
       "words.words: 'a.b' is not a word"},
      {"a word in capitals", "category: adult\nlanguage: en\nwords: [{weight: 9, words: [AB]}]",
       "'AB' is not a word; use lower-case letters"},
      {"a word of one letter", "category: adult\nlanguage: en\nwords: [{weight: 9, words: [a]}]",
       "'a' is not a word"},
      {"a word twice", "category: adult\nlanguage: en\nwords: [{weight: 9, words: [ab,\nab]}]",
       "test.yaml:4: ab: it stands in this file twice; keep one of them"},
      {"an exception for nothing", "category: adult\nlanguage: en\nexcept:\n- sussex",
       "test.yaml:4: except: 'sussex' holds no word of these patterns"},
      {"an expression beyond the language",
       "category: adult\nlanguage: en\nexpressions:\n- {id: a, regex: '(?=a)', weight: 9, sample: "
       "a}",
       "test.yaml:4: expressions.regex: (? is for"},
      {"an expression without a sample",
       "category: adult\nlanguage: en\nexpressions:\n- {id: a, regex: a, weight: 9}",
       "test.yaml:4: expressions.sample: a text is missing here"},
  };
  for (const Case& c : kCases) {
    std::string told;
    for (const Fault& fault : parse(c.text).faults) told += to_text(fault) + "\n";
    EXPECT_THAT(told, HasSubstr(c.fault)) << c.what;
  }
}

TEST(PatternRules, TellAllFaultsAtOnce) {
  const PatternRules rules = parse("category: x\nwords: [{weight: 0}, 7]\nexcept: [A]\n");
  EXPECT_GE(rules.faults.size(), 5U);
}

TEST(PatternRules, ComeFromEveryFileOfAFolderInOrder) {
  const test::TemporaryFolder folder;
  folder.write("b.yaml", "{category: adult, language: b, words: [{weight: 9, words: [bb]}]}");
  folder.write("a.yaml", "{category: adult, language: a, words: [{weight: 9, words: [aa]}]}");
  folder.write("note.txt", "no rules");
  folder.write("c.yaml", "{category: adult, language: c, except: [abba]}");
  const PatternRules rules =
      load_pattern_rules(folder.path(), list::PatternText::Host, category_of);
  ASSERT_THAT(rules.faults, IsEmpty());
  ASSERT_THAT(rules.patterns, SizeIs(2));
  EXPECT_EQ(rules.patterns[0].id, "adult/a/aa");
  EXPECT_THAT(rules.patterns[1].except, ::testing::ElementsAre("abba"));
  EXPECT_THAT(
      load_pattern_rules(folder.path() / "none", list::PatternText::Host, category_of).patterns,
      IsEmpty());
}

TEST(PatternRules, OfSearchesHoldWordsWithBlanksAndNoPlacesOfHosts) {
  const auto parse_search = [](std::string_view yaml) {
    return parse_pattern_rules(yaml, "test.yaml", list::PatternText::Search, category_of);
  };
  const PatternRules rules = parse_search(
      "{category: adult, language: en, words: [{weight: 60, at: word, words: [red panda]}]}");
  ASSERT_THAT(rules.faults, IsEmpty()) << to_text(rules.faults[0]);
  EXPECT_EQ(rules.patterns[0].id, "search/adult/en/red panda@word");
  EXPECT_EQ(rules.patterns[0].word, "red panda");
  for (const char* const word : {"red-panda", "Red", "red  panda", "red panda ", "it's"}) {
    const PatternRules wrong =
        parse_search("{category: adult, language: en, words: [{weight: 60, words: [\"" +
                     std::string(word) + "\"]}]}");
    ASSERT_THAT(wrong.faults, SizeIs(1)) << word;
    EXPECT_THAT(to_text(wrong.faults[0]), HasSubstr("with a blank between words")) << word;
  }
  const PatternRules placed = parse_search(
      "{category: adult, language: en, words: [{weight: 60, at: tld, words: [panda]}]}");
  ASSERT_THAT(placed.faults, SizeIs(1));
  EXPECT_THAT(to_text(placed.faults[0]), HasSubstr("use anywhere, start, end, edge or word"));
}

TEST(PatternRules, OfUrlsSayItInTheirIds) {
  const PatternRules rules = parse_pattern_rules(
      "{category: adult, language: en, words: [{weight: 60, words: [free-porn]}]}", "test.yaml",
      list::PatternText::Url, category_of);
  ASSERT_THAT(rules.faults, IsEmpty());
  EXPECT_EQ(rules.patterns[0].id, "url/adult/en/free-porn");
}

}  // namespace
}  // namespace haetae::config
