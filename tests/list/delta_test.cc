#include "list/delta.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

#include "base/limits.h"
#include "list/image_helpers.h"
#include "list/random_rules.h"
#include "support/allocation_count.h"
#include "support/rounds.h"
#include "support/slow_lists.h"

namespace haetae::list {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<Lists::Holding> holdings_of(const Lists& lists, const Name& name) {
  std::array<Lists::Holding, Delta::kElementsMax> out;
  const std::size_t size = lists.holdings(hashes_of(name), out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::shared_ptr<const Delta> delta_of(const std::vector<Edit>& edits) {
  return std::make_shared<const Delta>(kTestKey, edits);
}

TEST(Lists, WithoutADeltaAnswerWhatTheImageDoes) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  builder.add(list, subtree("example.com"));
  const auto image = image_of(builder);
  for (const Lists& lists : {Lists(image, nullptr), Lists(image, delta_of({}))}) {
    const Match match = lists.find(hashes_of(name_of("www.example.com")));
    EXPECT_TRUE(match.listed());
    EXPECT_FALSE(match.edited);
    EXPECT_THAT(holdings_of(lists, name_of("www.example.com")),
                ElementsAre(Lists::Holding{Element{.list = list}, 1}));
  }
}

TEST(Lists, AnEditIsSeenAtItsNameAndBelow) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  builder.add(list, subtree("example.com"));
  const Lists lists(image_of(builder), delta_of({{list, false, subtree("example.com")},
                                                 {list, true, exact("b.example.com")}}));
  struct Case {
    const char* name;
    bool edited;
    std::vector<Lists::Holding> holdings;
  };
  const Element added{.list = list, .scope = RuleScope::Exact};
  const Case cases[] = {
      {"com", false, {}},
      {"example.com", true, {}},
      {"a.example.com", true, {}},
      {"b.example.com", true, {{added, 0}}},
      {"c.b.example.com", true, {}},
      {"other.example", false, {}},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(lists.find(hashes_of(name_of(test.name))).edited, test.edited) << test.name;
    EXPECT_THAT(holdings_of(lists, name_of(test.name)), ElementsAreArray(test.holdings))
        << test.name;
  }
}

TEST(Delta, TheLastEditOfARuleCounts) {
  const Delta first(kTestKey, std::vector<Edit>{{0, true, subtree("a.example")},
                                                {0, false, subtree("a.example")},
                                                {1, true, subtree("a.example")}});
  EXPECT_EQ(first.size(), 2U);
  const Delta second(
      first, std::vector<Edit>{{0, true, subtree("a.example")}, {0, true, subtree("b.example")}});
  EXPECT_EQ(first.size(), 2U) << "unchanged";
  const auto edits = second.edits();
  ASSERT_EQ(edits.size(), 3U);
  for (const Edit& edit : edits) EXPECT_TRUE(edit.add);
}

TEST(Delta, GivesItsEditsBackForTheNextImage) {
  const Edit edit{7,
                  true,
                  {.name = name_of("www.example.com"),
                   .action = RuleAction::Allow,
                   .scope = RuleScope::Exact,
                   .important = true}};
  const auto edits = delta_of({edit})->edits();
  ASSERT_EQ(edits.size(), 1U);
  EXPECT_EQ(edits[0].list, edit.list);
  EXPECT_EQ(edits[0].add, edit.add);
  EXPECT_EQ(edits[0].rule.name, edit.rule.name);
  EXPECT_EQ(edits[0].rule.action, edit.rule.action);
  EXPECT_EQ(edits[0].rule.scope, edit.rule.scope);
  EXPECT_EQ(edits[0].rule.important, edit.rule.important);
}

TEST(Lists, AgreeWithTheSlowJudgeOnRandomEdits) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomRules random(seed);
    constexpr std::size_t kLists = 4;
    test::SlowLists slow;
    ImageBuilder builder(kTestKey);
    for (std::size_t i = 0; i < kLists; ++i) builder.add_list({.name = "x", .category = "ads"});
    std::vector<Edit> known;
    for (std::size_t i = 0; i < 20 * seed; ++i) {
      known.push_back({static_cast<ListId>(random.below(kLists)), true, random.rule()});
      const bool conditional = random.below(8) == 0;
      builder.add(known.back().list, known.back().rule,
                  conditional ? as_bytes("condition") : Bytes());
      slow.add(known.back().list, known.back().rule, conditional ? 1 : 0);
    }
    std::vector<Edit> edits;
    for (std::size_t i = 0; i < 10 * seed; ++i) {
      Edit edit = known[random.below(known.size())];
      if (random.below(3) == 0) edit.rule = random.rule();
      edit.add = random.below(2) == 0;
      edits.push_back(edit);
      edit.add ? slow.add(edit.list, edit.rule) : slow.remove(edit.list, edit.rule);
    }
    const std::size_t half = edits.size() / 2;
    const Delta before(kTestKey, std::span(edits).first(half));
    const auto delta = std::make_shared<const Delta>(before, std::span(edits).subspan(half));
    const Lists lists(image_of(builder), delta);
    for (int i = 0; i < 2000; ++i) {
      const Name name = random.name();
      auto expected = slow.holdings(name);
      auto found = holdings_of(lists, name);
      ASSERT_LT(expected.size(), Delta::kElementsMax);
      const auto by_place = [](const Lists::Holding& a, const Lists::Holding& b) {
        return std::tie(a.label, a.element) < std::tie(b.label, b.element);
      };
      EXPECT_TRUE(std::ranges::is_sorted(found, {}, &Lists::Holding::label));
      std::ranges::sort(found, by_place);
      std::ranges::sort(expected, by_place);
      ASSERT_THAT(found, ElementsAreArray(expected)) << name.to_text();
      const bool edited = std::ranges::any_of(
          edits, [&](const Edit& edit) { return name.is_under(edit.rule.name); });
      ASSERT_EQ(lists.find(hashes_of(name)).edited, edited) << name.to_text();
    }
  }
}

