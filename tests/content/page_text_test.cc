#include "content/page_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "base/bytes.h"
#include "support/guarded_bytes.h"
#include "support/slow_phrases.h"

namespace haetae::content {
namespace {

struct Read {
  std::string body, title;
  SelfLabels labels;
  bool operator==(const Read& other) const { return body == other.body && title == other.title; }
};

// Reads a page in pieces; next says how long each is.
template <class Next>
Read read_in_pieces(Form form, std::string_view page, Next next) {
  static const auto room = std::make_unique<PageRoom>();
  static PageText text;  // one for all, so that nothing may be left of a page
  Read read;
  const auto take = [&] {
    read.body += room->text(Place::Body);
    read.title += room->text(Place::Title);
  };
  text.start(form);
  while (!page.empty()) {
    const std::size_t size =
        std::min({next(), page.size(), std::size_t{limits::kPageChunkBytesMax}});
    const test::GuardedBytes guarded(as_bytes(page.substr(0, size)));
    text.feed(as_text(guarded.bytes()), *room);
    take();
    page.remove_prefix(size);
  }
  text.finish(*room);
  take();
  read.labels = text.labels();
  return read;
}

Read read(Form form, std::string_view page) {
  return read_in_pieces(form, page, [] { return limits::kPageChunkBytesMax; });
}

// As it is read: the words of the tables below are easier to read without the blanks around lines.
std::string text_of(std::string_view words) {
  std::string text = words.empty() ? "" : test::slow_text(words);
  if (!text.empty()) text.pop_back();
  return text;
}

struct Case {
  const char* about;
  const char* page;
  const char* body;
  const char* title = "";
};

constexpr Case kHtml[] = {
    {"words are small, with one blank between", "  Red  PANDA,\n\tcub! ", "red panda cub"},
    {"an apostrophe is nothing", "don't don\u2019t don&#39;t don&rsquo;t", "dont dont dont dont"},
    {"tags inside of a word do not part it", "p<b>a</b>n<i class=x>d</i>a", "panda"},
    {"nor do elements that nobody knows", "pan<x-y z>da</x-y>", "panda"},
    {"nor comments", "pan<!-- > -->da", "panda"},
    {"nor soft hyphens and places to break", "pan&shy;da re<wbr>d", "panda red"},
    {"links side by side are words apart", "<a href=/1>red</a><a href=/2>panda</a>", "red panda"},
    {"letters side by side are a word", "<i>p</i><i>a</i><i>n</i><i>d</i><i>a</i>", "panda"},
    {"a sign between is no letter", "d</i>>d</i><i>a", "d da"},
    {"two letters are a word of their own", "<a>en</a><a>ko</a><a>\u00e9t</a><a>x</a>",
     "en ko \u00e9t x"},
    {"Hangul syllables, too", "<i>판</i><i>다</i><i>곰</i>", "판다곰"},
    {"paragraphs are apart", "<p>red</p><p>panda</p>", "red\npanda"},
    {"cells are apart", "<tr><td>red<td>panda", "red\npanda"},
    {"a line's end parts words", "red<br>panda<br/>cub", "red panda cub"},
    {"the title is told apart", "<title>Red panda</title>cub", "cub", "red panda"},
    {"headings are titles", "<h1>Red</h1>cub<h6 class=a>Panda</h6>", "cub", "red\npanda"},
    {"a heading's elements are a part of it", "<h2>Red <b>pa</b>nda</h2>", "", "red panda"},
    {"what a page says of itself is a title",
     "<meta name=keywords content='red, panda'><META CONTENT=\"A&#32;cub\" Name=Description>x", "x",
     "red panda\na cub"},
    {"what it says to programs is none", "<meta name=viewport content='width=device-width'>x", "x"},
    {"scripts and styles are not seen",
     "a<script>let x = '<p>panda';</script>b<style>p{color:red}</style>c", "abc"},
    {"a script ends at its own end tag only", "a<script></scrip></ script></scriptx></SCRIPT >b",
     "ab"},
    {"a script in a comment in a script hides an end tag",
     "a<script><!--<script></script>panda--></script>b", "ab"},
    {"a comment in a script does not go on behind it",
     "a<script><!-- <script> </script> <!-- </script>panda", "apanda"},
    {"pictures' descriptions stand where they are",
     "a<img src=x.png alt=\"Red panda\" title='cub'>b", "a red panda cub b"},
    {"and what fields are for", "<input type=text placeholder=Search&#32;pandas value=red>",
     "search pandas"},
    {"other attributes do not", "<a title=red href='panda'>cub</a>", "cub"},
    {"a bracket in quotes does not end a tag", "<a href='>red' x=\">panda\">cub", "cub"},
    {"a quote that is no value's does", "<a =\"><p>panda</p>\">", "panda"},
    {"nor does one in a name", "<a x\"y=1>red</a> panda", "red panda"},
    {"a value without quotes ends at a blank", "<img alt=red src=panda>", "red"},
    {"whatever it is written in", "<img alt=판다 곰=x>곰", "판다 곰"},
    {"an empty comment is whole", "a<!-->red<!--->panda", "aredpanda"},
    {"a comment ends with a bang, too", "a<!--x--!>b", "ab"},
    {"but not at its own start", "a<!--!>x-->b<!---!>y-->c", "abc"},
    {"a comment in a title is text", "<title><!--</title>panda", "panda", ""},
    {"tags in a title are text", "<title>a <b>red</b></titles></title>x", "x", "a b red b titles"},
    {"what scripts show instead is not seen", "<noscript><!--</noscript>panda", "panda"},
    {"plaintext has no end", "<plaintext>a <!-- red </plaintext>", "a red plaintext"},
    {"styles in a drawing are elements", "<svg><style><!--</style>--><p>panda</style>", "panda"},
    {"where HTML goes on in it, they are none",
     "<svg><desc><style><!--</style>panda</desc><b>x</b><style><!--</style>red", "pandaxred"},
    {"text of a drawing is text", "<svg><text>red</text><![CDATA[<panda>]]></svg>", "red\npanda"},
    {"in HTML it is none", "a<![CDATA[red]]>panda", "apanda"},
    {"declarations are not seen", "<!DOCTYPE html SYSTEM \"x\"><?php red ?>panda</ x>", "panda"},
    {"a sign is no tag", "1 < 2 <3 a<b", "1 2 3 a"},
    {"characters by number", "&#112;&#x61;&#X6e;&#100&#97", "panda"},
    {"with zeros before", "&#0000000000000000000000000112;anda", "panda"},
    {"a number without an end ends at the next letter", "&#112anda", "panda"},
    {"a number too large is a sign", "red&#99999999999999999999999999;panda", "red panda"},
    {"names of letters", "caf&eacute; caf&eacute &Scaron;koda", "café café Škoda"},
    {"names of signs part words", "red&nbsp;panda&hellip;cub&amp;x&ampy", "red panda cub x ampy"},
    {"mathematical letters by name", "&popf;&ascr;&nfr;da", "panda"},
    {"what is no reference is a sign", "AT&T &x; R&D", "at t r d"},
    {"full-width letters", "ＲＥＤ\u3000ｐａｎｄａ", "red panda"},
    {"Hangul letter by letter", "\u1111\u1161\u11ab\u1103\u1161", "판다"},
    {"an octet of zero is nothing", "", ""},
    {"particles of Korean end an English word", "<b>AV</b>배우는 ＡＶ를 porn&#xc744;",
     "av 배우는 av 를 porn 을"},
    {"letter by letter, too", "av\u1100\u1161\u11ab<i>b", "av 간 b"},
    {"digits and accents are of no script", "19금 4you caf\u00e9가 é나a", "19금 4you café가 é나 a"},
    {"an apostrophe between is nothing", "a'가'a エロanime", "a 가 a エロ anime"},
    {"what follows an unfinished tag is not seen", "red <a href='panda", "red"},
};

TEST(PageText, IsWordsOfHtml) {
  for (const Case& row : kHtml) {
    const Read got = read(Form::Html, row.page);
    EXPECT_EQ(got.body, text_of(row.body)) << row.about;
    EXPECT_EQ(got.title, text_of(row.title)) << row.about;
  }
}

TEST(PageText, IsTheSameHoweverItIsCut) {
  for (const Case& row : kHtml) {
    for (std::size_t size = 1; size < 24; ++size) {
      const Read got = read_in_pieces(Form::Html, row.page, [size] { return size; });
      EXPECT_EQ(got.body, text_of(row.body)) << row.about << ", in pieces of " << size;
      EXPECT_EQ(got.title, text_of(row.title)) << row.about << ", in pieces of " << size;
    }
  }
}

TEST(PageText, KeepsNothingOfThePageBefore) {
  read(Form::Html, "<h1>red<meta name=keywords content=cub");
  const Read got = read(Form::Html, "<meta content=panda>x");
  EXPECT_EQ(got.body, " x");
  EXPECT_EQ(got.title, "");
}

TEST(PageText, LeavesOutNul) {
  using namespace std::string_view_literals;
  EXPECT_EQ(read(Form::Html, "p\0a\0n\0da"sv).body, " panda");
}

constexpr Case kJson[] = {
    {"keys and values are apart", R"({"Red":"panda cub","n":12})", "red\npanda cub\nn\n12"},
    {"escapes are undone", R"("\u0070anda \ud310\ub2e4 r\ned a\/b")", "panda 판다 r ed a b"},
    {"pairs are one", R"("\ud835\udc29anda")", "panda"},
    {"half a pair is a sign", R"("red\ud835panda \ud835\u0041")", "red panda"},
    {"an escape that is none is what follows", R"("\panda \é \u12g")", "panda é g"},
    {"tags are signs", R"("<p>red<\/p>")", "p red p"},
};

TEST(PageText, IsWordsOfJson) {
  for (const Case& row : kJson) {
    for (const std::size_t size : {1, 2, 3, 5, 1000}) {
      EXPECT_EQ(read_in_pieces(Form::Json, row.page, [size] { return size; }).body,
                text_of(row.body))
          << row.about << ", in pieces of " << size;
    }
  }
}

constexpr Case kXml[] = {
    {"elements are apart", "<rss><item><title>Red</title><link>panda</link></item></rss>", "panda",
     "red"},
    {"CDATA is text", "<d><![CDATA[a]b]]]><b/><![CDATA[<!--]]> panda</d>", "a b\npanda"},
    {"an element may end itself", "<title/>red<item/>panda", "red\npanda"},
};

TEST(PageText, IsWordsOfXml) {
  for (const Case& row : kXml) {
    for (const std::size_t size : {1, 2, 3, 5, 1000}) {
      const Read got = read_in_pieces(Form::Xml, row.page, [size] { return size; });
      EXPECT_EQ(got.body, text_of(row.body)) << row.about;
      EXPECT_EQ(got.title, text_of(row.title)) << row.about;
    }
  }
}

TEST(PageText, TakesPlainTextAsItStands) {
  EXPECT_EQ(read(Form::Plain, "<p>Red &amp; \\panda").body, " p red amp panda");
}

TEST(PageText, BrokenOctetsAreSigns) {
  EXPECT_EQ(read(Form::Html, "red\xff\xfepanda\xe3\x81<b>x\xe3</b>y\xed\x95").body,
            " red panda x y");
  EXPECT_EQ(read_in_pieces(Form::Html, "red\xe3\x81<b>x\xe3</b>y", [] { return 1UZ; }).body,
            " red x y");
}

}  // namespace
}  // namespace haetae::content
