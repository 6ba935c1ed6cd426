#include "list/phrase_text.h"

#include <gtest/gtest.h>

#include "support/slow_phrases.h"

namespace haetae::list {
namespace {

struct TextCase {
  const char* sentence;
  const char* text;
  const char* written;
};
constexpr TextCase kTextCases[] = {
    {"words stay words", "hot stuff", "hot stuff"},
    {"nothing reaches over a line", "hot\nstuff", "hot \n stuff"},
    {"particles of Korean end an English word", "porn을 av배우", "porn 을 av 배우"},
    {"English within Korean", "무료porn사이트", "무료 porn 사이트"},
    {"digits stay where they stand", "19금 18yo 4you", "19금 18yo 4you"},
    {"letters with accents are letters", "café naïve việt", "café naïve việt"},
    {"Japanese", "エロanime", "エロ anime"},
    {"nothing", "", ""},
};

TEST(PhraseText, IsAsAPageIsRead) {
  for (const TextCase& row : kTextCases) {
    EXPECT_EQ(phrase_text(row.text), row.written) << row.sentence;
    if (*row.text == '\0') continue;  // there the slow one writes the blank before the first word
    EXPECT_EQ(test::slow_text(row.text), " " + phrase_text(row.text) + " ") << row.sentence;
  }
}

}  // namespace
}  // namespace haetae::list