TEST(Lists, LeaveTheFarthestOutWhenThereIsTooMuch) {
  ImageBuilder builder(kTestKey);
  for (int i = 0; i < 50; ++i) {
    const ListId list = builder.add_list({.name = "x", .category = "ads"});
    builder.add(list, subtree("example"));
    builder.add(list, subtree("near.example"));
  }
  const Lists lists(image_of(builder), nullptr);
  const auto holdings = holdings_of(lists, name_of("near.example"));
  ASSERT_EQ(holdings.size(), Delta::kElementsMax);
  EXPECT_EQ(holdings[49].label, 0);
  EXPECT_EQ(holdings[50].label, 1);
}

TEST(Lists, FindAndHoldingsAllocateNothing) {
  RandomRules random(4);
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "x", .category = "ads"});
  std::vector<Edit> edits;
  for (int i = 0; i < 300; ++i) builder.add(list, random.rule());
  for (int i = 0; i < 300; ++i) edits.push_back({list, random.below(2) == 0, random.rule()});
  const Lists lists(image_of(builder), delta_of(edits));
  std::array<Lists::Holding, Delta::kElementsMax> out;
  const std::uint64_t before = test::allocation_count();
  std::size_t found = 0;
  for (int i = 0; i < 10'000; ++i) {
    const NameHashes hashes = hashes_of(random.name());
    found += lists.find(hashes).edited ? 1 : 0;
    found += lists.holdings(hashes, out);
  }
  EXPECT_GT(found, 0U);
  EXPECT_EQ(test::allocation_count(), before);
}

TEST(Delta, OneMoreEditOnAFullOneIsQuick) {
  std::vector<Edit> edits;
  for (std::size_t i = 0; i + 1 < limits::kDeltaEditsMax; ++i) {
    edits.push_back({0, true, subtree(fmt::format("n{}.example", i))});
  }
  const Delta before(kTestKey, edits);
  const std::vector<Edit> one = {{0, true, subtree("one.example")}};
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const Delta after(before, one);
    best = std::min(best, std::chrono::steady_clock::now() - start);
    ASSERT_EQ(after.size(), limits::kDeltaEditsMax);
  }
  if (!test::kIsSanitized) {
    EXPECT_LT(best, std::chrono::milliseconds(1));
  }
}

}  // namespace
}  // namespace haetae::list
