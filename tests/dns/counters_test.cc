#include "dns/counters.h"

#include <gtest/gtest.h>

#include <set>

#include "dns/upstream_report.h"

namespace haetae::dns {
namespace {

TEST(Counters, EachHasARowOfItsOwnWithASentence) {
  std::set<std::string_view> names;
  for (const CounterRow& row : kCounterRows) {
    ASSERT_FALSE(row.name.empty()) << "a counter without a row: add it to counters.cc";
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " stands twice";
    EXPECT_TRUE(row.sentence.ends_with('.')) << row.name;
    Counters counters;
    (counters.*row.counter).add();
    EXPECT_EQ((counters.*row.counter).value(), 1U);
  }
}

TEST(UpstreamCounters, EachHasARowOfItsOwnWithASentence) {
  std::set<std::string_view> names;
  for (const UpstreamCounterRow& row : kUpstreamCounterRows) {
    ASSERT_FALSE(row.name.empty()) << "a counter without a row: add it to counters.cc";
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " stands twice";
    EXPECT_TRUE(row.sentence.ends_with('.')) << row.name;
  }
}

}  // namespace
}  // namespace haetae::dns
