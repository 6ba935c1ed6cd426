#include "inspect/counters.h"

#include <gtest/gtest.h>

#include <set>

namespace haetae::inspect {
namespace {

TEST(InspectCounters, EachHasOneRowWithASentence) {
  Counters counters;
  std::set<std::string_view> names;
  for (const CounterRow& row : kCounterRows) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.sentence.empty()) << row.name;
    EXPECT_EQ((counters.*row.counter).value(), 0U) << row.name << " is told twice";
    (counters.*row.counter).add();
  }
  EXPECT_EQ(names.size(), kCounterRowsCount);
}

}  // namespace
}  // namespace haetae::inspect
