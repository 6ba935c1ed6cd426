#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"a path and all below it", "x.example/a/b", "||x.example/a/b^"},
    {"the scheme does not matter", "https://x.example/a", "||x.example/a^"},
    {"nor the case", "X.Example/A", "||x.example/a^"},
    {"nor a slash at the end", "x.example/a/", "||x.example/a^"},
    {"a query", "x.example/watch?v=1&t=2", "||x.example/watch?v=1&t=2^"},
    {"a query of the host itself", "x.example?q", "||x.example?q^"},
    {"a fragment is never sent", "x.example/a#b", "||x.example/a^"},
    {"a host without a path is that host alone", "x.example", "x.example"},
    {"so is one with a bare slash", "http://x.example/", "x.example"},
    {"a host that has no name", "192.0.2.1/a", "||192.0.2.1/a^"},
    {"but not without a path", "192.0.2.1", "192.0.2.1"},
    {"a name of another script", "한국.example/a", "||xn--3e0b707e.example/a^"},
    {"a comment line", "# x.example/a", ""},
    {"a port would be another site", "x.example:8080/a", "skipped:has-port"},
    {"a top-level name", "com/a", "skipped:top-level-only"},
    {"no host", "/a", "skipped:not-a-host-name"},
    {"prose", "see x.example/a", "skipped:prose"},
};

TEST(FormatUrls, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Urls, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatUrls, SkipsWhatIsLongerThanARuleMayBe) {
  std::string line = "x.example";
  for (int i = 0; i < 100; ++i) line += "/part";
  EXPECT_EQ(reading_of(Format::Urls, line), "skipped:path-too-long");
}

TEST(FormatUrls, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Urls, "https://a.x.example/%41/../b?c=%zz&d#e");
}

}  // namespace
}  // namespace haetae::list
