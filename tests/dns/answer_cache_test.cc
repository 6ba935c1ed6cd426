#include "dns/answer_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dns/packed_answer.h"
#include "dns/service_house.h"
#include "dns/timing.h"

namespace haetae::dns::test {
namespace {

constexpr HashKey kKey{1, 2};
constexpr std::uint64_t kBudgetBytes = limits::kCacheBytesMin;
const Monotonic kStart{std::chrono::hours{100}};

// A packed answer whose text tells it from others.
class Packed {
 public:
  Packed(const std::string& name, std::size_t text_bytes, std::uint32_t ttl_s,
         RRType type = RRType::Txt) {
    question_ = {name_of(name), type, wire::RRClass::In, {}};
    Octets text{static_cast<std::uint8_t>(text_bytes % 256)};
    text.resize(1 + text_bytes, static_cast<std::uint8_t>(text_bytes));
    packet_ = Packet(name, type).raw(type, text, ttl_s).make();
    answer_ = *packer_.pack({.packet = packet_}, question_, kPlainForm);
  }
  const PackedAnswer& answer() const { return answer_; }
  CacheKey key(const AnswerCache& cache, AnswerForm form = kPlainForm) const {
    return {cache.hash(question_.name), question_.name.wire(), question_.type, form};
  }

 private:
  wire::Question question_;
  Octets packet_;
  AnswerPacker packer_;
  PackedAnswer answer_;
};

bool equal(Bytes a, Bytes b) {
  return std::ranges::equal(a, b);
}

TEST(AnswerCache, GivesBackWhatWasStoredUnderTheWholeQuestionOnly) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed packed("www.example", 10, 300);
  cache.store(packed.key(cache), packed.answer(), kStart);
  const CacheEntry* const entry = cache.find(packed.key(cache));
  ASSERT_NE(entry, nullptr);
  EXPECT_TRUE(equal(entry->packed().message, packed.answer().message));
  EXPECT_EQ(entry->packed().ttl_offsets.size(), 1U);
  EXPECT_EQ(entry->ttl_s, 300U);
  EXPECT_EQ(cache.find(packed.key(cache, kDnssecForm)), nullptr);
  CacheKey other_type = packed.key(cache);
  other_type.type = RRType::A;
  EXPECT_EQ(cache.find(other_type), nullptr);
  // The same hash is not the same name.
  const Name longer = name_of("a.www.example");
  EXPECT_EQ(cache.find({packed.key(cache).hash, longer.wire(), RRType::Txt, kPlainForm}), nullptr);
}

TEST(AnswerCache, KnowsFreshFromStaleFromGone) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed packed("www.example", 10, 300);
  const CacheEntry* const entry = cache.store(packed.key(cache), packed.answer(), kStart);
  EXPECT_TRUE(entry->fresh(kStart + milliseconds{299'999}));
  EXPECT_EQ(entry->age_s(kStart + milliseconds{299'999}), 299U);
  EXPECT_FALSE(entry->fresh(kStart + seconds{300}));
  EXPECT_TRUE(entry->usable(kStart + seconds{300} + kStaleKeptFor - milliseconds{1}));
  EXPECT_FALSE(entry->usable(kStart + seconds{300} + kStaleKeptFor));
}

TEST(AnswerCache, ARefreshOfTheSameSizeTakesNoMoreRoom) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed packed("www.example", 10, 300);
  cache.store(packed.key(cache), packed.answer(), kStart);
  const std::uint64_t used_bytes = cache.used_bytes();
  for (int i = 0; i < 100; ++i) cache.store(packed.key(cache), packed.answer(), kStart);
  EXPECT_EQ(cache.used_bytes(), used_bytes);
  const Packed longer("www.example", 200, 300);
  cache.store(longer.key(cache), longer.answer(), kStart);
  EXPECT_TRUE(equal(cache.find(longer.key(cache))->packed().message, longer.answer().message));
  EXPECT_EQ(cache.entry_count(), 1U);
}

TEST(AnswerCache, RefusesWhatIsTooLong) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed packed("www.example", limits::kCacheAnswerBytesMax, 300);
  EXPECT_EQ(cache.store(packed.key(cache), packed.answer(), kStart), nullptr);
  EXPECT_EQ(cache.entry_count(), 0U);
}

TEST(AnswerCache, WhatIsUsedStaysWhileOthersComeAndGo) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed wanted("wanted.example", 20, 86'400);
  cache.store(wanted.key(cache), wanted.answer(), kStart);
  for (int i = 0; i < 20'000; ++i) {
    const Packed other("n" + std::to_string(i) + ".example", 20, 86'400);
    cache.store(other.key(cache), other.answer(), kStart);
    if (i % 100 == 0) {
      ASSERT_NE(cache.find(wanted.key(cache)), nullptr) << i;
    }
  }
  EXPECT_LE(cache.used_bytes(), cache.budget_bytes());
}

TEST(AnswerCache, KeepsFactsOnlyUntilTheAnswerIsReplaced) {
  AnswerCache cache(kBudgetBytes, kKey);
  const Packed packed("www.example", 10, 300);
  CacheEntry* entry = cache.store(packed.key(cache), packed.answer(), kStart);
  EXPECT_EQ(entry->facts_generation, CacheEntry::kNoFacts);
  entry->facts_generation = 7;
  EXPECT_EQ(cache.find(packed.key(cache))->facts_generation, 7U);
  entry = cache.store(packed.key(cache), packed.answer(), kStart);
  EXPECT_EQ(entry->facts_generation, CacheEntry::kNoFacts);
}

// What is found is what was stored last, whatever was evicted and moved meanwhile.
TEST(AnswerCache, NeverGivesAWrongAnswerInALongRandomLife) {
  AnswerCache cache(kBudgetBytes, kKey);
  std::mt19937 random(42);
  std::map<std::string, Octets> stored;
  std::size_t hits = 0;
  for (int i = 0; i < 30'000; ++i) {
    // Small numbers are asked for far more often.
    const std::size_t which = random() % (1U << (random() % 13));
    const std::string name = "n" + std::to_string(which) + ".example";
    if (random() % 3 == 0) {
      const std::size_t bytes = random() % 50 == 0 ? random() % 9'000 : random() % 250;
      const Packed packed(name, bytes, 300);
      ASSERT_NE(cache.store(packed.key(cache), packed.answer(), kStart), nullptr);
      stored[name].assign(packed.answer().message.begin(), packed.answer().message.end());
    } else {
      const Name parsed = name_of(name);
      const CacheEntry* const entry =
          cache.find({cache.hash(parsed), parsed.wire(), RRType::Txt, kPlainForm});
      if (entry == nullptr) continue;
      ++hits;
      ASSERT_TRUE(equal(entry->packed().message, stored.at(name))) << i;
    }
    ASSERT_LE(cache.used_bytes(), cache.budget_bytes());
  }
  EXPECT_GT(hits, 5'000U);
  EXPECT_GT(cache.entry_count(), 100U);
}

}  // namespace
}  // namespace haetae::dns::test
