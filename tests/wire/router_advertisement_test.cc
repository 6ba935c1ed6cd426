#include "wire/router_advertisement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/guarded_bytes.h"

namespace haetae::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets advertisement(const Octets& options) {
  Octets icmp{134, 0, 0xab, 0xcd, 64, 0x40, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0};
  icmp.insert(icmp.end(), options.begin(), options.end());
  return icmp;
}

Octets rdnss(std::uint32_t lifetime_s, std::initializer_list<const char*> addresses) {
  Octets option{25, static_cast<std::uint8_t>(1 + 2 * addresses.size()), 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) {
    option.push_back(static_cast<std::uint8_t>(lifetime_s >> shift));
  }
  for (const char* const address : addresses) {
    const IpAddress resolver = *IpAddress::from_text(address);
    const Bytes octets = resolver.wire();
    option.insert(option.end(), octets.begin(), octets.end());
  }
  return option;
}

TEST(RouterAdvertisement, NamesItsResolvers) {
  Octets options{1, 1, 2, 0, 0, 0, 0, 1};  // source link-layer address
  const Octets resolvers = rdnss(600, {"2001:db8::53", "fe80::1"});
  options.insert(options.end(), resolvers.begin(), resolvers.end());
  const auto read = parse_router_advertisement(advertisement(options));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->router_lifetime_s, 1800);
  EXPECT_THAT(read->resolvers(), testing::ElementsAre(*IpAddress::from_text("2001:db8::53"),
                                                      *IpAddress::from_text("fe80::1")));
}

TEST(RouterAdvertisement, LeavesOutResolversThatAreWithdrawn) {
  const auto read = parse_router_advertisement(advertisement(rdnss(0, {"2001:db8::53"})));
  ASSERT_TRUE(read);
  EXPECT_THAT(read->resolvers(), testing::IsEmpty());
}

TEST(RouterAdvertisement, TakesNoMoreResolversThanThereIsRoomFor) {
  Octets options;
  for (std::size_t i = 0; i < limits::kRdnssAddressesMax; ++i) {
    const Octets two = rdnss(1, {"2001:db8::1", "2001:db8::2"});
    options.insert(options.end(), two.begin(), two.end());
  }
  const auto read = parse_router_advertisement(advertisement(options));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->resolver_count, limits::kRdnssAddressesMax);
}

TEST(RouterAdvertisement, RefusesOtherMessagesAndEmptyOptions) {
  Octets solicitation = advertisement({});
  solicitation[0] = 133;
  EXPECT_EQ(parse_router_advertisement(solicitation).error(), ParseError::BadValue);
  EXPECT_EQ(parse_router_advertisement(advertisement({25, 0, 0, 0})).error(), ParseError::BadValue);
}

TEST(RouterAdvertisement, EveryPrefixIsTruncatedOrWhole) {
  const Octets whole = advertisement(rdnss(600, {"2001:db8::53"}));
  constexpr std::size_t kWithoutOptions = 16;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const test::GuardedBytes bytes(Bytes(whole).first(size));
    const auto read = parse_router_advertisement(bytes.bytes());
    if (size == kWithoutOptions) {
      EXPECT_TRUE(read);
    } else {
      ASSERT_FALSE(read) << size;
      EXPECT_EQ(read.error(), ParseError::Truncated) << size;
    }
  }
}

}  // namespace
}  // namespace haetae::wire
