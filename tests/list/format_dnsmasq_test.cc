#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"no address: the name and all below it", "address=/x.example/", "||x.example^"},
    {"the null address", "address=/x.example/0.0.0.0", "||x.example^"},
    {"the IPv6 null address", "address=/x.example/::", "||x.example^"},
    {"the loopback address", "address=/x.example/127.0.0.1", "||x.example^"},
    {"both null addresses", "address=/x.example/#", "||x.example^"},
    {"no server", "server=/x.example/", "||x.example^"},
    {"answered from nothing", "local=/x.example/", "||x.example^"},
    {"several names", "address=/a.example/b.example/0.0.0.0", "||a.example^ ||b.example^"},
    {"the usual servers after all", "server=/x.example/#", "@@||x.example^"},
    {"a leading dot", "address=/.x.example/", "||x.example^"},
    {"spaces", " address = /x.example/0.0.0.0 ", "||x.example^"},
    {"a comment may follow", "address=/x.example/0.0.0.0 # note", "||x.example^"},
    {"a comment", "# address=/x.example/", ""},
    {"a blank line", "", ""},
    {"a real address", "address=/x.example/192.0.2.1", "skipped:real-address"},
    {"another server", "server=/x.example/192.0.2.1", "skipped:other-server"},
    {"every name", "address=/#/0.0.0.0", "skipped:not-a-host-name"},
    {"a star inside a name", "address=/*ads.example/", "skipped:pattern"},
    {"no names", "address=/", "skipped:not-a-host-name"},
    {"an empty name", "address=//", "skipped:not-a-host-name"},
    {"an upstream server", "server=192.0.2.1", "skipped:setting"},
    {"another setting", "cache-size=1000", "skipped:setting"},
    {"a switch", "no-resolv", "skipped:setting"},
    {"one of two is no name", "address=/a.example/zip/", "||a.example^ skipped:top-level-only"},
};

TEST(FormatDnsmasq, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Dnsmasq, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatDnsmasq, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Dnsmasq, "address=/a.example/.b.example/127.0.0.1 # note");
}

}  // namespace
}  // namespace haetae::list
