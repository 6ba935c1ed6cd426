#include "dns/id_table.h"

#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <vector>

namespace haetae::dns {
namespace {

TEST(IdTable, FindsWhatWasTakenUntilItIsGivenBack) {
  const auto table = std::make_unique<IdTable>();
  const auto id = table->take(7);
  ASSERT_TRUE(id);
  EXPECT_EQ(table->find(*id), 7U);
  EXPECT_EQ(table->in_use(), 1U);
  table->give_back(*id);
  EXPECT_FALSE(table->find(*id));
  EXPECT_EQ(table->in_use(), 0U);
}

TEST(IdTable, GivesEveryPlaceOnceAndThenNone) {
  const auto table = std::make_unique<IdTable>();
  std::set<std::uint16_t> ids;
  for (std::size_t i = 0; i < IdTable::kPlaces; ++i) ids.insert(table->take(i).value());
  EXPECT_EQ(ids.size(), IdTable::kPlaces);
  EXPECT_TRUE(table->is_full());
  EXPECT_FALSE(table->take(1));
  table->give_back(*ids.begin());
  EXPECT_TRUE(table->take(2));
  EXPECT_TRUE(table->is_full());
}

TEST(IdTable, DoesNotTakeALateAnswerForOneToTheNextQuestion) {
  const auto table = std::make_unique<IdTable>();
  std::vector<std::uint16_t> first;
  for (std::size_t i = 0; i < IdTable::kPlaces; ++i) first.push_back(*table->take(1));
  for (const std::uint16_t id : first) table->give_back(id);
  for (std::size_t i = 0; i < IdTable::kPlaces; ++i) table->take(2);
  for (const std::uint16_t id : first) EXPECT_FALSE(table->find(id)) << id;
}

TEST(IdTable, ForgetsWhatNobodyWaitsFor) {
  const auto table = std::make_unique<IdTable>();
  const std::uint16_t wanted = *table->take(1);
  const std::uint16_t unwanted = *table->take(2);
  table->prune([](AttemptId attempt) { return attempt == 1; });
  EXPECT_TRUE(table->find(wanted));
  EXPECT_FALSE(table->find(unwanted));
}

TEST(IdTable, DrainsToTheLast) {
  const auto table = std::make_unique<IdTable>();
  std::multiset<AttemptId> drained;
  for (AttemptId i = 0; i < 100; ++i) table->take(i);
  table->drain([&](AttemptId attempt) { drained.insert(attempt); });
  EXPECT_EQ(drained.size(), 100U);
  EXPECT_EQ(table->in_use(), 0U);
}

}  // namespace
}  // namespace haetae::dns
