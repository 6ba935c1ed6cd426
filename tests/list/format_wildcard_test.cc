#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"a star label means the name and all below it", "*.x.example", "||x.example^"},
    {"so does a plain name", "x.example", "||x.example^"},
    {"so does a leading dot", ".x.example", "||x.example^"},
    {"an equals sign means the name alone", "=x.example", "x.example"},
    {"a comment may follow", "*.x.example # note", "||x.example^"},
    {"a comment line", "# Syntax: Domains Wildcard", ""},
    {"a blank line", "", ""},
    {"a star inside a label", "*ads*.example", "skipped:pattern"},
    {"a star at the end", "ads.*", "skipped:pattern"},
    {"two stars", "*.*.x.example", "skipped:pattern"},
    {"a top-level name", "*.zip", "skipped:top-level-only"},
    {"a star alone", "*", "skipped:pattern"},
    {"prose", "*.x.example and more", "skipped:prose"},
};

TEST(FormatWildcard, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Wildcard, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatWildcard, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Wildcard, "*.a.x.example # note");
  test::read_all_prefixes(Format::Wildcard, "=a.x.example");
}

}  // namespace
}  // namespace haetae::list
