#include "daemon/gate_counters.h"

#include <gtest/gtest.h>

#include <set>

namespace haetae::daemon {
namespace {

TEST(GateCounters, EachHasOneRowWithASentence) {
  GateCounters counters;
  std::set<std::string_view> names;
  for (const GateCounterRow& row : kGateCounterRows) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.sentence.empty()) << row.name;
    EXPECT_EQ((counters.*row.counter).value(), 0U) << row.name << " is told twice";
    (counters.*row.counter).add();
  }
  EXPECT_EQ(names.size(), kGateCounterRowsCount);
}

}  // namespace
}  // namespace haetae::daemon
