#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;
using testing::ElementsAre;

constexpr LineCase kCases[] = {
    {"NXDOMAIN", "x.example CNAME .", "x.example"},
    {"with a class", "x.example IN CNAME .", "x.example"},
    {"with a TTL and a class", "x.example 300 IN CNAME .", "x.example"},
    {"with a class and a TTL of units", "x.example IN 1h30m CNAME .", "x.example"},
    {"in any case", "X.Example in cname .", "x.example"},
    {"tabs", "x.example\tIN\tCNAME\t.", "x.example"},
    {"NODATA blocks, too", "x.example CNAME *.", "x.example"},
    {"what stands below a name", "*.x.example CNAME .", "||x.example^ below"},
    {"passthru allows", "x.example CNAME rpz-passthru.", "@@x.example"},
    {"passthru below a name", "*.x.example CNAME rpz-passthru.", "@@||x.example^ below"},
    {"passthru of older zones", "x.example CNAME x.example.", "@@x.example"},
    {"a comment may follow", "x.example CNAME . ; note", "x.example"},
    {"an absolute name where no zone is known", "x.example. CNAME .", "x.example"},
    {"an odd host name", "a_b.-c-.example CNAME .", "a_b.-c-.example"},
    {"a comment", "; x.example CNAME .", ""},
    {"a TTL for all", "$TTL 2h;", ""},
    {"a blank line", "", ""},
    {"the zone's name servers", "@ NS localhost.", ""},
    {"a signature of the zone", "x.example RRSIG CNAME 8 2 300 (x", ""},
    {"drop is not acted on", "x.example CNAME rpz-drop.", "skipped:rpz-action"},
    {"nor is truncation", "x.example CNAME rpz-tcp-only.", "skipped:rpz-action"},
    {"nor another name", "x.example CNAME y.example.", "skipped:rpz-action"},
    {"nor another name below one", "x.example CNAME *.garden.example.", "skipped:rpz-action"},
    {"nor an address", "x.example A 192.0.2.1", "skipped:rpz-action"},
    {"nor a text", "x.example TXT \"a ; b ( c\"", "skipped:rpz-action"},
    {"an answer's address", "32.1.2.0.192.rpz-ip CNAME .", "skipped:rpz-trigger"},
    {"a client's address", "24.0.2.0.192.rpz-client-ip CNAME .", "skipped:rpz-trigger"},
    {"a name server's name", "ns.x.example.rpz-nsdname CNAME .", "skipped:rpz-trigger"},
    {"name servers below a name", "*.x.example.rpz-nsdname CNAME .", "skipped:rpz-trigger"},
    {"a name server's address", "32.1.2.0.192.rpz-nsip CNAME .", "skipped:rpz-trigger"},
    {"a top-level name", "zip IN CNAME .", "skipped:top-level-only"},
    {"the machine's own name", "local IN CNAME .", "skipped:local-name"},
    {"everything", "* CNAME .", "skipped:not-a-host-name"},
    {"the zone's own name", "@ CNAME .", "skipped:not-a-host-name"},
    {"an odd octet", "48.2404:9dc0::.rpz.ip CNAME .", "skipped:not-a-host-name"},
    {"a star inside a name", "a.*.example CNAME .", "skipped:pattern"},
    {"no record", "x.example", "skipped:not-a-host-name"},
    {"no owner", "  CNAME .", "skipped:not-a-host-name"},
    {"two dots", "a..example CNAME .", "skipped:not-a-host-name"},
    {"another file", "$INCLUDE other.zone", "skipped:setting"},
};

TEST(FormatRpz, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Rpz, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatRpz, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Rpz, "*.x.example 1h IN CNAME rpz-passthru. ; ( \" note");
  test::read_all_prefixes(Format::Rpz, "$ORIGIN rpz.example.");
  test::read_all_prefixes(Format::Rpz, "a\\046b.x.example TXT \"a\\\"b\"");
}

std::vector<std::string> readings_of(std::initializer_list<std::string_view> lines) {
  ParserState state;
  std::vector<std::string> readings;
  for (const std::string_view line : lines) {
    std::string reading = reading_of(Format::Rpz, line, state);
    if (!reading.empty()) readings.push_back(std::move(reading));
  }
  return readings;
}

TEST(FormatRpz, ReadsAZoneWithoutOrigin) {
  EXPECT_THAT(
      readings_of({"$TTL 3600", ";namn   ttl",
                   "@      IN      SOA     rpz.example.     support.example. (",
                   "        1700470279    ; serial (not a record)", "        86400 7200 2592000",
                   "        3600 )        ; ttl", "       IN      NS      localhost.",
                   "a.example IN CNAME .", "*.a.example IN CNAME ."}),
      ElementsAre("a.example", "||a.example^ below"));
}

TEST(FormatRpz, TakesTheZonesNameOffItsEntries) {
  EXPECT_THAT(
      readings_of({"$ORIGIN rpz.zone.example.", "@ SOA ns. root. (1 2 3 4 5)",
                   "relative.example CNAME .", "absolute.example.rpz.zone.example. CNAME .",
                   "$ORIGIN example.rpz.zone.example.", "below CNAME .", "*.below CNAME ."}),
      ElementsAre("relative.example", "absolute.example", "below.example",
                  "||below.example^ below"));
}

TEST(FormatRpz, KnowsTheZonesNameFromItsSoaAlone) {
  EXPECT_THAT(readings_of({"rpz.zone.example. IN SOA ns. root. 1 2 3 4 5",
                           "a.example.rpz.zone.example. CNAME ."}),
              ElementsAre("a.example"));
}

TEST(FormatRpz, SkipsWhatStandsOutsideOfItsZone) {
  EXPECT_THAT(readings_of({"$ORIGIN rpz.zone.example.", "a.example. CNAME ."}),
              ElementsAre("skipped:outside-zone"));
}

TEST(FormatRpz, GivesALineWithoutOwnerTheOneBeforeIt) {
  EXPECT_THAT(readings_of({"a.example TXT note", "  CNAME ."}),
              ElementsAre("skipped:rpz-action", "a.example"));
}

TEST(FormatRpz, DoesNotTakeTheOwnerBeforeAnUnreadableOne) {
  EXPECT_THAT(
      readings_of({"a.example TXT note", "b..example TXT note", "  CNAME ."}),
      ElementsAre("skipped:rpz-action", "skipped:not-a-host-name", "skipped:not-a-host-name"));
}

}  // namespace
}  // namespace haetae::list
