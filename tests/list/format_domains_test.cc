#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"a name and all below it", "x.example", "||x.example^"},
    {"a leading dot means the same", ".x.example", "||x.example^"},
    {"so does a star label", "*.x.example", "||x.example^"},
    {"case and the final dot do not count", "X.Example.", "||x.example^"},
    {"carriage returns go", "x.example\r", "||x.example^"},
    {"a comment behind a space", "x.example # issue 31 add request", "||x.example^"},
    {"a comment at once", "x.example#issue 44", "||x.example^"},
    {"a comment behind an exclamation mark", "x.example ! note", "||x.example^"},
    {"a comment line", "# x.example", ""},
    {"a comment line of other dialects", "! x.example", ""},
    {"another", "; x.example", ""},
    {"another", "// x.example", ""},
    {"a name of another script", "госуслуги.рф", "||xn--c1aapkosapc.xn--p1ai^"},
    {"its dots may be of that script, too", "한국。example", "||xn--3e0b707e.example^"},
    {"what is no international name", "xn--\xcc\x80.example", "skipped:bad-international-name"},
    {"what is not even UTF-8", "\xff\xfe.example", "skipped:bad-international-name"},
    {"a hosts line stays exact", "0.0.0.0 x.example", "x.example"},
    {"a bare URL is its host", "https://x.example/", "||x.example^"},
    {"even without the slash", "http://x.example", "||x.example^"},
    {"a URL with a path is not", "https://x.example/a", "skipped:has-path"},
    {"nor one with a query", "https://x.example/?q=1", "skipped:has-path"},
    {"nor one with a fragment", "https://x.example/#a", "skipped:has-path"},
    {"nor one with a port", "https://x.example:8443", "skipped:has-port"},
    {"other schemes say something else", "ftp://x.example", "skipped:url"},
    {"a path never widens to its host", "x.example/path", "skipped:has-path"},
    {"a port neither", "x.example:80", "skipped:has-port"},
    {"an IPv4 address", "192.0.2.1", "192.0.2.1"},
    {"an IPv6 address", "2001:DB8::1", "2001:db8::1"},
    {"a network", "192.0.2.0/24 # note", "192.0.2.0/24"},
    {"a network with host bits", "192.0.2.7/24", "192.0.2.0/24"},
    {"a network of IPv6", "2001:db8::/32", "2001:db8::/32"},
    {"no address", "192.0.2.256", "skipped:address"},
    {"a network that is longer than an address", "192.0.2.0/33", "skipped:has-path"},
    {"the address of a URL is no site of its own", "http://192.0.2.1/", "skipped:address"},
    {"an address with a mark of names", "*.192.0.2.1", "skipped:address"},
    {"an address in a hosts line's name place", "0.0.0.0 192.0.2.1", "skipped:address"},
    {"a top-level name by itself", "inf", "skipped:top-level-only"},
    {"a top-level name with a dot", ".zip", "skipped:top-level-only"},
    {"the machine's own name", "localhost", "skipped:local-name"},
    {"prose", "Last updated on Monday", "skipped:prose"},
    {"a star elsewhere", "ads.*.example", "skipped:pattern"},
    {"an AdBlock rule is not of this dialect", "||x.example^", "skipped:pattern"},
    {"a comma list", "a.example,b.example", "skipped:not-a-host-name"},
    {"two dots", "a..example", "skipped:not-a-host-name"},
    {"only a dot", ".", "skipped:not-a-host-name"},
    {"a label that is too long",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
     "skipped:not-a-host-name"},
    {"a name in quotes", "\"x.example\"", "skipped:not-a-host-name"},
    {"an escape is no host name", "a\\046b.example", "skipped:pattern"},
    {"a mail address", "a@x.example", "skipped:not-a-host-name"},
    {"a blank line", "", ""},
};

TEST(FormatDomains, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Domains, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatDomains, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Domains, "*.xn--3e0b707e.한국.example # note ! note");
  test::read_all_prefixes(Format::Domains, "https://x.example:8443/path#fragment");
}

TEST(FormatDomains, TakesTheLongestNameAndNotOneOctetMore) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_EQ(reading_of(Format::Domains, longest), "||" + longest + "^");
  EXPECT_EQ(reading_of(Format::Domains, longest + "a"), "skipped:not-a-host-name");
}

}  // namespace
}  // namespace haetae::list
