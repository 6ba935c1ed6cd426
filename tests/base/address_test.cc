#include "base/address.h"

#include <gmock/gmock.h>

namespace haetae {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  EXPECT_EQ(IpAddress::from_text("192.0.2.1")->to_text(), "192.0.2.1");
  EXPECT_EQ(IpAddress::from_text("2001:DB8::1")->to_text(), "2001:db8::1");
  EXPECT_TRUE(IpAddress::from_text("192.0.2.1")->is_v4());
  EXPECT_FALSE(IpAddress::from_text("2001:db8::1")->is_v4());
  EXPECT_FALSE(IpAddress::from_text("192.0.2").has_value());
  EXPECT_FALSE(IpAddress::from_text("").has_value());
  using namespace std::string_view_literals;
  EXPECT_FALSE(IpAddress::from_text("192.0.2.1\0.example"sv).has_value());
}

TEST(IpAddress, TreatsAMappedAddressAsIpv4) {
  EXPECT_EQ(IpAddress::from_text("::ffff:192.0.2.1"), IpAddress::from_text("192.0.2.1"));
}

TEST(Cidr, ContainsItsOwnFamilyOnly) {
  const Cidr home = *Cidr::from_text("192.168.7.0/24");
  EXPECT_TRUE(home.contains(*IpAddress::from_text("192.168.7.255")));
  EXPECT_FALSE(home.contains(*IpAddress::from_text("192.168.8.0")));
  EXPECT_FALSE(home.contains(*IpAddress::from_text("2001:db8::1")));
  EXPECT_TRUE(Cidr::from_text("0.0.0.0/0")->contains(*IpAddress::from_text("8.8.8.8")));
  EXPECT_FALSE(Cidr::from_text("0.0.0.0/0")->contains(*IpAddress::from_text("2001:db8::1")));
  EXPECT_TRUE(
      Cidr::from_text("2001:db8::/33")->contains(*IpAddress::from_text("2001:db8:7fff::1")));
  EXPECT_FALSE(
      Cidr::from_text("2001:db8::/33")->contains(*IpAddress::from_text("2001:db8:8000::1")));
}

TEST(Cidr, ClearsHostBitsAndWritesItselfBack) {
  EXPECT_EQ(Cidr::from_text("192.168.7.9/24")->to_text(), "192.168.7.0/24");
  EXPECT_EQ(Cidr::from_text("192.168.7.9")->to_text(), "192.168.7.9/32");
  EXPECT_FALSE(Cidr::from_text("192.168.7.9/33").has_value());
  EXPECT_FALSE(Cidr::from_text("192.168.7.9/-1").has_value());
  EXPECT_FALSE(Cidr::from_text("192.168.7.9/").has_value());
}

TEST(MacAddress, ReadsColonsAndHyphens) {
  EXPECT_EQ(MacAddress::from_text("02:00:00:00:00:0a")->to_text(), "02:00:00:00:00:0a");
  EXPECT_EQ(MacAddress::from_text("02-00-00-00-00-0A"), MacAddress::from_text("02:00:00:00:00:0a"));
  EXPECT_FALSE(MacAddress::from_text("02:00:00:00:00").has_value());
  EXPECT_FALSE(MacAddress::from_text("02:00:00:00:00:0g").has_value());
}

}  // namespace
}  // namespace haetae
