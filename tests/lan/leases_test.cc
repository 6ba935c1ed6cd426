#include "lan/leases.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace haetae::lan {
namespace {

using namespace std::literals;

std::string name_in(const LeasesRead& read, std::string_view mac) {
  const auto found = std::ranges::find(read.leases, *MacAddress::from_text(mac), &Lease::mac);
  return found == read.leases.end() ? "" : found->host_name;
}

constexpr std::string_view kDnsmasq =
    "1764108000 02:00:00:00:00:01 192.0.2.21 minjis-tablet 01:02:00:00:00:00:01\n"
    "1764108001 02:00:00:00:00:02 192.0.2.31 * *\n"
    "1764108001 02:00:00:00:00:03 192.0.2.33 old-name *\n"
    "1764108002 02:00:00:00:00:03 192.0.2.34 new-name *\n"
    "duid 00:01:00:01:30:b9:5d:5f:02:00:00:00:07:01\n"
    "1764108002 16777217 2001:db8::21 minjis-tablet 00:01:00:01:30:b9:5d:60:02:00:00:00:00:01\n";

constexpr std::string_view kDhcpd =
    "# The format of this file is documented in the dhcpd.leases(5) manual page.\n"
    "authoring-byte-order little-endian;\n\n"
    "lease 192.0.2.57 {\n"
    "  starts 3 2025/11/26 09:00:00;\n"
    "  binding state active;\n"
    "  hardware ethernet 02:00:00:00:00:01;\n"
    "  uid \"\\001\\002}\\\";\";\n"
    "  client-hostname \"minjis-tablet\";\n"
    "}\n"
    "lease 192.0.2.58 {\n  hardware ethernet 02:00:00:00:00:02;\n}\n"
    "ia-na \"x\" { cltt 3 2025/11/26 09:00:00; iaaddr 2001:db8::57 { binding state active; } }\n"
    "lease 192.0.2.57 {\n"
    "  hardware ethernet 02:00:00:00:00:01;\n"
    "  client-hostname \"minjis-new-tablet\";\n"
    "}\n";

constexpr std::string_view kKea =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
    "user_context,pool_id\n"
    "192.0.2.57,02:00:00:00:00:01,01:02,3600,1764108000,1,0,0,minjis-tablet.,0,,0\n"
    "192.0.2.58,02:00:00:00:00:02,,3600,1764108000,1,0,0,,0,,0\n";

TEST(Leases, OfDnsmasqNameDevicesByTheirMac) {
  const LeasesRead read = read_leases(kDnsmasq);
  EXPECT_EQ(read.format, LeasesFormat::Dnsmasq);
  EXPECT_EQ(name_in(read, "02:00:00:00:00:01"), "minjis-tablet");
  EXPECT_EQ(name_in(read, "02:00:00:00:00:02"), "") << "a client that told no name";
  EXPECT_EQ(name_in(read, "02:00:00:00:00:03"), "new-name") << "the last word counts";
  EXPECT_EQ(read.bad_lines, 0u);
}

TEST(Leases, OfDhcpdAreALogWhoseLastWordCounts) {
  const LeasesRead read = read_leases(kDhcpd);
  EXPECT_EQ(read.format, LeasesFormat::Dhcpd);
  EXPECT_EQ(name_in(read, "02:00:00:00:00:01"), "minjis-new-tablet");
  EXPECT_EQ(read.leases.size(), 1u);
  EXPECT_EQ(read.bad_lines, 0u);
}

TEST(Leases, OfKeaAreReadByTheNamesOfTheirColumns) {
  const LeasesRead read = read_leases(kKea);
  EXPECT_EQ(read.format, LeasesFormat::Kea);
  EXPECT_EQ(name_in(read, "02:00:00:00:00:01"), "minjis-tablet");
  EXPECT_EQ(read.leases.size(), 1u);
  const LeasesRead v6 = read_leases(
      "address,duid,valid_lifetime,hostname,hwaddr,state\n"
      "2001:db8::57,00:01,3600,juns-phone,02:00:00:00:00:02,0\n");
  EXPECT_EQ(name_in(v6, "02:00:00:00:00:02"), "juns-phone");
}

TEST(Leases, CutOffAnywhereGiveNoWrongName) {
  for (const std::string_view whole : {kDnsmasq, kDhcpd, kKea}) {
    const LeasesRead all = read_leases(whole);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      for (const Lease& lease : read_leases(whole.substr(0, size)).leases) {
        const bool is_true = whole.contains(lease.host_name + " ") ||
                             whole.contains("\"" + lease.host_name + "\"") ||
                             whole.contains("," + lease.host_name + ".");
        EXPECT_TRUE(is_true) << size << ' ' << lease.host_name;
      }
    }
  }
}

TEST(Leases, OfBrokenServersAreCountedAndTheRestIsRead) {
  const LeasesRead read = read_leases(
      "nonsense\n1764108000 02:00:00:00:00:01 not-an-address name *\n\0\xff\n"
      "1764108000 02:00:00:00:00:02 192.0.2.7 phone *\n"sv);
  EXPECT_EQ(read.bad_lines, 3u);
  EXPECT_EQ(name_in(read, "02:00:00:00:00:02"), "phone");
}

TEST(Leases, TakeNothingFromANameThatCouldFoolATerminal) {
  const LeasesRead read = read_leases("1 02:00:00:00:00:01 192.0.2.7 \x1b[2Jevil;rm * *\n");
  EXPECT_EQ(name_in(read, "02:00:00:00:00:01"), "2Jevilrm");
}

}  // namespace
}  // namespace haetae::lan
