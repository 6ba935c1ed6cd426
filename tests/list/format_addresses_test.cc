#include "list/format_lines.h"

namespace haetae::list {
namespace {

using test::LineCase;
using test::reading_of;

constexpr LineCase kCases[] = {
    {"an address", "203.0.113.7", "203.0.113.7"},
    {"an address among spaces", "  203.0.113.7\t", "203.0.113.7"},
    {"a network", "203.0.113.0/24", "203.0.113.0/24"},
    {"a network of one address", "203.0.113.7/32", "203.0.113.7"},
    {"a network with host bits", "203.0.113.7/28", "203.0.113.0/28"},
    {"an address of IPv6", "2001:db8::7", "2001:db8::7"},
    {"a network of IPv6", "2001:DB8::/32", "2001:db8::/32"},
    {"a mapped address is IPv4", "::ffff:203.0.113.7", "203.0.113.7"},
    {"a comment behind it", "203.0.113.7 # seen in May", "203.0.113.7"},
    {"a comment as drop lists write it", "203.0.113.0/24 ; SBL1", "203.0.113.0/24"},
    {"a comment line", "# 203.0.113.7", ""},
    {"a comment line as drop lists write it", "; 203.0.113.7", ""},
    {"a blank line", "", ""},
    {"CRLF", "203.0.113.7\r", "203.0.113.7"},
    {"a name", "a.example", "skipped:not-an-address"},
    {"a range", "203.0.113.1-203.0.113.9", "skipped:not-an-address"},
    {"half an address", "203.0.113", "skipped:not-an-address"},
    {"a prefix that is too long", "203.0.113.0/33", "skipped:not-an-address"},
    {"a prefix of nothing", "203.0.113.0/", "skipped:not-an-address"},
    {"a negative prefix", "203.0.113.0/-1", "skipped:not-an-address"},
    {"a port", "203.0.113.7:80", "skipped:not-an-address"},
    {"an address with a zone", "fe80::1%eth0", "skipped:not-an-address"},
    {"a hosts line", "0.0.0.0 a.example", "skipped:prose"},
    {"two addresses", "203.0.113.7 203.0.113.8", "skipped:prose"},
};

TEST(FormatAddresses, ReadsEachLineAsItsRowSays) {
  for (const LineCase& row : kCases) {
    EXPECT_EQ(reading_of(Format::Addresses, row.line), row.reading) << row.what << ": " << row.line;
  }
}

TEST(FormatAddresses, NeverReadsPastTheLine) {
  test::read_all_prefixes(Format::Addresses, "2001:db8::ffff:203.0.113.7/128 ; note # note");
}

}  // namespace
}  // namespace haetae::list
