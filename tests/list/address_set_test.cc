#include "list/address_set.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "list/delta.h"
#include "list/format.h"
#include "list/image_helpers.h"

namespace haetae::list {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

IpAddress at(std::string_view text) {
  return *IpAddress::from_text(text);
}

AddressRule rule(std::string_view text) {
  return {*Cidr::from_text(text)};
}

// Two lists with prefixes inside each other.
std::shared_ptr<const Image> nested_image() {
  ImageBuilder builder(kTestKey);
  const ListId one = builder.add_list({.name = "one", .category = "malware"});
  const ListId two = builder.add_list({.name = "two", .category = "bypass"});
  builder.add(one, subtree("a.example"));
  builder.add(one, rule("203.0.113.0/24"));
  builder.add(two, rule("203.0.113.64/26"));
  builder.add(one, rule("203.0.113.70"));
  builder.add(one, rule("203.0.113.70"));  // once more
  builder.add(two, rule("2001:db8::/32"));
  return image_of(builder);
}

// "list:prefix" of all that holds at the address, narrowest first.
std::vector<std::string> holdings(const Lists& lists, std::string_view address) {
  std::vector<std::string> found;
  for (const auto& holding : lists.holdings(at(address))) {
    found.push_back(std::to_string(holding.element.list) + ":" +
                    to_text(AddressRule{holding.prefix}));
  }
  return found;
}

TEST(AddressSet, GivesAllThatHoldsAtAnAddressInOneSet) {
  const auto image = nested_image();
  const Lists lists(image, nullptr);
  const auto lists_at = [&](std::string_view address) {
    std::set<int> found;
    for (const Element& element : image->elements(lists.find(at(address)).set)) {
      EXPECT_EQ(element.scope, RuleScope::Subtree);
      found.insert(element.list);
    }
    return found;
  };
  EXPECT_THAT(lists_at("203.0.112.255"), IsEmpty());
  EXPECT_THAT(lists_at("203.0.113.0"), ElementsAre(0));
  EXPECT_THAT(lists_at("203.0.113.64"), ElementsAre(0, 1));
  EXPECT_THAT(lists_at("203.0.113.70"), ElementsAre(0, 1));
  EXPECT_THAT(lists_at("203.0.113.71"), ElementsAre(0, 1));
  EXPECT_THAT(lists_at("203.0.113.128"), ElementsAre(0));
  EXPECT_THAT(lists_at("203.0.114.0"), IsEmpty());
  EXPECT_THAT(lists_at("2001:db8:1::1"), ElementsAre(1));
  EXPECT_THAT(lists_at("::"), IsEmpty());
  EXPECT_THAT(lists_at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), IsEmpty());
}

TEST(AddressSet, FindsWhatAnAddressOfIpv6LeadsTo) {
  const auto image = nested_image();
  const Lists lists(image, nullptr);
  for (const std::string_view text :
       {"64:ff9b::203.0.113.70", "2002:cb00:7146::1", "::ffff:203.0.113.70"}) {
    EXPECT_EQ(lists.find(at(text)).set, lists.find(at("203.0.113.70")).set) << text;
  }
  EXPECT_FALSE(lists.find(at("64:ff9b::203.0.114.1")).listed());
}

TEST(AddressSet, SaysOnWhichPrefixEachListSpeaks) {
  const Lists lists(nested_image(), nullptr);
  EXPECT_THAT(holdings(lists, "203.0.113.70"),
              ElementsAre("0:203.0.113.70", "1:203.0.113.64/26", "0:203.0.113.0/24"));
  EXPECT_THAT(holdings(lists, "203.0.113.1"), ElementsAre("0:203.0.113.0/24"));
  EXPECT_THAT(holdings(lists, "198.51.100.1"), IsEmpty());
}

TEST(AddressSet, IsEmptyInAnImageOfNamesOnly) {
  ImageBuilder builder(kTestKey);
  builder.add(builder.add_list({.name = "one"}), subtree("a.example"));
  const auto image = image_of(builder);
  EXPECT_EQ(image->addresses().size(), 0U);
  EXPECT_EQ(image->addresses().find(at("203.0.113.7")), AddressSet::kNone);
}

TEST(AddressSet, GivesTheSameBytesWhateverTheOrderOfItsRules) {
  const auto bytes_of = [](std::vector<std::string_view> prefixes) {
    ImageBuilder builder(kTestKey);
    const ListId list = builder.add_list({.name = "one"});
    for (const std::string_view text : prefixes) builder.add(list, rule(text));
    return *builder.to_bytes();
  };
  EXPECT_EQ(bytes_of({"203.0.113.0/24", "203.0.113.7", "2001:db8::/32"}),
            bytes_of({"2001:db8::/32", "203.0.113.7", "203.0.113.0/24", "203.0.113.7"}));
}

