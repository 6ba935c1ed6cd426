#include "list/scan_text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/guarded_bytes.h"

namespace haetae::list {
namespace {

std::string terms(std::string_view raw) {
  std::array<char, kTermsScanBytesMax> room;
  TermsText text(room);
  text.add(raw);
  return std::string(text.text());
}

std::string url(std::string_view host, std::string_view path) {
  std::array<char, kUrlScanBytesMax> room;
  return std::string(url_scan_text(name_of(host), path, room));
}

struct TermsCase {
  const char* about;
  const char* raw;
  const char* text;
};
constexpr TermsCase kTerms[] = {
    {"a plus and an escape are blanks", "red+panda%20cub", "red panda cub"},
    {"blanks are one, and none at the ends", "++red+++panda++", "red panda"},
    {"letters are small", "Red%50anda", "redpanda"},
    {"signs part words", "red-panda,\"cub\"(c%2B%2B)!", "red panda cub c"},
    {"an apostrophe does not", "don't don%E2%80%99t", "dont dont"},
    {"Hangul is UTF-8", "%EC%84%B1%EA%B5%90%EC%9C%A1", "성교육"},
    {"Hangul that comes letter by letter is put together",
     "\u1109\u1165\u11bc\u1100\u116d\u110b\u1172\u11a8", "성교육"},
    {"full-width letters and blanks", "ＲＥＤ\u3000ｐａｎｄａ１", "red panda1"},
    {"mathematical and circled letters", "𝐫𝒆𝓭 ⓟⓐⓝⓓⓐ 𝟏", "red panda 1"},
    {"what is not to be seen is not there", "re\u200bd pa\u00adnda\ufeff", "red panda"},
    {"marks on letters are not there", "re\u0301d", "red"},
    {"octets that are no UTF-8 part words", "red%FF%FEpanda\xc3", "red panda"},
    {"an escape is undone once", "%2570orn", "70orn"},
    {"a broken escape is a sign", "100%+panda%2", "100 panda 2"},
    {"signs of other scripts part words", "레서판다。“cub”·猫", "레서판다 cub 猫"},
    {"letters in squares and in brackets", "🄰🅐🅱 ⒜", "aab a"},
    {"pictures and arrows part words", "red🔥panda→cub×2", "red panda cub 2"},
    {"the dot that Korean writes between words is one", "빨강\u318d파랑", "빨강 파랑"},
    {"no octets, no words", "", ""},
    {"signs alone are no words", "?!%00", ""},
};

TEST(TermsText, IsWordsWithABlankBetween) {
  for (const TermsCase& row : kTerms) EXPECT_EQ(terms(row.raw), row.text) << row.about;
}

TEST(TermsText, KeepsPiecesApart) {
  std::array<char, kTermsScanBytesMax> room;
  TermsText text(room);
  text.add("red");
  text.add("");
  text.add("panda");
  EXPECT_EQ(text.text(), "red panda");
}

TEST(TermsText, StaysInItsRoomAndKeepsCharactersWhole) {
  const std::string raw = "성교육 red panda 성교육";
  for (std::size_t size = 0; size <= raw.size(); ++size) {
    std::string room(size, 'x');
    TermsText text(std::span<char>{room});
    text.add(raw);
    EXPECT_TRUE(raw.starts_with(text.text())) << size;
    EXPECT_GE(text.text().size() + 4, size);
  }
}

TEST(TermsText, ReadsNothingBehindItsInput) {
  for (const TermsCase& row : kTerms) {
    const std::string_view raw = row.raw;
    for (std::size_t size = 0; size <= raw.size(); ++size) {
      const test::GuardedBytes guarded(as_bytes(raw.substr(0, size)));
      terms(as_text(guarded.bytes()));
    }
  }
}

TEST(UrlScanText, UndoesEscapesAndFolds) {
  EXPECT_EQ(url("Site.example", "/Free_%50orn+x?Q=a%20b"), "site.example/free-porn-x?q=a-b");
  EXPECT_EQ(url("xn--o80bl47bgkd.example", "/%EC%84%B1"), "카지노.example/성");
  EXPECT_EQ(url("site.example", ""), "site.example");
  EXPECT_EQ(url("site.example", "/a%FFb"), "site.example/a-b");
}

TEST(UrlScanText, IsCutWhereTheRoomEnds) {
  const std::string text = url("site.example", "/" + std::string(10'000, 'a'));
  EXPECT_EQ(text.size(), kUrlScanBytesMax);
}

}  // namespace
}  // namespace haetae::list
