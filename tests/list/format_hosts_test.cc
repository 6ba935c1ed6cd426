#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"a sink address blocks the name, and only the name", "0.0.0.0 x.example", "x.example"},
    {"127.0.0.1 is a sink", "127.0.0.1 x.example", "x.example"},
    {"so is any other loopback address", "127.0.0.7 x.example", "x.example"},
    {"so is ::", ":: x.example", "x.example"},
    {"so is ::1", "::1\tx.example", "x.example"},
    {"several names stand on one line", "0.0.0.0 a.example  b.example\tc.example",
     "a.example b.example c.example"},
    {"case does not count", "0.0.0.0 Ehentai.Example", "ehentai.example"},
    {"a final dot is no part of the name", "0.0.0.0 www.x.example.", "www.x.example"},
    {"spaces may follow", "0.0.0.0 x.example \t", "x.example"},
    {"spaces may go before", "  0.0.0.0 x.example", "x.example"},
    {"an underscore is taken", "0.0.0.0 a_b.example", "a_b.example"},
    {"labels may start with a hyphen: such hosts exist", "0.0.0.0 -x-.example", "-x-.example"},
    {"a name may start like an address", "0.0.0.0 0.0.0.0.x.example", "0.0.0.0.x.example"},
    {"a comment may follow", "0.0.0.0 x.example  #[Tracking.Cookie]", "x.example"},
    {"a comment may follow at once", "0.0.0.0 x.example#note", "x.example"},
    {"what is no name beside a name is noted", "0.0.0.0 x.example en",
     "x.example skipped:top-level-only"},
    {"names of other scripts become A-labels", "0.0.0.0 한국.example", "xn--3e0b707e.example"},
    {"a plain name needs no address", "x.example", "x.example"},
    {"a comment", "# 0.0.0.0 x.example", ""},
    {"a comment behind spaces", "   # x", ""},
    {"a blank line", " \t ", ""},
    {"an empty line", "", ""},
    {"a real address is somebody's mapping", "192.0.2.1 x.example", "skipped:real-address"},
    {"so is a real IPv6 address", "2001:db8::1 x.example", "skipped:real-address"},
    {"the machine's own name", "127.0.0.1 localhost", "skipped:local-name"},
    {"its other name", "127.0.0.1 localhost.localdomain", "skipped:local-name"},
    {"the address of broadcasts", "255.255.255.255 broadcasthost", "skipped:local-name"},
    {"the heads of IPv6 hosts files", "ff02::1 ip6-allnodes", "skipped:local-name"},
    {"an address with a zone", "fe80::1%lo0 localhost", "skipped:local-name"},
    {"the line that many lists start with", "0.0.0.0 0.0.0.0", "skipped:local-name"},
    {"an address is no name", "0.0.0.0 192.0.2.7", "skipped:address"},
    {"an address without a name", "0.0.0.0", "skipped:address"},
    {"a single label", "127.0.0.1 snapchat-com", "skipped:top-level-only"},
    {"a path is not widened", "0.0.0.0 x.example/path", "skipped:has-path"},
    {"a port is not widened", "0.0.0.0 x.example:8080", "skipped:has-port"},
    {"a star is a pattern", "0.0.0.0 *.x.example", "skipped:pattern"},
    {"two dots", "0.0.0.0 a..example", "skipped:not-a-host-name"},
    {"octets no name has", "0.0.0.0 a%20b.example", "skipped:not-a-host-name"},
    {"prose", "This list is free of charge", "skipped:prose"},
    {"a numeric end is no name", "0.0.0.0 a.b.123", "skipped:not-a-host-name"},
};

TEST(FormatHosts, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Hosts, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatHosts, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Hosts, "127.0.0.1 a.example b.example 한국.example # note");
}

TEST(FormatHosts, CountsWhatIsMoreThanALineMayHold) {
  std::string line = "0.0.0.0";
  for (std::size_t i = 0; i <= limits::kListNamesPerLineMax; ++i) {
    line += " n" + std::to_string(i) + ".example";
  }
  ParserState state;
  ParsedLine parsed;
  parse_line(Format::Hosts, line, state, parsed);
  EXPECT_EQ(parsed.rule_count, limits::kListNamesPerLineMax);
  EXPECT_EQ(parsed.skipped, SkipReason::TooManyNames);
}

}  // namespace
}  // namespace haetae::list