// Against a walk over all prefixes, with many that stand inside each other.
TEST(AddressSet, AgreesWithASlowWalkOnRandomPrefixes) {
  std::mt19937 draw(20'260'301);
  const auto random_address = [&] {
    std::array<std::uint8_t, 16> octets{};
    octets[0] = 0x20;
    // Few different octets, so that prefixes meet.
    for (std::size_t i = 1; i < octets.size(); ++i) octets[i] = draw() % 2 == 0 ? 0 : 0x80;
    return draw() % 2 == 0 ? IpAddress::v6(octets)
                           : IpAddress::v4(std::span<const std::uint8_t>(octets).first<4>());
  };
  for (int round = 0; round < 20; ++round) {
    ImageBuilder builder(kTestKey);
    builder.add_list({.name = "one"});
    builder.add_list({.name = "two"});
    std::vector<std::pair<ListId, Cidr>> rows;
    for (int i = 0; i < 300; ++i) {
      const IpAddress address = random_address();
      const int bits = static_cast<int>(draw() % (address.is_v4() ? 33 : 129));
      rows.emplace_back(static_cast<ListId>(draw() % 2), Cidr(address, bits));
      builder.add(rows.back().first, AddressRule{rows.back().second});
    }
    const auto image = image_of(builder);
    for (int i = 0; i < 1000; ++i) {
      const IpAddress address = random_address();
      std::set<ListId> wanted;
      int longest = -1;
      for (const auto& [list, prefix] : rows) {
        if (!prefix.contains(address)) continue;
        wanted.insert(list);
        longest = std::max(longest, prefix.mapped_bits());
      }
      const std::uint32_t place = image->addresses().find(address);
      std::set<ListId> found;
      if (place != AddressSet::kNone) {
        EXPECT_EQ(image->addresses().at(place).prefix.mapped_bits(), longest);
        for (const Element& element : image->elements(image->addresses().set_at(place))) {
          found.insert(element.list);
        }
      }
      ASSERT_EQ(found, wanted) << address.to_text();
    }
  }
}

TEST(AddressSet, RefusesASectionWhosePlacesLeadAstray) {
  const std::vector<AddressSet::Prefix> prefixes{
      {*Cidr::from_text("203.0.113.0/24"), 1, AddressSet::kNone},
      {*Cidr::from_text("203.0.113.7"), 2, 0},
  };
  const auto good = AddressSet::write(prefixes);
  ASSERT_TRUE(AddressSet::read(good, 3).has_value());
  EXPECT_FALSE(AddressSet::read(good, 2).has_value()) << "a set that is none";
  const std::size_t ranges_at = 16;
  const std::size_t range_count = 4;  // two prefixes, and what is behind each
  const std::size_t places_at = ranges_at + range_count * 16;
  const std::size_t rows_at = places_at + range_count * 4 + 2 * 16;
  ASSERT_EQ(good.size(), rows_at + 2 * std::size_t{12});
  struct Row {
    const char* what;
    std::size_t offset;
    std::uint8_t value;
  };
  const Row rows[] = {
      {"a count of prefixes", 0, 3},
      {"a count of ranges", 4, 5},
      {"what must be zero", 8, 1},
      {"ranges out of order", ranges_at + 15, 0xff},
      {"a range that leads to no prefix", places_at, 2},
      {"a walk outwards that does not end", rows_at + 4, 0},
      {"a walk outwards that leads inwards", rows_at + 12 + 4, 1},
      {"a prefix that is longer than an address", rows_at + 8, 129},
  };
  for (const Row& row : rows) {
    auto bad = good;
    bad[row.offset] = row.value;
    EXPECT_FALSE(AddressSet::read(bad, 3).has_value()) << row.what;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(AddressSet::read(Bytes(good).first(size), 3).has_value()) << size;
  }
}

TEST(Image, OfTheVersionWithoutAddressesIsRefusedWithAClearLine) {
  ImageBuilder builder(kTestKey);
  builder.add(builder.add_list({.name = "one"}), subtree("a.example"));
  auto bytes = *builder.to_bytes();
  constexpr std::size_t kVersionAt = 12;
  bytes[kVersionAt] = 1;
  const auto image = Image::from_bytes(bytes);
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error(),
              testing::HasSubstr("has format version 1, this program reads version 2"));
}

}  // namespace
}  // namespace haetae::list
