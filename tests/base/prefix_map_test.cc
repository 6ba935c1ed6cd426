#include "base/prefix_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace haetae {
namespace {

using Map = PrefixMap<int>;

// The judge: every prefix is asked.
int slowly_at(const std::vector<Map::Entry>& entries, const IpAddress& address) {
  const Map::Entry* best = nullptr;
  for (const Map::Entry& entry : entries) {
    if (!entry.prefix.contains(address)) continue;
    if (best == nullptr || entry.prefix.mapped_bits() > best->prefix.mapped_bits()) best = &entry;
  }
  return best == nullptr ? 0 : best->value;
}

int at(const Map& map, const char* text) {
  return map.at(*IpAddress::from_text(text));
}

TEST(PrefixMap, GivesADefaultWhereNoPrefixHolds) {
  EXPECT_EQ(at(Map{}, "192.0.2.1"), 0);
  EXPECT_EQ(at(Map({{*Cidr::from_text("192.0.2.0/24"), 1}}), "192.0.3.0"), 0);
}

TEST(PrefixMap, TakesTheLongestPrefixAndOfEqualOnesTheFirst) {
  const Map map({{*Cidr::from_text("::/0"), 1},
                 {*Cidr::from_text("0.0.0.0/0"), 2},
                 {*Cidr::from_text("192.0.2.0/24"), 3},
                 {*Cidr::from_text("192.0.2.255"), 4},
                 {*Cidr::from_text("192.0.2.255"), 5},
                 {*Cidr::from_text("ffff::/16"), 6}});
  EXPECT_EQ(at(map, "::"), 1);
  EXPECT_EQ(at(map, "0.0.0.0"), 2);
  EXPECT_EQ(at(map, "192.0.2.0"), 3);
  EXPECT_EQ(at(map, "192.0.2.255"), 4);
  EXPECT_EQ(at(map, "192.0.3.0"), 2) << "what is around holds again";
  EXPECT_EQ(at(map, "255.255.255.255"), 2);
  EXPECT_EQ(at(map, "2001:db8::1"), 1);
  EXPECT_EQ(at(map, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 6) << "the last address of all";
}

TEST(PrefixMap, AgreesWithAskingEveryPrefix) {
  std::mt19937 random(11);
  // Few distinct octets: prefixes nest, repeat and touch each other.
  const auto any_address = [&] {
    std::array<std::uint8_t, 16> octets;
    for (std::uint8_t& octet : octets) {
      constexpr std::uint8_t kOctets[] = {0x00, 0xff, 0x80, 0x01};
      octet = kOctets[random() % 4];
    }
    return random() % 2 == 0 ? IpAddress::v6(octets)
                             : IpAddress::v4(std::span<const std::uint8_t>(octets).first<4>());
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Map::Entry> entries;
    for (int value = 1; value <= 200; ++value) {
      const IpAddress address = any_address();
      const std::uint32_t bits_max = address.is_v4() ? 32 : 128;
      entries.push_back({Cidr(address, static_cast<int>(random() % (bits_max + 1))), value});
    }
    const Map map(entries);
    for (int i = 0; i < 2'000; ++i) {
      const IpAddress address =
          i % 4 == 0 ? entries[random() % entries.size()].prefix.address() : any_address();
      ASSERT_EQ(map.at(address), slowly_at(entries, address)) << address.to_text();
    }
  }
}

}  // namespace
}  // namespace haetae
