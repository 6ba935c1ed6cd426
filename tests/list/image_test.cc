#include "list/image.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <set>

#include "list/image_bucket.h"
#include "list/image_helpers.h"
#include "list/random_rules.h"
#include "support/allocation_count.h"
#include "support/rounds.h"
#include "support/slow_lists.h"

namespace haetae::list {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Image, OfNoRulesListsNothing) {
  ImageBuilder builder(kTestKey);
  const auto image = image_of(builder);
  EXPECT_FALSE(image->find(hashes_of(name_of("www.example.com"))).listed());
  EXPECT_FALSE(image->find(hashes_of(Name())).listed());
  EXPECT_EQ(image->name_count(), 0U);
  EXPECT_EQ(image->set_count(), 1U);
  EXPECT_THAT(image->elements(kEmptySet), IsEmpty());
  EXPECT_THAT(image->elements(1), IsEmpty()) << "a number that is no set's";
}

TEST(Image, AnswersWithTheLongestListedSuffixAndWhatItInherits) {
  ImageBuilder builder(kTestKey);
  const ListId one = builder.add_list({.name = "one", .category = "adult"});
  const ListId two = builder.add_list({.name = "two", .category = "ads"});
  builder.add(one, subtree("example.com"));
  builder.add(two, exact("example.com"));
  builder.add(two, exact("a.b.example.com"));
  const auto image = image_of(builder);
  const Element own{.list = two, .scope = RuleScope::Exact};
  const Element above{.list = one, .inherited = true};

  const Match whole = image->find(hashes_of(name_of("a.b.example.com")));
  EXPECT_TRUE(whole.whole_name());
  EXPECT_THAT(elements_of(*image, whole.set), ElementsAre(above, own));
  const Match below = image->find(hashes_of(name_of("x.a.b.example.com")));
  EXPECT_EQ(below.label, 1);
  EXPECT_EQ(below.set, whole.set);
  const Match beside = image->find(hashes_of(name_of("b.example.com")));
  EXPECT_EQ(beside.label, 1);
  EXPECT_THAT(elements_of(*image, beside.set), ElementsAre(Element{.list = one}, own));
  EXPECT_FALSE(image->find(hashes_of(name_of("com"))).listed());
  EXPECT_FALSE(image->find(hashes_of(name_of("anexample.com"))).listed());
}

TEST(Image, ARuleThatIsRepeatedBelowIsNotInheritedToo) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  builder.add(list, subtree("www.example.com"));
  builder.add(list, subtree("example.com"));
  builder.add(list, subtree("example.com"));
  const auto image = image_of(builder);
  EXPECT_EQ(image->name_count(), 2U);
  EXPECT_EQ(image->set_count(), 2U) << "both names say the same";
}

TEST(Image, ListsTheRootWhenARuleDoes) {
  ImageBuilder builder(kTestKey);
  builder.add(builder.add_list({.name = "all", .category = "adult"}), subtree("."));
  const auto image = image_of(builder);
  EXPECT_EQ(image->find(hashes_of(name_of("www.example.com"))).label, 3);
  EXPECT_TRUE(image->find(hashes_of(Name())).whole_name());
}

TEST(Image, FindsTheLongestAndTheDeepestNames) {
  const std::string label(63, 'a');
  std::string most_labels = "a";
  for (int i = 1; i < 127; ++i) most_labels += ".a";
  const Name longest = name_of(label + "." + label + "." + label + "." + std::string(61, 'a'));
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  builder.add(list, {.name = longest});
  builder.add(list, subtree(most_labels));
  const auto image = image_of(builder);
  EXPECT_TRUE(image->find(hashes_of(longest)).whole_name());
  EXPECT_TRUE(image->find(hashes_of(name_of(most_labels))).whole_name());
  EXPECT_FALSE(image->find(hashes_of(name_of(most_labels).suffix(1))).listed());
}

TEST(Image, KeepsWhatItWasBuiltFrom) {
  ImageBuilder builder(kTestKey);
  const ImageList one{.name = "one", .category = "adult", .source_digest = 7, .rule_count = 1};
  ImageList two{.name = "two", .category = "gambling"};
  builder.add_list(one);
  builder.set_list_counts(builder.add_list(two), 8, 2);
  two.source_digest = 8;
  two.rule_count = 2;
  const auto image = image_of(builder);
  EXPECT_THAT(image->lists(), ElementsAre(one, two));
  EXPECT_EQ(image->key(), kTestKey);
}

