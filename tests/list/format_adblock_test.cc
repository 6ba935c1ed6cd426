#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"a site", "||x.example^", "||x.example^"},
    {"the end mark may be missing", "||x.example", "||x.example^"},
    {"the end may be marked twice", "||x.example^|", "||x.example^"},
    {"an exception", "@@||x.example^", "@@||x.example^"},
    {"an important rule", "||x.example^$important", "||x.example^$important"},
    {"an important exception", "@@||x.example^$important", "@@||x.example^$important"},
    {"important said twice", "||x.example^$important,important", "||x.example^$important"},
    {"one host", "|x.example^", "x.example"},
    {"a plain name is one host in DNS filters", "x.example", "x.example"},
    {"a plain exception", "@@x.example", "@@x.example"},
    {"a hosts line is one host", "0.0.0.0 x.example", "x.example"},
    {"what stands below a name", "||*.x.example^", "||x.example^ below"},
    {"a name of another script", "||한국.example^", "||xn--3e0b707e.example^"},
    {"a name that starts like an address", "||0.0.0.0.x.example^", "||0.0.0.0.x.example^"},
    {"a comment", "! ||x.example^", ""},
    {"a directive", "!#if (adguard)", ""},
    {"a header", "[Adblock Plus 2.0]", ""},
    {"a comment of other dialects", "# note", ""},
    {"a blank line", "", ""},
    {"an in-line comment", "||x.example^ # note", "||x.example^"},
    {"a rule for third parties would block more", "||x.example^$third-party", "skipped:modifier"},
    {"so would one for pages", "||x.example^$document", "skipped:modifier"},
    {"or for all kinds of request", "||x.example^$all", "skipped:modifier"},
    {"or for windows", "||x.example^$popup", "skipped:modifier"},
    {"or for one page", "||x.example^$domain=y.example", "skipped:modifier"},
    {"or beside important", "||x.example^$important,third-party", "skipped:modifier"},
    {"an exception for pages would allow more", "@@||x.example^$document", "skipped:modifier"},
    {"a rule taken back", "||x.example^$badfilter", "skipped:modifier"},
    {"a modifier without a name", "||x.example^$", "skipped:modifier"},
    {"hides an element", "x.example##.ad", "skipped:cosmetic"},
    {"hides an element everywhere", "##.ad", "skipped:cosmetic"},
    {"does not hide it", "x.example#@#.ad", "skipped:cosmetic"},
    {"hides by more than CSS", "x.example#?#div:has(.ad)", "skipped:cosmetic"},
    {"styles", "x.example#$#body { color: red }", "skipped:cosmetic"},
    {"a scriptlet", "x.example#%#//scriptlet('a')", "skipped:cosmetic"},
    {"filters the page's text", "x.example$$script[a=\"b\"]", "skipped:cosmetic"},
    {"does not filter it", "x.example$@$script", "skipped:cosmetic"},
    {"a path", "||x.example/ads/", "skipped:has-path"},
    {"a path behind the end mark", "||x.example^*/ads", "skipped:has-path"},
    {"a path with a modifier", "||x.example/ads$third-party", "skipped:has-path"},
    {"a path on any host", "/banner/ads_", "skipped:has-path"},
    {"an expression", "/^ads[0-9]+\\./", "skipped:pattern"},
    {"a star inside a name", "||get*ads.x.example^", "skipped:pattern"},
    {"a star for a label", "||ad.*.x.example^", "skipped:pattern"},
    {"the start of many names", "||ads.x.", "skipped:pattern"},
    {"an address with a scheme", "|https://x.example^", "skipped:url"},
    {"an address without an anchor", "://x.example^", "skipped:url"},
    {"a port", "||x.example:8080^", "skipped:has-port"},
    {"an IP address", "||192.0.2.1^", "skipped:address"},
    {"a top-level name", "||zip^", "skipped:top-level-only"},
    {"prose", "This list blocks ads", "skipped:prose"},
    {"an anchor without a name", "||^", "skipped:not-a-host-name"},
    {"a part of an address", "-ad-banner.", "skipped:pattern"},
};

TEST(FormatAdblock, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Adblock, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatAdblock, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Adblock, "@@||*.a.x.example^|$important,third-party");
  test::read_all_prefixes(Format::Adblock, "x.example#@?$%#.ad$@$b$$c");
}

}  // namespace
}  // namespace haetae::list
