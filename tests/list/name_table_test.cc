#include "list/name_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <string>

#include "list/image_helpers.h"
#include "list/random_rules.h"

namespace haetae::list {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(NameTable, FindsItsNamesAndNoOthers) {
  const NameTable<int> table(kTestKey, {{name_of("a.example"), 1}, {Name(), 2}});
  EXPECT_EQ(table.size(), 2U);
  ASSERT_NE(table.find(hashes_of(name_of("a.example")).whole()), nullptr);
  EXPECT_EQ(*table.find(hashes_of(name_of("a.example")).whole()), 1);
  EXPECT_EQ(*table.find(hashes_of(Name()).whole()), 2);
  EXPECT_EQ(table.find(hashes_of(name_of("b.example")).whole()), nullptr);
}

TEST(NameTable, OfNothingFindsNothing) {
  const NameTable<int> none;
  const NameTable<int> empty(kTestKey, {});
  EXPECT_TRUE(none.empty());
  for (const std::uint64_t hash : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    EXPECT_EQ(none.find(hash), nullptr);
    EXPECT_EQ(empty.find(hash), nullptr);
  }
}

TEST(NameTable, VisitsSuffixesFromTheLongestOn) {
  const NameTable<std::string> table(
      kTestKey, {{name_of("example"), "far"}, {name_of("a.b.example"), "near"}});
  std::vector<std::pair<std::size_t, std::string>> visited;
  table.for_each_suffix(
      hashes_of(name_of("x.a.b.example")),
      [&](std::size_t label, const std::string& value) { visited.emplace_back(label, value); });
  EXPECT_THAT(visited, ElementsAre(Pair(1U, "near"), Pair(3U, "far")));
}

TEST(NameTable, AgreesWithAMapOnRandomNames) {
  for (const std::size_t size : {1, 10, 1000, 30'000}) {
    RandomRules random(size, 6);
    std::map<Name, int> slow;
    std::vector<std::pair<Name, int>> rows;
    for (std::size_t i = 0; i < size; ++i) {
      const Name name = random.name();
      if (slow.emplace(name, static_cast<int>(i)).second)
        rows.emplace_back(name, static_cast<int>(i));
    }
    const NameTable<int> table(kTestKey, rows);
    for (int i = 0; i < 20'000; ++i) {
      const Name name = random.name();
      const int* found = table.find(hashes_of(name).whole());
      const auto expected = slow.find(name);
      ASSERT_EQ(found == nullptr, expected == slow.end());
      ASSERT_EQ(found == nullptr ? -1 : *found, found == nullptr ? -1 : expected->second);
    }
  }
}

}  // namespace
}  // namespace haetae::list
