#include "list/phrase_scan.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "list/phrase_text.h"
#include "support/allocation_count.h"
#include "support/slow_phrases.h"

namespace haetae::list {
namespace {

constexpr CategoryId kAdult = 3;
constexpr CategoryId kDrugs = 5;

Phrase phrase(int weight, const std::vector<std::string>& texts, CategoryId category = kAdult) {
  Phrase made{.id = {}, .category = category, .weight = static_cast<std::int16_t>(weight)};
  for (const std::string& text : texts) {
    const bool is_wide = starts_wide(text.front());
    made.parts.push_back({phrase_text(text), !is_wide, !is_wide});
    made.id += (made.id.empty() ? "" : " + ") + text;
  }
  return made;
}

Phrase in_title(Phrase made) {
  made.title_only = true;
  made.id += "@title";
  return made;
}

std::shared_ptr<const PhraseSet> compiled(std::vector<Phrase> phrases) {
  auto set = PhraseSet::compile(std::move(phrases));
  if (!set) ADD_FAILURE() << set.error();
  return *set;
}

// "adult 60, drugs 5": the categories with a positive sum.
std::string score_of(PhraseScan& scan) {
  std::string text;
  for (const PhraseScore::Row& row : scan.score().all()) {
    text += (text.empty() ? "" : ", ") + std::string(row.category == kAdult ? "adult" : "drugs") +
            " " + std::to_string(row.score);
  }
  return text;
}

struct Page {
  std::string_view body;
  std::string_view title = "";
};

// As a page's text comes: without the blank behind its last word.
std::string text_of(std::string_view words) {
  std::string text = words.empty() ? "" : test::slow_text(words);
  if (!text.empty()) text.pop_back();
  return text;
}

void read_texts(PhraseScan& scan, const Page& texts, std::size_t piece_bytes) {
  scan.start();
  for (std::size_t at = 0; at < texts.body.size(); at += piece_bytes) {
    scan.feed(texts.body.substr(at, piece_bytes), PhrasePlace::Body);
  }
  for (std::size_t at = 0; at < texts.title.size(); at += piece_bytes) {
    scan.feed(texts.title.substr(at, piece_bytes), PhrasePlace::Title);
  }
  scan.finish();
}

void read(PhraseScan& scan, const Page& page, std::size_t piece_bytes = 1 << 20) {
  const std::string body = text_of(page.body), title = text_of(page.title);
  read_texts(scan, {body, title}, piece_bytes);
}

struct ScoreCase {
  const char* sentence;
  Page page;
  const char* score;
};
constexpr ScoreCase kScoreCases[] = {
    {"a phrase counts", {"watch xxx tube now"}, "adult 40"},
    {"at the page's ends", {"xxx tube"}, "adult 40"},
    {"once, however often it stands there", {"xxx tube xxx tube and xxx tube"}, "adult 40"},
    {"once more in a title", {"xxx tube", "xxx tube"}, "adult 80"},
    {"in a title alone it counts twice", {"", "xxx tube"}, "adult 80"},
    {"not across a line", {"xxx\ntube"}, ""},
    {"not inside of words", {"maxxx tubed"}, ""},
    {"particles of Korean end an English word", {"그 xxx tube를 본다"}, "adult 40"},
    {"Hangul counts inside of words", {"최신야동모음"}, "adult 60"},
    {"a combination needs all of its parts", {"a free webcam"}, ""},
    {"in any order", {"webcam show\nfree to join"}, ""},
    {"with the last part it counts", {"girls live\nwebcam show\nfree to join"}, "adult 80"},
    {"a combination in a title counts twice", {"", "free live webcam girls"}, "adult 160"},
    {"parts in both places are a combination once", {"free webcam", "girls"}, "adult 80"},
    {"innocence weighs against it", {"xxx tube contraception"}, ""},
    {"of its own category alone", {"xxx tube contraception buy weed"}, "drugs 30"},
    {"what counts in titles alone", {"nsfw"}, ""},
    {"counts there once", {"nsfw", "nsfw"}, "adult 50"},
    {"the highest comes first", {"buy weed xxx tube"}, "adult 40, drugs 30"},
    {"one word is a part of two phrases", {"free webcam girls xxx tube"}, "adult 120"},
    {"the stem of a word", {"masturbating"}, "adult 25"},
    {"not what ends like it", {"promasturbat"}, ""},
    {"three letters", {"a gun is", "my gun"}, "drugs 18"},
    {"two letters", {"a av is"}, "adult 7"},
};

std::vector<Phrase> some_phrases() {
  Phrase stem = phrase(25, {"masturbat"});
  stem.parts.front().ends_word = false;
  return {phrase(40, {"xxx tube"}),
          phrase(60, {"야동"}),
          phrase(80, {"free", "webcam", "girls"}),
          phrase(-60, {"contraception"}),
          phrase(30, {"buy weed"}, kDrugs),
          in_title(phrase(50, {"nsfw"})),
          stem,
          phrase(9, {"gun"}, kDrugs),
          phrase(7, {"av"})};
}

TEST(PhraseScan, AddsUpWhatStandsInAPage) {
  PhraseScan scan(compiled(some_phrases()));
  for (const ScoreCase& row : kScoreCases) {
    for (const std::size_t piece : {1, 3, 1000}) {
      read(scan, row.page, piece);
      EXPECT_EQ(score_of(scan), row.score) << row.sentence << ", pieces of " << piece;
    }
  }
}

TEST(PhraseScan, NamesTheHeaviestPhrase) {
  PhraseScan scan(compiled(some_phrases()));
  read(scan, {"xxx tube and free webcam girls"});
  ASSERT_EQ(scan.score().count, 1);
  EXPECT_EQ(scan.set().phrases()[scan.score().rows[0].heaviest].id, "free + webcam + girls");
  read(scan, {"free webcam girls", "xxx tube"});  // twice 40 is no more than 80: the earlier one
  EXPECT_EQ(scan.set().phrases()[scan.score().rows[0].heaviest].id, "xxx tube");
}

TEST(PhraseScan, TellsWhatCountedInTheOrderInWhichItCame) {
  PhraseScan scan(compiled(some_phrases()));
  read(scan, {"buy weed contraception", "contraception"});
  std::string counted;
  for (const PhraseScan::Counted& one : scan.counted()) {
    counted += scan.set().phrases()[one.phrase].id + (one.twice ? " twice; " : "; ");
  }
  EXPECT_EQ(counted, "buy weed; contraception twice; ");
}

TEST(PhraseScan, TellsWhatItFoundSoFar) {
  PhraseScan scan(compiled(some_phrases()));
  scan.start();
  scan.feed(" here is xxx tu", PhrasePlace::Body);
  EXPECT_EQ(score_of(scan), "");
  scan.feed("be", PhrasePlace::Body);
  EXPECT_EQ(score_of(scan), "") << "the word may go on";
  scan.feed(" and", PhrasePlace::Body);
  EXPECT_EQ(score_of(scan), "adult 40");
  scan.feed(" buy we", PhrasePlace::Body);
  EXPECT_EQ(score_of(scan), "adult 40");
  scan.feed("ed", PhrasePlace::Body);
  scan.finish();
  EXPECT_EQ(score_of(scan), "adult 40, drugs 30");
}

TEST(PhraseScan, ForgetsThePageBefore) {
  PhraseScan scan(compiled(some_phrases()));
  read(scan, {"xxx tube free webcam buy we", "nsfw"});
  read(scan, {"ed girls"});
  EXPECT_EQ(score_of(scan), "");
  EXPECT_TRUE(scan.counted().empty());
  read(scan, {"xxx tube"});
  EXPECT_EQ(score_of(scan), "adult 40");
}

TEST(PhraseScan, FindsAPhraseWhereverALookEnds) {
  PhraseScan scan(compiled(some_phrases()));
  for (std::size_t at = 8'000; at < 8'400; ++at) {
    const std::string page = std::string(at, 'q') + " xxx tube " + std::string(500, 'q');
    read(scan, {page});
    ASSERT_EQ(score_of(scan), "adult 40") << at;
    read(scan, {"", page});
    ASSERT_EQ(score_of(scan), "adult 80") << at;
  }
}

TEST(PhraseScan, AllocatesNothingOnceItIsMade) {
  PhraseScan scan(compiled(some_phrases()));
  const std::string text = text_of(std::string(50'000, 'q') + " xxx tube free webcam girls 야동");
  const std::uint64_t before = test::allocation_count();
  read_texts(scan, {text, text}, 700);
  scan.score();
  EXPECT_EQ(test::allocation_count(), before);
}

// Few letters, so that phrases overlap, hold each other and share their pieces.
std::vector<Phrase> random_phrases(std::mt19937& random, std::size_t count) {
  constexpr const char* kWords[] = {"aa",        "ab",       "aab",  "abab", "baba",
                                    "b1",        "aaaaaaaa", "가가", "가나", "나가나",
                                    "가나다 가", "ab가",     "19가", "aé",   "é가나"};
  std::map<std::string, Phrase> phrases;
  while (phrases.size() < count) {
    std::vector<std::string> parts;
    for (std::uint64_t part = random() % 4 == 0 ? 1 + random() % 3 : 1; part > 0; --part) {
      std::string text = kWords[random() % std::size(kWords)];
      for (std::uint64_t more = random() % 3; more > 0; --more) {
        text += ' ';
        text += kWords[random() % std::size(kWords)];
      }
      if (std::ranges::find(parts, text) == parts.end()) parts.push_back(text);
    }
    Phrase made = phrase(static_cast<int>(random() % 100) - 40, parts);
    if (made.weight == 0) made.weight = 1;
    made.category = random() % 2 == 0 ? kAdult : kDrugs;
    if (random() % 5 == 0) made = in_title(std::move(made));
    phrases.emplace(made.id, made);
  }
  std::vector<Phrase> list;
  for (auto& [id, made] : phrases) list.push_back(std::move(made));
  return list;
}

std::string random_text(std::mt19937& random) {
  constexpr const char* kPieces[] = {"a",  "b",  "aa", "ab",    " ",  " ", "\n",  "1",
                                     "19", "가", "나", "가나 ", "다", "é", "aab "};
  std::string text;
  for (std::uint64_t pieces = random() % 200; pieces > 0; --pieces) {
    text += kPieces[random() % std::size(kPieces)];
  }
  return text;
}

TEST(PhraseScan, AgreesWithASlowMatcher) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    const auto set = compiled(random_phrases(random, 20 + random() % 300));
    PhraseScan scan(set);
    for (int page = 0; page < 60; ++page) {
      const std::string body = random_text(random);
      const std::string title = random_text(random);
      read(scan, {body, title}, 1 + random() % 50);
      std::vector<test::SlowPhrase> found(set->phrases().size());
      for (const PhraseScan::Counted& one : scan.counted()) found[one.phrase] = {true, one.twice};
      const auto expected = test::slow_phrases(set->phrases(), body, title);
      std::map<CategoryId, int> sums;
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i], expected[i])
            << set->phrases()[i].id << "\nin: " << body << "\ntitle: " << title;
        const int times = expected[i].counted ? (expected[i].twice ? 2 : 1) : 0;
        sums[set->phrases()[i].category] += times * set->phrases()[i].weight;
      }
      for (const auto& [category, sum] : sums) {
        int told = 0;
        for (const PhraseScore::Row& row : scan.score().all()) {
          if (row.category == category) told = row.score;
        }
        ASSERT_EQ(told, std::max(sum, 0));
      }
    }
  }
}

}  // namespace
}  // namespace haetae::list
