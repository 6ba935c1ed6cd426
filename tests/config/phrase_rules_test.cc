#include "config/phrase_rules.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/test_data.h"

namespace haetae::config {
namespace {

std::optional<list::CategoryId> category_of(std::string_view id) {
  if (id == "adult" || id == "porn") return 3;
  if (id == "drugs") return 5;
  return std::nullopt;
}

PhraseRules parse(std::string_view yaml) {
  return parse_phrase_rules(yaml, "x.yaml", category_of);
}

std::string only_fault(std::string_view yaml) {
  const PhraseRules rules = parse(yaml);
  if (rules.faults.size() != 1) {
    std::string all = std::to_string(rules.faults.size()) + " faults";
    for (const Fault& fault : rules.faults) all += "\n" + to_text(fault);
    return all;
  }
  return to_text(rules.faults.front());
}

TEST(PhraseRules, ReadsPhrasesCombinationsAndWhereTheyStand) {
  const PhraseRules rules = parse(R"(
category: porn
language: en
phrases:
  - {weight: 40, any: [hardcore porn videos, xxx tube]}
  - {weight: 80, all: [webcam, free, girls naked]}
  - {weight: -60, in: title, any: [contraception]}
  - {weight: 25, at: start, any: [masturbat]}
)");
  ASSERT_TRUE(rules.faults.empty()) << to_text(rules.faults.front());
  ASSERT_EQ(rules.phrases.size(), 5U);
  const list::Phrase& single = rules.phrases[1];
  EXPECT_EQ(single.id, "phrases/porn/en/xxx tube");
  EXPECT_EQ(single.category, 3);
  EXPECT_EQ(single.weight, 40);
  EXPECT_FALSE(single.title_only);
  EXPECT_EQ(single.parts, (std::vector<list::PhrasePart>{{"xxx tube", true, true}}));
  const list::Phrase& combination = rules.phrases[2];
  EXPECT_EQ(combination.id, "phrases/porn/en/free + girls naked + webcam");
  EXPECT_EQ(combination.parts.size(), 3U);
  EXPECT_TRUE(rules.phrases[3].title_only);
  EXPECT_EQ(rules.phrases[3].id, "phrases/porn/en/contraception@title");
  EXPECT_EQ(rules.phrases[4].parts, (std::vector<list::PhrasePart>{{"masturbat", true, false}}));
}

TEST(PhraseRules, GivesEveryCategoryOfAFileEachPhrase) {
  const PhraseRules rules = parse(R"(
categories: [adult, drugs]
language: en
phrases: [{weight: -20, any: [textbook]}]
)");
  ASSERT_TRUE(rules.faults.empty()) << to_text(rules.faults.front());
  ASSERT_EQ(rules.phrases.size(), 2U);
  EXPECT_EQ(rules.phrases[0].category, 3);
  EXPECT_EQ(rules.phrases[1].category, 5);
  EXPECT_EQ(rules.phrases[1].id, "phrases/drugs/en/textbook");
}

TEST(PhraseRules, FindsHangulInsideOfWordsUnlessToldOtherwise) {
  const PhraseRules rules = parse(R"(
category: adult
language: ko
phrases:
  - {weight: 60, any: [성인방송, av배우]}
  - {weight: 60, at: word, any: [야동]}
)");
  ASSERT_TRUE(rules.faults.empty()) << to_text(rules.faults.front());
  EXPECT_EQ(rules.phrases[0].parts, (std::vector<list::PhrasePart>{{"성인방송", false, false}}));
  // As pages are written for the scan: a blank where the scripts meet.
  EXPECT_EQ(rules.phrases[1].parts, (std::vector<list::PhrasePart>{{"av 배우", false, false}}));
  EXPECT_EQ(rules.phrases[2].parts, (std::vector<list::PhrasePart>{{"야동", true, true}}));
}

struct FaultCase {
  const char* sentence;
  const char* row;  // below `phrases:`, on line 4
  const char* fault;
};
constexpr FaultCase kFaultCases[] = {
    {"capitals are nothing that a folded page holds", "{weight: 9, any: [Porn]}",
     "x.yaml:4: phrases.any: 'Porn' is not as pages are read; use lower-case letters and digits "
     "with one blank between words, no other signs"},
    {"signs are blanks in a page", "{weight: 9, any: [hard-core]}",
     "x.yaml:4: phrases.any: 'hard-core' is not as pages are read; use lower-case letters and "
     "digits with one blank between words, no other signs"},
    {"a number alone is text, too short", "{weight: 9, any: [x]}",
     "x.yaml:4: phrases.any: 'x' is too short; it stands in too many innocent words; write more of "
     "it"},
    {"English inside of words is no evidence", "{weight: 9, at: anywhere, any: [porn]}",
     "x.yaml:4: phrases.any: 'porn' cannot begin inside of a word; use at: word or at: start"},
    {"two lists in one row", "{weight: 9, any: [porn], all: [a b, c d]}",
     "x.yaml:4: phrases: a row holds `any` or `all`; any: [...] for single phrases, all: [...] for "
     "a combination"},
    {"no list at all", "{weight: 9}",
     "x.yaml:4: phrases: a row holds `any` or `all`; any: [...] for single phrases, all: [...] for "
     "a combination"},
    {"a combination of one", "{weight: 9, all: [porn]}",
     "x.yaml:4: phrases.all: a combination has two parts to eight; write a single phrase as any: "
     "[...]"},
    {"a combination with itself", "{weight: 9, all: [porn, porn]}",
     "x.yaml:4: phrases.all: 'porn' stands here twice; keep one of them"},
    {"a weight beyond sense", "{weight: 900, any: [porn]}",
     "x.yaml:4: phrases.weight: this is not a weight; use 1 to 200, or -1 to -200 for what speaks "
     "for innocence"},
    {"a key that is none", "{weight: 9, anny: [porn], any: [porn]}",
     "x.yaml:4: phrases.anny: there is no such key; did you mean 'any'?"},
    {"a place that is none", "{weight: 9, in: heading, any: [porn]}",
     "x.yaml:4: phrases.in: there is no place 'heading'; use title, or leave it out: the phrase "
     "then "
     "counts anywhere in a page"},
    {"a place in words that is none", "{weight: 9, at: label, any: [porn]}",
     "x.yaml:4: phrases.at: there is no place 'label'; use word, start, end or anywhere"},
    {"the same phrase twice", "{weight: 9, any: [porn tube, porn tube]}",
     "x.yaml:4: phrases: 'porn tube' stands here twice for adult; it is in x.yaml:4; keep one of "
     "them"},
};

TEST(PhraseRules, TellsWhatIsWrongWithFileLineAndHint) {
  for (const FaultCase& row : kFaultCases) {
    const std::string yaml =
        std::string("category: adult\nlanguage: en\nphrases:\n  - ") + row.row + "\n";
    EXPECT_EQ(only_fault(yaml), row.fault) << row.sentence;
  }
}

TEST(PhraseRules, WantsOneOfTheTwoKeysForCategories) {
  EXPECT_EQ(only_fault("language: en\nphrases: []\n"),
            "x.yaml:1: category: it is missing; name a category");
  EXPECT_EQ(only_fault("category: adult\ncategories: [drugs]\nlanguage: en\n"),
            "x.yaml:2: categories: there is a category, too; keep one of the two keys");
  EXPECT_EQ(only_fault("categories: [adult, nope]\nlanguage: en\n"),
            "x.yaml:1: categories: there is no category 'nope'; see rules/categories.yaml");
}

TEST(PhraseRules, TellsOfAPhraseThatStandsInTwoFilesOfAFolder) {
  const test::TemporaryFolder folder;
  const std::string text =
      "category: adult\nlanguage: en\nphrases:\n  - {weight: 9, any: [xxx tube]}\n";
  folder.write("a.yaml", text);
  folder.write("b.yaml", text);
  const PhraseRules rules = load_phrase_rules(folder.path(), category_of);
  ASSERT_EQ(rules.faults.size(), 1U);
  EXPECT_EQ(to_text(rules.faults.front()),
            (folder.path() / "b.yaml").string() +
                ":4: phrases: 'xxx tube' stands here twice for adult; it is in " +
                (folder.path() / "a.yaml").string() + ":4; keep one of them");
}

TEST(PhraseRules, AFolderThatIsMissingHoldsNone) {
  const PhraseRules rules = load_phrase_rules("/nonexistent/phrases", category_of);
  EXPECT_TRUE(rules.phrases.empty());
  EXPECT_TRUE(rules.faults.empty());
}

}  // namespace
}  // namespace haetae::config
