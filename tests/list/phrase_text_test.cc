#include "list/phrase_text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/slow_phrases.h"

namespace haetae::list {
namespace {

// Written piece by piece, each cut to so many octets, into room for so many.
std::string written(std::string_view text, std::size_t piece_bytes, std::size_t room_bytes) {
  PhraseText writer;
  std::string out;
  std::vector<char> room(room_bytes);
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    std::string_view piece = text.substr(at, piece_bytes);
    while (!piece.empty()) {
      const std::size_t before = piece.size();
      const std::size_t size = writer.take(piece, room);
      EXPECT_LE(size, room.size());
      EXPECT_LT(piece.size(), before);
      out.append(room.data(), size);
    }
  }
  if (writer.is_in_word()) out += ' ';
  return out;
}

struct TextCase {
  const char* sentence;
  const char* text;
  const char* written;
};
constexpr TextCase kTextCases[] = {
    {"every word stands between blanks", "hot stuff", " hot stuff "},
    {"nothing reaches over a line", "hot\nstuff", " hot \n stuff "},
    {"several lines are one", "hot\n\n\nstuff\n", " hot \n stuff \n "},
    {"lines before the first word are none", "\n\nhot", " hot "},
    {"blanks are one", "hot  stuff ", " hot stuff "},
    {"particles of Korean end an English word", "porn을 av배우", " porn 을 av 배우 "},
    {"English within Korean", "무료porn사이트", " 무료 porn 사이트 "},
    {"digits stay where they stand", "19금 18yo 4you", " 19금 18yo 4you "},
    {"letters with accents are letters", "café naïve việt", " café naïve việt "},
    {"Japanese", "エロanime", " エロ anime "},
    {"nothing", "", ""},
};

TEST(PhraseText, PutsEveryWordBetweenBlanks) {
  for (const TextCase& row : kTextCases) {
    EXPECT_EQ(written(row.text, 1000, 1000), row.written) << row.sentence;
    if (*row.text == '\0') continue;  // there the slow one writes the blank before the first word
    EXPECT_EQ(test::slow_text(row.text), row.written) << row.sentence;
  }
}

TEST(PhraseText, IsTheSameHoweverItIsCut) {
  constexpr const char* kPieces[] = {
      "a",    "porn ", "을",         "배우", "\n",
      " ",    "é",     "ệ",          "7",    "longer words stand here ",
      "\xed", "\x80",  "무료 야동 ", "ア",   "\xf0\x9f\x94\x9e",
      "z",    "Latin"};
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (std::uint64_t parts = random() % 40; parts > 0; --parts) {
      text += kPieces[random() % std::size(kPieces)];
    }
    const std::string whole = written(text, 10'000, 10'000);
    for (const std::size_t piece : {1, 2, 3, 7, 31, 33, 64}) {
      ASSERT_EQ(written(text, piece, PhraseText::kStepBytes + random() % 100), whole) << text;
    }
    if (!text.empty() && !text.contains('\x80') && !text.contains('\xed')) {
      ASSERT_EQ(whole, test::slow_text(text)) << text;
    }
  }
}

TEST(PhraseText, OfAPhraseIsWithoutTheBlanksAtItsEnds) {
  EXPECT_EQ(phrase_text("hot stuff"), "hot stuff");
  EXPECT_EQ(phrase_text("av배우"), "av 배우");
}

}  // namespace
}  // namespace haetae::list