TEST(Image, MarksAndKeepsConditions) {
  ImageBuilder builder(kTestKey);
  const ListId list = builder.add_list({.name = "one", .category = "ads"});
  builder.add(list, subtree("plain.example"));
  builder.add(list, subtree("some.example"), as_bytes("dnstype=AAAA"));
  builder.add(list, subtree("other.example"), as_bytes("client=192.0.2.1"));
  builder.add(list, subtree("under.some.example"));
  const auto image = image_of(builder);
  EXPECT_FALSE(image->find(hashes_of(name_of("plain.example"))).conditional);
  const Match some = image->find(hashes_of(name_of("some.example")));
  EXPECT_TRUE(some.conditional);
  ASSERT_EQ(image->elements(some.set).size(), 1U);
  const std::uint32_t condition = image->elements(some.set)[0].condition;
  EXPECT_EQ(as_text(image->condition(condition)), "dnstype=AAAA");
  const Match under = image->find(hashes_of(name_of("under.some.example")));
  EXPECT_TRUE(under.conditional) << "by inheritance";
  const Match other = image->find(hashes_of(name_of("other.example")));
  EXPECT_EQ(as_text(image->condition(image->elements(other.set)[0].condition)), "client=192.0.2.1");
  EXPECT_THAT(image->condition(0), IsEmpty());
  EXPECT_THAT(image->condition(3), IsEmpty());
}

struct RandomCase {
  std::uint64_t seed;
  std::size_t lists;
  std::size_t rules;
  std::size_t lookups;
  // So many rules at so few names that some reach the limit of elements at one name.
  bool meets_limit = false;
};

class ImageOfRandomRules : public ::testing::TestWithParam<RandomCase> {};

TEST_P(ImageOfRandomRules, AgreesWithTheSlowJudge) {
  const RandomCase& test = GetParam();
  RandomRules random(test.seed, 6);
  test::SlowLists slow;
  ImageBuilder builder(kTestKey);
  for (std::size_t i = 0; i < test.lists; ++i) {
    builder.add_list({.name = fmt::format("list-{}", i), .category = "adult"});
  }
  const std::vector<std::string> conditions = {"first", "second", "third"};
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < test.rules; ++i) {
    const auto list = static_cast<ListId>(random.below(test.lists));
    const Rule rule = random.rule();
    std::uint32_t number = 0;
    if (random.below(10) == 0) {
      const std::string& condition = conditions[random.below(conditions.size())];
      if (std::ranges::find(seen, condition) == seen.end()) seen.push_back(condition);
      number = static_cast<std::uint32_t>(std::ranges::find(seen, condition) - seen.begin() + 1);
      builder.add(list, rule, as_bytes(condition));
    } else {
      builder.add(list, rule);
    }
    slow.add(list, rule, number);
  }
  const auto image = image_of(builder);
  ASSERT_EQ(image->name_count(), slow.name_count());
  std::size_t differences = 0;
  for (std::size_t i = 0; i < test.lookups; ++i) {
    const Name name = random.name();
    const Match match = image->find(hashes_of(name));
    const auto expected = slow.find(name);
    const auto conditional = [](const Element& element) { return element.condition != 0; };
    const bool same =
        expected ? match.listed() && match.label == expected->label &&
                       std::ranges::equal(image->elements(match.set), expected->elements) &&
                       match.conditional == std::ranges::any_of(expected->elements, conditional)
                 : !match.listed();
    if (!same && ++differences < 5) ADD_FAILURE() << name.to_text();
  }
  EXPECT_EQ(differences, 0U);
  EXPECT_EQ(slow.met_limit(), test.meets_limit);
}

