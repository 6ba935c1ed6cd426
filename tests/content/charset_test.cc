#include "content/charset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/guarded_bytes.h"

namespace haetae::content {
namespace {

using namespace std::string_view_literals;

struct Read {
  std::string text;
  std::optional<Charset> charset;
};

struct Pieces {
  std::size_t raw = 1 << 20;
  std::size_t room = 1000;
};

Read read(std::string_view body, std::optional<Charset> declared = {}, bool is_page = true,
          Pieces pieces = {}) {
  static CharsetReader reader;  // one for all, so that nothing may be left of a body
  std::string room(pieces.room, '\0');
  Read read;
  reader.start(declared, is_page);
  while (!body.empty()) {
    const test::GuardedBytes guarded(as_bytes(body.substr(0, pieces.raw)));
    body.remove_prefix(guarded.bytes().size());
    Bytes raw = guarded;
    while (true) {
      const std::string_view text = reader.read(raw, room);
      read.text += text;
      if (text.empty() && raw.empty()) break;
    }
  }
  while (true) {
    const std::string_view text = reader.finish(room);
    read.text += text;
    if (text.empty()) break;
  }
  read.charset = reader.charset();
  return read;
}

// Written by Python's codecs.
struct Sample {
  const char* label;
  Charset charset;
  std::string_view octets;
  const char* text;
};
constexpr Sample kSamples[] = {
    {"utf-8", Charset::Utf8,
     "\xed\x95\x9c\xea\xb8\x80 \xec\x9b\xb9 \xed\x8e\x98\xec\x9d\xb4\xec\xa7\x80: \xeb\x98\xa0\xeb\xb0\xa9\xea\xb0\x81\xed\x95\x98, \xed\x8e\xb2\xec\x8b\x9c\xec\xbd\x9c\xeb\x9d\xbc & red panda. \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe3\x83\x9a\xe3\x83\xbc\xe3\x82\xb8\xe3\x80\x81\xe3\x83\xac\xe3\x83\x83\xe3\x82\xb5\xe3\x83\xbc\xe3\x83\x91\xe3\x83\xb3\xe3\x83\x80 red panda. "sv,
     "한글 웹 페이지: 똠방각하, 펲시콜라 & red panda. 日本語のページ、レッサーパンダ red panda. "},
    {"utf-16le", Charset::Utf16Le,
     "\x5c\xd5\x00\xae \x00\xf9\xc6 \x00\x98\xd3t\xc7\xc0\xc9:\x00 \x00 "
     "\xb6)\xbc\x01\xacX\xd5,\x00 \x00\xb2\xd3\xdc\xc2\x5c\xcf|\xb7 \x00&\x00 \x00r\x00"
     "e\x00"
     "d\x00 \x00p\x00"
     "a\x00n\x00"
     "d\x00"
     "a\x00.\x00 \x00"
     "5\xd8)\xdc"sv,
     "한글 웹 페이지: 똠방각하, 펲시콜라 & red panda. 𝐩"},
    {"utf-16be", Charset::Utf16Be,
     "e\xe5g,\x8a\x9e"
     "0n0\xda"
     "0\xfc"
     "0\xb8"
     "0\x01"
     "0\xec"
     "0\xc3"
     "0\xb5"
     "0\xfc"
     "0\xd1"
     "0\xf3"
     "0\xc0\x00 \x00r\x00"
     "e\x00"
     "d\x00 \x00p\x00"
     "a\x00n\x00"
     "d\x00"
     "a\x00.\x00 "sv,
     "日本語のページ、レッサーパンダ red panda. "},
    {"euc-kr", Charset::Cp949,
     "\xc7\xd1\xb1\xdb \xc0\xa5 \xc6\xe4\xc0\xcc\xc1\xf6: \x8c"
     "c\xb9\xe6\xb0\xa2\xc7\xcf, \xbc\x84\xbd\xc3\xc4\xdd\xb6\xf3 & red panda. "sv,
     "한글 웹 페이지: 똠방각하, 펲시콜라 & red panda. "},
    {"ks_c_5601-1987", Charset::Cp949,
     "\xc7\xd1\xb1\xdb \xc0\xa5 \xc6\xe4\xc0\xcc\xc1\xf6: \x8c"
     "c\xb9\xe6\xb0\xa2\xc7\xcf, \xbc\x84\xbd\xc3\xc4\xdd\xb6\xf3 & red panda. "sv,
     "한글 웹 페이지: 똠방각하, 펲시콜라 & red panda. "},
    {"windows-949", Charset::Cp949,
     "\xc7\xd1\xb1\xdb \xc0\xa5 \xc6\xe4\xc0\xcc\xc1\xf6: \x8c"
     "c\xb9\xe6\xb0\xa2\xc7\xcf, \xbc\x84\xbd\xc3\xc4\xdd\xb6\xf3 & red panda. "sv,
     "한글 웹 페이지: 똠방각하, 펲시콜라 & red panda. "},
    {"iso-2022-kr", Charset::Iso2022Kr,
     "\x1b$)C\x0eGQ1[\x0f \x0e@%\x0f \x0e"
     "Fd@LAv\x0f: \x0e"
     "79<-FG4Y\x0f, red panda. "sv,
     "한글 웹 페이지: 레서판다, red panda. "},
    {"shift_jis", Charset::ShiftJis,
     "\x93\xfa\x96{\x8c\xea\x82\xcc\x83y\x81[\x83W\x81"
     "A\x83\x8c\x83"
     "b\x83T\x81[\x83p\x83\x93\x83_ red panda. "sv,
     "日本語のページ、レッサーパンダ red panda. "},
    {"euc-jp", Charset::EucJp,
     "\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce\xa5\xda\xa1\xbc\xa5\xb8\xa1\xa2\xa5\xec\xa5\xc3\xa5\xb5\xa1\xbc\xa5\xd1\xa5\xf3\xa5\xc0 red panda. "sv,
     "日本語のページ、レッサーパンダ red panda. "},
    {"iso-2022-jp", Charset::Iso2022Jp,
     "\x1b$BF|K\x5c"
     "8l$N%Z!<%8!\x22%l%C%5!<%Q%s%@\x1b(B red panda. "sv,
     "日本語のページ、レッサーパンダ red panda. "},
    {"gb2312", Charset::Gb18030,
     "\xd6\xd0\xce\xc4\xcd\xf8\xd2\xb3\xa3\xac\xd0\xa1\xd0\xdc\xc3\xa8 red panda. "sv,
     "中文网页，小熊猫 red panda. "},
    {"big5", Charset::Big5,
     "\xa4\xa4\xa4\xe5\xba\xf4\xad\xb6\xa1"
     "A\xa4p\xba\xb5\xbf\xdf red panda. "sv,
     "中文網頁，小熊貓 red panda. "},
    {"windows-1250", Charset::Windows1250, "P\xf8\xedli\x9a \x9elu\x9dou\xe8k\xfd k\xf9\xf2"sv,
     "Příliš žluťoučký kůň"},
    {"windows-1251", Charset::Windows1251, "\xca\xf0\xe0\xf1\xed\xe0\xff \xef\xe0\xed\xe4\xe0"sv,
     "Красная панда"},
    {"iso-8859-1", Charset::Windows1252,
     "caf\xe9 \x93\xdcn\xef"
     "code\x94 \x80"sv,
     "café “Ünïcode” €"},
    {"windows-1253", Charset::Windows1253, "\xea\xfc\xea\xea\xe9\xed\xef \xf0\xdc\xed\xf4\xe1"sv,
     "κόκκινο πάντα"},
    {"iso-8859-9", Charset::Windows1254, "k\xfdz\xfdl panda \xf0\xfe"sv, "kızıl panda ğş"},
    {"windows-1255", Charset::Windows1255, "\xf4\xf0\xe3\xe4 \xe0\xe3\xe5\xee\xe4"sv, "פנדה אדומה"},
    {"windows-1256", Charset::Windows1256,
     "\xc7\xe1\xc8\xc7\xe4\xcf\xc7 \xc7\xe1\xc3\xcd\xe3\xd1"sv, "الباندا الأحمر"},
    {"windows-1257", Charset::Windows1257, "raudonoji panda \xe0\xe8\xe6\xeb"sv,
     "raudonoji panda ąčęė"},
    {"tis-620", Charset::Windows874, "\xe1\xbe\xb9\xb4\xe9\xd2\xe1\xb4\xa7"sv, "แพนด้าแดง"},
    {"iso-8859-2", Charset::Iso8859_2, "P\xf8\xedli\xb9 \xbelu\xbbou\xe8k\xfd"sv,
     "Příliš žluťoučký"},
    {"iso-8859-3", Charset::Iso8859_3,
     "\xe6"
     "evalo \xfe"
     "afo"sv,
     "ĉevalo ŝafo"},
    {"iso-8859-4", Charset::Iso8859_4, "\xb1\xe8\xea\xec"sv, "ąčęė"},
    {"iso-8859-5", Charset::Iso8859_5, "\xba\xe0\xd0\xe1\xdd\xd0\xef \xdf\xd0\xdd\xd4\xd0"sv,
     "Красная панда"},
    {"iso-8859-6", Charset::Iso8859_6, "\xc7\xe4\xc8\xc7\xe6\xcf\xc7"sv, "الباندا"},
    {"iso-8859-7", Charset::Iso8859_7, "\xea\xfc\xea\xea\xe9\xed\xef \xf0\xdc\xed\xf4\xe1"sv,
     "κόκκινο πάντα"},
    {"iso-8859-8", Charset::Iso8859_8, "\xf4\xf0\xe3\xe4"sv, "פנדה"},
    {"iso-8859-10", Charset::Iso8859_10, "\xb1\xe8\xea\xec\xba\xbe\xbc"sv, "ąčęėšūž"},
    {"iso-8859-13", Charset::Iso8859_13, "\xe0\xe8\xe6\xeb"sv, "ąčęė"},
    {"iso-8859-14", Charset::Iso8859_14, "\xf0\xfe"sv, "ŵŷ"},
    {"iso-8859-15", Charset::Iso8859_15, "\xbduvre \xa4"sv, "œuvre €"},
    {"koi8-r", Charset::Koi8R, "\xeb\xd2\xc1\xd3\xce\xc1\xd1 \xd0\xc1\xce\xc4\xc1"sv,
     "Красная панда"},
    {"koi8-u", Charset::Koi8U, "\xfe\xc5\xd2\xd7\xcf\xce\xc1 \xd0\xc1\xce\xc4\xc1 \xa7\xd6\xc1"sv,
     "Червона панда їжа"},
    {"macintosh", Charset::Macintosh, "caf\x8e"sv, "café"},
    {"windows-1258", Charset::Windows1258, "panda d\xea"sv, "panda dê"},
};

TEST(CharsetReader, ReadsWhatTheHeaderNames) {
  for (const Sample& row : kSamples) {
    const std::optional<Charset> charset = charset_of(row.label);
    ASSERT_TRUE(charset) << row.label;
    EXPECT_EQ(*charset, row.charset) << row.label;
    EXPECT_EQ(read(row.octets, charset).text, row.text) << row.label;
  }
}

TEST(CharsetReader, ReadsTheSameHoweverABodyIsCut) {
  for (const Sample& row : kSamples) {
    for (const std::size_t piece : {1, 2, 3, 5}) {
      EXPECT_EQ(read(row.octets, row.charset, false, {piece, 64}).text, row.text) << row.label;
    }
  }
}

TEST(CharsetReader, ReadsWhatThePageNames) {
  for (const Sample& row : kSamples) {
    if (row.charset == Charset::Utf16Le || row.charset == Charset::Utf16Be) continue;
    const std::string head = "<html><head><meta charset=" + std::string(row.label) + ">";
    for (const std::size_t piece : {1, 3, 2000}) {
      const Read got = read(head + std::string(row.octets), {}, true, {piece, 64});
      EXPECT_EQ(got.text, head + row.text) << row.label;
      EXPECT_EQ(got.charset, row.charset) << row.label;
    }
  }
}

// Real sentences that name nothing.
constexpr Sample kUnnamed[] = {
    {"Korean in EUC-KR", Charset::Cp949,
     "\xb4\xeb\xc7\xd1\xb9\xce\xb1\xb9\xc0\xc7 \xb5\xbf\xb9\xb0\xbf\xf8\xbf\xa1\xbc\xad \xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9\xb8\xa6 \xba\xbc \xbc\xf6 \xc0\xd6\xb4\xd9. \xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9\xb4\xc2 \xb4\xeb\xb3\xaa\xb9\xab \xc0\xd9\xc0\xbb \xb8\xd4\xb0\xed \xb3\xaa\xb9\xab \xc0\xa7\xbf\xa1\xbc\xad \xc0\xe1\xc0\xbb \xc0\xdc\xb4\xd9. "sv,
     "대한민국의 동물원에서 레서판다를 볼 수 있다. 레서판다는 대나무 잎을 먹고 나무 위에서 잠을 "
     "잔다. "},
    {"Korean in UTF-8", Charset::Utf8,
     "\xeb\x8c\x80\xed\x95\x9c\xeb\xaf\xbc\xea\xb5\xad\xec\x9d\x98 \xeb\x8f\x99\xeb\xac\xbc\xec\x9b\x90\xec\x97\x90\xec\x84\x9c \xeb\xa0\x88\xec\x84\x9c\xed\x8c\x90\xeb\x8b\xa4\xeb\xa5\xbc \xeb\xb3\xbc \xec\x88\x98 \xec\x9e\x88\xeb\x8b\xa4. \xeb\xa0\x88\xec\x84\x9c\xed\x8c\x90\xeb\x8b\xa4\xeb\x8a\x94 \xeb\x8c\x80\xeb\x82\x98\xeb\xac\xb4 \xec\x9e\x8e\xec\x9d\x84 \xeb\xa8\xb9\xea\xb3\xa0 \xeb\x82\x98\xeb\xac\xb4 \xec\x9c\x84\xec\x97\x90\xec\x84\x9c \xec\x9e\xa0\xec\x9d\x84 \xec\x9e\x94\xeb\x8b\xa4. "sv,
     "대한민국의 동물원에서 레서판다를 볼 수 있다. 레서판다는 대나무 잎을 먹고 나무 위에서 잠을 "
     "잔다. "},
    {"one Korean word", Charset::Cp949, "\xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9"sv, "레서판다"},
    {"Korean in CP949", Charset::Cp949,
     "\xb4\xeb\xc7\xd1\xb9\xce\xb1\xb9\xc0\xc7 \xb5\xbf\xb9\xb0\xbf\xf8\xbf\xa1\xbc\xad "
     "\xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9\xb8\xa6 \xba\xbc \xbc\xf6 \xc0\xd6\xb4\xd9. "
     "\xb7\xb9\xbc\xad\xc6\xc7\xb4\xd9\xb4\xc2 \xb4\xeb\xb3\xaa\xb9\xab \xc0\xd9\xc0\xbb "
     "\xb8\xd4\xb0\xed \xb3\xaa\xb9\xab \xc0\xa7\xbf\xa1\xbc\xad \xc0\xe1\xc0\xbb "
     "\xc0\xdc\xb4\xd9. \xbc\x84\xbd\xc3 \x8c"
     "c\xb9\xe6\xb0\xa2\xc7\xcf"sv,
     "대한민국의 동물원에서 레서판다를 볼 수 있다. 레서판다는 대나무 잎을 먹고 나무 위에서 잠을 "
     "잔다. 펲시 똠방각하"},
    {"Korean in ISO 2022", Charset::Iso2022Kr,
     "\x1b$)C\x0eGQ1[\x0f \x0e@%\x0f \x0e"
     "Fd@LAv\x0f: \x0e"
     "79<-FG4Y\x0f, red panda. "sv,
     "한글 웹 페이지: 레서판다, red panda. "},
    {"Japanese in Shift_JIS", Charset::ShiftJis,
     "\x83\x8c\x83"
     "b\x83T\x81[\x83p\x83\x93\x83_\x82\xcd\x92|\x82\xcc\x97t\x82\xf0\x90H\x82\xd7\x82\xc4\x81"
     "A\x96\xd8\x82\xcc\x8f\xe3\x82\xc5\x96\xb0\x82\xe8\x82\xdc\x82\xb7\x81"
     "B\x93\xfa\x96{"
     "\x82\xcc\x93\xae\x95\xa8\x89\x80\x82\xc5\x82\xbd\x82\xad\x82\xb3\x82\xf1\x8c\xa9\x82\xe9\x82"
     "\xb1\x82\xc6\x82\xaa\x82\xc5\x82\xab\x82\xdc\x82\xb7\x81"
     "B"sv,
     "レッサーパンダは竹の葉を食べて、木の上で眠ります。日本の動物園でたくさん見ることができます"
     "。"},
    {"Japanese in EUC-JP", Charset::EucJp,
     "\xa5\xec\xa5\xc3\xa5\xb5\xa1\xbc\xa5\xd1\xa5\xf3\xa5\xc0\xa4\xcf\xc3\xdd\xa4\xce\xcd\xd5\xa4\xf2\xbf\xa9\xa4\xd9\xa4\xc6\xa1\xa2\xcc\xda\xa4\xce\xbe\xe5\xa4\xc7\xcc\xb2\xa4\xea\xa4\xde\xa4\xb9\xa1\xa3\xc6\xfc\xcb\xdc\xa4\xce\xc6\xb0\xca\xaa\xb1\xe0\xa4\xc7\xa4\xbf\xa4\xaf\xa4\xb5\xa4\xf3\xb8\xab\xa4\xeb\xa4\xb3\xa4\xc8\xa4\xac\xa4\xc7\xa4\xad\xa4\xde\xa4\xb9\xa1\xa3"sv,
     "レッサーパンダは竹の葉を食べて、木の上で眠ります。日本の動物園でたくさん見ることができます"
     "。"},
    {"Japanese in ISO 2022", Charset::Iso2022Jp,
     "\x1b$B%l%C%5!<%Q%s%@$OC]$NMU$r\x3f)$Y$F!\x22LZ$N>e$GL2$j$^$9!#F|K\x5c$NF0J*1`$G$\x3f$/$5$s8+$k$3$H$,$G$-$^$9!#\x1b(B"sv,
     "レッサーパンダは竹の葉を食べて、木の上で眠ります。日本の動物園でたくさん見ることができます"
     "。"},
    {"Chinese in GB 2312", Charset::Gb18030,
     "\xd0\xa1\xd0\xdc\xc3\xa8\xc9\xfa\xbb\xee\xd4\xda\xc9\xbd\xb5\xd8\xc9\xad\xc1\xd6\xd6\xd0\xa3\xac\xd2\xd4\xd6\xf1\xd2\xb6\xce\xaa\xca\xb3\xa3\xac\xb0\xd7\xcc\xec\xd4\xda\xca\xf7\xc9\xcf\xcb\xaf\xbe\xf5\xa1\xa3\xd4\xda\xd6\xd0\xb9\xfa\xb5\xc4\xb6\xaf\xce\xef\xd4\xb0\xc0\xef\xbf\xc9\xd2\xd4\xbf\xb4\xb5\xbd\xcb\xfc\xc3\xc7\xa1\xa3\xd5\xe2\xd6\xd6\xb6\xaf\xce\xef\xba\xdc\xca\xdc\xba\xa2\xd7\xd3\xc3\xc7\xb5\xc4\xcf\xb2\xb0\xae\xa1\xa3"sv,
     "小熊猫生活在山地森林中，以竹叶为食，白天在树上睡觉。在中国的动物园里可以看到它们。这种动物很"
     "受孩子们的喜爱。"},
    {"Russian in Windows-1251", Charset::Windows1251,
     "\xca\xf0\xe0\xf1\xed\xe0\xff \xef\xe0\xed\xe4\xe0 \xef\xe8\xf2\xe0\xe5\xf2\xf1\xff \xeb\xe8\xf1\xf2\xfc\xff\xec\xe8 \xe1\xe0\xec\xe1\xf3\xea\xe0 \xe8 \xf1\xef\xe8\xf2 \xed\xe0 \xe4\xe5\xf0\xe5\xe2\xfc\xff\xf5. \xc5\xb8 \xec\xee\xe6\xed\xee \xf3\xe2\xe8\xe4\xe5\xf2\xfc \xe2\xee \xec\xed\xee\xe3\xe8\xf5 \xe7\xee\xee\xef\xe0\xf0\xea\xe0\xf5 \xf1\xf2\xf0\xe0\xed\xfb."sv,
     "Красная панда питается листьями бамбука и спит на деревьях. Её можно увидеть во многих "
     "зоопарках страны."},
    {"French in Latin 1", Charset::Windows1252,
     "Le panda roux se nourrit de feuilles de bambou et dort dans les arbres pendant la journ\xe9"
     "e. On peut le voir \xe0 c\xf4t\xe9 du lac, o\xf9 les \xe9l\xe8ves le pr\xe9"
     "f\xe8rent."sv,
     "Le panda roux se nourrit de feuilles de bambou et dort dans les arbres pendant la journée. "
     "On peut le voir à côté du lac, où les élèves le préfèrent."},
};

TEST(CharsetReader, GuessesWhatNobodyNames) {
  for (const Sample& row : kUnnamed) {
    const std::string ascii = "<html><body>" + std::string(3000, ' ');
    for (const std::size_t piece : {1, 7, 100'000}) {
      const Read got = read(ascii + std::string(row.octets), {}, true, {piece, 64});
      EXPECT_EQ(got.text, ascii + row.text) << row.label;
      EXPECT_EQ(got.charset, row.charset) << row.label;
    }
  }
}

struct OrderCase {
  const char* about;
  std::string_view body;
  std::optional<Charset> declared;
  const char* text;
};
constexpr OrderCase kOrder[] = {
    {"a mark counts more than the field", "\xef\xbb\xbfred"sv, Charset::Utf16Le, "red"},
    {"a mark of UTF-16", "\xff\xfer\0e\0d\0"sv, Charset::Utf8, "red"},
    {"a mark of UTF-16, big end first", "\xfe\xff\0r\0e\0d"sv, {}, "red"},
    {"half a mark is none", "\xef\xbbred"sv, Charset::Utf8, "\xef\xbbred"},
    {"the field counts more than the page", "<meta charset=euc-kr>\xc3\xa9"sv, Charset::Utf8,
     "<meta charset=euc-kr>\xc3\xa9"},
    {"a page that says UTF-16 is not",
     "<meta charset=utf-16>\xc3\xa9"sv,
     {},
     "<meta charset=utf-16>\xc3\xa9"},
    {"octets of UTF-8 stay, broken or not", "\xc3\xa9\xff"sv, Charset::Utf8, "\xc3\xa9\xff"},
    {"a broken character becomes U+FFFD", "a\xc7\x20z"sv, Charset::Cp949, "a\ufffd z"},
    {"one that is cut, too", "a\xc7"sv, Charset::Cp949, "a\ufffd"},
    {"an odd octet of UTF-16, too", "a\0b"sv, Charset::Utf16Le, "a\ufffd"},
    {"nothing is nothing", ""sv, {}, ""},
};

TEST(CharsetReader, BelievesInThisOrder) {
  for (const OrderCase& row : kOrder) {
    for (const std::size_t piece : {1, 2, 1000}) {
      EXPECT_EQ(read(row.body, row.declared, true, {piece, 64}).text, row.text) << row.about;
    }
  }
}

TEST(CharsetReader, AsksATextThatIsNoPageForNoName) {
  EXPECT_EQ(read("<meta charset=utf-16> caf\xe9", {}, false).charset, Charset::Windows1252);
}

struct PageCase {
  const char* about;
  std::string_view head;
  std::optional<Charset> charset;
};
constexpr PageCase kPages[] = {
    {"charset", "<meta charset=euc-kr>", Charset::Cp949},
    {"in quotes and capitals", "<META CharSet = 'EUC-KR' >", Charset::Cp949},
    {"content with a pragma",
     "<meta http-equiv=Content-Type content=\"text/html; charset=ks_c_5601-1987\">",
     Charset::Cp949},
    {"content in front of its pragma",
     "<meta content='text/html;charset = \"shift_jis\"' http-equiv=content-type>",
     Charset::ShiftJis},
    {"content alone says nothing", "<meta content='text/html; charset=euc-kr'>", std::nullopt},
    {"a comment says nothing", "<!-- <meta charset=euc-kr> -->", std::nullopt},
    {"an empty comment ends", "<!--><meta charset=euc-kr>", Charset::Cp949},
    {"an attribute says nothing", "<a x='<meta charset=euc-kr>'>", std::nullopt},
    {"the first that is known", "<meta charset=x><meta charset=koi8-r>", Charset::Koi8R},
    {"an XML declaration", "<?xml version='1.0' encoding='euc-kr'?>", Charset::Cp949},
    {"nothing", "<title>red</title>", std::nullopt},
    {"a cut one", "<meta charset=euc-k", std::nullopt},
    {"another element", "<metadata charset=euc-kr>", std::nullopt},
};

TEST(CharsetOfPage, IsReadAsBrowsersDo) {
  for (const PageCase& row : kPages) {
    EXPECT_EQ(charset_of_page(as_bytes(row.head)), row.charset) << row.about;
    for (std::size_t size = 0; size < row.head.size(); ++size) {
      const test::GuardedBytes guarded(as_bytes(row.head.substr(0, size)));
      charset_of_page(guarded);
    }
  }
}

}  // namespace
}  // namespace haetae::content
