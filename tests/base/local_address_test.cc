#include "base/local_address.h"

#include <gtest/gtest.h>

namespace haetae {
namespace {

IpAddress at(std::string_view text) {
  return *IpAddress::from_text(text);
}

TEST(LocalAddress, IsKnownInEveryWayOfWritingIt) {
  constexpr std::string_view kLocal[] = {
      "0.0.0.0",
      "0.1.2.3",
      "10.0.0.1",
      "10.255.255.255",
      "100.64.0.1",
      "100.127.255.255",
      "127.0.0.1",
      "127.9.9.9",
      "169.254.1.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.0.1",
      "::",
      "::1",
      "fc00::1",
      "fdff:1::2",
      "fe80::1",
      "febf::1",
      "fec0::1",
      "::ffff:192.168.1.1",
      "::192.168.1.1",
      "64:ff9b::10.0.0.1",
      "64:ff9b::7f00:1",
      "2002:c0a8:101::1",
  };
  for (const std::string_view text : kLocal) EXPECT_TRUE(is_local(at(text))) << text;
}

TEST(LocalAddress, IsNotWhatBelongsToTheInternet) {
  constexpr std::string_view kPublic[] = {
      "1.0.0.1",           "9.255.255.255",        "11.0.0.0",
      "100.63.255.255",    "100.128.0.0",          "128.0.0.0",
      "169.253.255.255",   "172.15.255.255",       "172.32.0.0",
      "192.167.255.255",   "192.169.0.0",          "203.0.113.7",
      "192.0.0.170",       "2001:db8::1",          "fbff::1",
      "2606:4700::1",      "64:ff9b::192.0.0.170", "64:ff9b::203.0.113.7",
      "2002:cb00:7107::1", "::203.0.113.7",
  };
  for (const std::string_view text : kPublic) EXPECT_FALSE(is_local(at(text))) << text;
}

TEST(LocalAddress, UnspecifiedIsTheNullAddressOfBothFamilies) {
  for (const std::string_view text : {"0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::", "2002::"}) {
    EXPECT_TRUE(is_unspecified(at(text))) << text;
  }
  for (const std::string_view text : {"0.0.0.1", "::1", "127.0.0.1", "2001:db8::"}) {
    EXPECT_FALSE(is_unspecified(at(text))) << text;
  }
}

TEST(LocalAddress, LeadsToTheIPv4AddressThatItHolds) {
  struct Row {
    std::string_view written;
    std::string_view meant;
  };
  constexpr Row kRows[] = {
      {"64:ff9b::203.0.113.7", "203.0.113.7"},
      {"2002:cb00:7107:1::5", "203.0.113.7"},
      {"::203.0.113.7", "203.0.113.7"},
      {"::ffff:203.0.113.7", "203.0.113.7"},
      {"2001:db8::7", "2001:db8::7"},
      {"::1", "::1"},
      {"::", "::"},
  };
  for (const Row& row : kRows) EXPECT_EQ(led_to(at(row.written)), at(row.meant)) << row.written;
}

TEST(LocalAddress, PrefixesOverlapIfOneHoldsTheOther) {
  const auto of = [](std::string_view text) { return *Cidr::from_text(text); };
  EXPECT_TRUE(overlap(of("10.0.0.0/8"), of("10.2.0.0/16")));
  EXPECT_TRUE(overlap(of("10.2.0.0/16"), of("10.0.0.0/8")));
  EXPECT_TRUE(overlap(of("10.2.0.0/16"), of("10.2.0.0/16")));
  EXPECT_FALSE(overlap(of("10.2.0.0/16"), of("10.3.0.0/16")));
  EXPECT_TRUE(overlap(of("::/0"), of("10.3.0.0/16")));  // IPv4 is held mapped, below ::/0
  EXPECT_FALSE(overlap(of("2001:db8::/32"), of("2001:db9::/33")));
}

}  // namespace
}  // namespace haetae
