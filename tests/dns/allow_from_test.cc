#include "dns/allow_from.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace haetae::dns {
namespace {

IpAddress at(const char* text) {
  return *IpAddress::from_text(text);
}

TEST(AllowFrom, LetsNobodyInUntilSomebodyIsNamed) {
  EXPECT_FALSE(AllowFrom{}.contains(at("127.0.0.1")));
  EXPECT_FALSE(AllowFrom{}.contains(at("::1")));
}

TEST(AllowFrom, HoldsBothEndsOfEveryPrefix) {
  const std::vector<Cidr> prefixes{*Cidr::from_text("192.0.2.64/26"),
                                   *Cidr::from_text("10.0.0.0/8"), *Cidr::from_text("10.1.0.0/16"),
                                   *Cidr::from_text("2001:db8::/32"), *Cidr::from_text("::1")};
  const AllowFrom allow(prefixes);
  for (const char* const inside : {"192.0.2.64", "192.0.2.127", "10.0.0.0", "10.255.255.255",
                                   "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "::1"}) {
    EXPECT_TRUE(allow.contains(at(inside))) << inside;
  }
  for (const char* const outside : {"192.0.2.63", "192.0.2.128", "9.255.255.255", "11.0.0.0",
                                    "2001:db7:ffff::", "2001:db9::", "::", "::2"}) {
    EXPECT_FALSE(allow.contains(at(outside))) << outside;
  }
}

TEST(AllowFrom, AgreesWithThePrefixesOneByOne) {
  std::mt19937 random(7);
  std::vector<Cidr> prefixes;
  for (int i = 0; i < 200; ++i) {
    prefixes.emplace_back(IpAddress::v4(static_cast<std::uint32_t>(random())),
                          static_cast<int>(random() % 29) + 4);
  }
  const AllowFrom allow(prefixes);
  for (int i = 0; i < 20'000; ++i) {
    const IpAddress address = IpAddress::v4(static_cast<std::uint32_t>(random()));
    EXPECT_EQ(allow.contains(address), std::ranges::any_of(prefixes, [&](const Cidr& prefix) {
                return prefix.contains(address);
              }));
  }
}

}  // namespace
}  // namespace haetae::dns