constexpr std::size_t kLookups = test::rounds(150'000);

INSTANTIATE_TEST_SUITE_P(
    Sizes, ImageOfRandomRules,
    ::testing::Values(RandomCase{1, 1, 3, kLookups}, RandomCase{2, 2, 30, kLookups},
                      RandomCase{3, 3, 300, kLookups}, RandomCase{4, 5, 3'000, kLookups},
                      RandomCase{5, 20, 3'000, kLookups}, RandomCase{6, 3, 30'000, kLookups},
                      RandomCase{7, 6, 20'000, kLookups},
                      RandomCase{8, 60, 100'000, kLookups / 50, true}));

TEST(Image, HoldsNamesWhoseSetNumbersDoNotFitABucket) {
  // 17 lists: every name of its own combination of them.
  constexpr unsigned kLists = 17;
  ImageBuilder builder(kTestKey);
  for (unsigned i = 0; i < kLists; ++i) builder.add_list({.name = "list", .category = "ads"});
  const auto name = [](unsigned i) { return name_of(fmt::format("{}.example", i)); };
  constexpr unsigned kStep = 1 + (1U << kLists) / 80'000;
  for (unsigned i = 1; i < 1U << kLists; i += kStep) {
    for (unsigned bit = 0; bit < kLists; ++bit) {
      if ((i >> bit & 1) != 0) builder.add(static_cast<ListId>(bit), {.name = name(i)});
    }
  }
  BuildStats stats;
  const auto bytes = builder.to_bytes(&stats);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_GT(stats.sets, 65'536U);
  EXPECT_GT(stats.wide_names, 0U);
  const auto image = *Image::from_bytes(*bytes);
  for (unsigned i = 1; i < 1U << kLists; ++i) {
    unsigned found = 0;
    const Match match = image->find(hashes_of(name(i)));
    for (const Element& element : image->elements(match.set)) found |= 1U << element.list;
    ASSERT_EQ(found, (i - 1) % kStep == 0 ? i : 0U);
  }
}

TEST(Image, TakesAtMostTwelveBytesANameFromTenThousandNamesOn) {
  for (const std::size_t names : {10'000, 20'000, 100'000, 1'000'000}) {
    ImageBuilder builder(kTestKey);
    const ListId list = builder.add_list({.name = "a list", .category = "adult"});
    for (std::size_t i = 0; i < names; ++i) builder.add(list, subtree(fmt::format("n{}.com", i)));
    const auto image = image_of(builder);
    EXPECT_EQ(image->name_count(), names);
    EXPECT_LE(static_cast<double>(image->size_bytes()) / static_cast<double>(names), 12.0);
    std::size_t missing = 0;
    for (std::size_t i = 0; i < names; ++i) {
      missing += !image->find(hashes_of(name_of(fmt::format("n{}.com", i)))).listed();
      missing += image->find(hashes_of(name_of(fmt::format("m{}.com", i)))).listed();
    }
    EXPECT_EQ(missing, 0U);
  }
}

TEST(Image, FindAllocatesNothing) {
  ImageBuilder builder(kTestKey);
  RandomRules random(11);
  const ListId list = builder.add_list({.name = "one", .category = "adult"});
  for (int i = 0; i < 1000; ++i) builder.add(list, random.rule());
  const auto image = image_of(builder);
  const std::uint64_t before = test::allocation_count();
  std::size_t elements = 0;
  for (int i = 0; i < 10'000; ++i) {
    const NameHashes hashes = hashes_of(random.name());
    image->prefetch(hashes);
    elements += image->elements(image->find(hashes).set).size();
  }
  EXPECT_GT(elements, 0U);
  EXPECT_EQ(test::allocation_count(), before);
}

TEST(ImageBucket, ComparesTheSameWithAndWithoutVectorInstructions) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    std::array<std::uint8_t, bucket::kBytes> bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random() % 2);
    const auto wanted = static_cast<std::uint32_t>(random() & 0x01010101);
    ASSERT_EQ(bucket::low_matches(bytes.data(), wanted),
              bucket::low_matches_portable(bytes.data(), wanted));
  }
}

TEST(ImageBucket, FindsAllFiftySixBitsAndNothingInEmptySlots) {
  std::array<std::uint8_t, bucket::kBytes> bytes = {};
  EXPECT_EQ(bucket::find(bytes.data(), 0), 0) << "a hash of 0 is not an empty slot's";
  bucket::put(bytes.data(), 0, 0, 5);
  bucket::put(bytes.data(), 6, 0x00ab'cdef'0123'4567, 6);
  EXPECT_EQ(bucket::find(bytes.data(), 0), 5);
  EXPECT_EQ(bucket::find(bytes.data(), 0x00ab'cdef'0123'4567), 6);
  for (int bit = 0; bit < 56; ++bit) {
    const std::uint64_t other = 0x00ab'cdef'0123'4567 ^ std::uint64_t{1} << bit;
    EXPECT_EQ(bucket::find(bytes.data(), other), 0) << bit;
  }
}

}  // namespace
}  // namespace haetae::list
