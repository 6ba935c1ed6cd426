#include "list/url_name.h"

#include <gmock/gmock.h>

namespace haetae::list {
namespace {

const Name kHost = name_of("games.example");

std::string text_of(std::string_view path) {
  return url_text(url_name(kHost, path).name);
}

struct PathCase {
  std::string_view what;
  std::string_view path;
  std::string_view read;
};

constexpr PathCase kPaths[] = {
    {"nothing", "", ""},
    {"the root", "/", ""},
    {"parts", "/free/chess", "/free/chess"},
    {"letters in lower case", "/Free", "/free"},
    {"a query, in parts of its own", "/a?b=1&c=2", "/a?b=1&c=2"},
    {"slashes and question marks of a query are its own", "/a?u=http://x/?y", "/a?u=http://x/?y"},
    {"no fragment", "/a#b?c", "/a"},
    {"empty parts count for nothing", "//a///b/?&", "/a/b"},
    {"nor do they hide what comes behind", "/a?&&b=1", "/a?b=1"},
    {"what is no path", "*", ""},
    {"dots of a query are its own", "/a?..", "/a?.."},
    {"nor does a dot", "/./a/./b/.", "/a/b"},
    {"two dots go up", "/a/x/../b", "/a/b"},
    {"and no higher than the root", "/../../a", "/a"},
    {"escapes of plain letters", "/%66ree/%2e%2E/%41", "/a"},
    {"other escapes stay", "/a%2fb%20c", "/a%2fb%20c"},
    {"broken escapes stay", "/a%", "/a%"},
    {"and so do half ones", "/a%4", "/a%4"},
    {"three dots are a name", "/...", "/..."},
};

TEST(UrlName, ReadsPathsAsServersDo) {
  for (const PathCase& row : kPaths) {
    EXPECT_EQ(text_of(row.path), "games.example" + std::string(row.read)) << row.what;
  }
}

TEST(UrlName, StandsBelowItsHostAndBelowWhatItsPathStartsWith) {
  const UrlName url = url_name(kHost, "/free/chess?x=1");
  EXPECT_EQ(url.path_labels, 3U);
  EXPECT_TRUE(is_url_name(url.name));
  EXPECT_FALSE(is_url_name(kHost));
  EXPECT_TRUE(url.name.is_under(kHost));
  EXPECT_TRUE(url.name.is_under(url_name(kHost, "/free").name));
  EXPECT_TRUE(url.name.is_under(url_name(kHost, "/free/chess/").name));
  EXPECT_FALSE(url.name.is_under(url_name(kHost, "/free/che").name));
  const Name searched = url_name(kHost, "/search?q=sex&page=2").name;
  EXPECT_TRUE(searched.is_under(url_name(kHost, "/search?q=sex").name));
  EXPECT_FALSE(searched.is_under(url_name(kHost, "/search?page=2").name));
  EXPECT_FALSE(url.name.is_under(url_name(kHost, "/chess").name));
  EXPECT_FALSE(url.name.is_under(url_name(name_of("example"), "/free").name));
}

TEST(UrlName, TellsLongPartsApart) {
  const std::string part(200, 'a');
  const Name one = url_name(kHost, "/" + part + "b/end").name;
  const Name other = url_name(kHost, "/" + part + "c/end").name;
  EXPECT_NE(one, other);
  EXPECT_EQ(one, url_name(kHost, "/" + part + "B/end").name);
  EXPECT_TRUE(one.is_under(url_name(kHost, "/" + part + "b").name));
  EXPECT_EQ(url_text(one), "games.example/…/end");
  // The longest part that stands as it is, and the first that does not.
  EXPECT_EQ(text_of("/" + part.substr(0, 62)), "games.example/" + part.substr(0, 62));
  EXPECT_EQ(text_of("/" + part.substr(0, 63)), "games.example/…");
}

TEST(UrlName, KeepsTheFirstPartsOfAVeryLongUrl) {
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "/part";
  const UrlName url = url_name(kHost, path);
  EXPECT_EQ(url.path_labels, (255 - kHost.wire().size()) / 6);
  EXPECT_FALSE(url_rule_name(kHost, path).has_value());
  EXPECT_TRUE(url.name.is_under(*url_rule_name(kHost, "/part/part")));
}

TEST(UrlName, KnowsTheSiteWithoutItsWww) {
  const UrlName www = url_name(name_of("www.games.example"), "/free");
  const auto bare = without_www(www);
  ASSERT_TRUE(bare.has_value());
  EXPECT_EQ(url_text(bare->name), "games.example/free");
  EXPECT_EQ(bare->path_labels, 1U);
  EXPECT_FALSE(without_www(*bare).has_value());
  EXPECT_FALSE(without_www(url_name(name_of("www.example"), "/free")).has_value());
}

}  // namespace
}  // namespace haetae::list
