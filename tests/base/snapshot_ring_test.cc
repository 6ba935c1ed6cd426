#include <gmock/gmock.h>

#include <thread>

#include "base/ring.h"
#include "base/snapshot.h"

namespace haetae {
namespace {

TEST(Snapshot, ReaderSeesTheNewValueOnlyAfterRefresh) {
  Snapshot<int> snapshot(std::make_shared<int>(1));
  SnapshotReader<int> reader(snapshot);
  EXPECT_FALSE(reader.refresh());
  snapshot.publish(std::make_shared<int>(2));
  EXPECT_EQ(*reader, 1);
  EXPECT_TRUE(reader.refresh());
  EXPECT_EQ(*reader, 2);
}

TEST(Snapshot, FreesOldValuesOnThePublishersSideWhenTheLastReaderLetGo) {
  Snapshot<int> snapshot(std::make_shared<int>(1));
  SnapshotReader<int> reader(snapshot);
  snapshot.publish(std::make_shared<int>(2));
  EXPECT_EQ(snapshot.collect(), 1U);
  reader.refresh();
  EXPECT_EQ(snapshot.collect(), 0U);
}

TEST(Ring, SaysFullAndNeverWaits) {
  Ring<int> ring(2);
  EXPECT_TRUE(ring.push(1));
  EXPECT_TRUE(ring.push(2));
  EXPECT_FALSE(ring.push(3));
  EXPECT_EQ(*ring.front(), 1);
  ring.pop();
  EXPECT_TRUE(ring.push(3));
}

TEST(Ring, KeepsOrderBetweenTwoThreads) {
  constexpr int kCount = 200'000;
  Ring<int> ring(64);
  std::jthread writer([&] {
    for (int i = 0; i < kCount;) {
      if (ring.push(i)) ++i;
    }
  });
  for (int expected = 0; expected < kCount;) {
    const int* const value = ring.front();
    if (value == nullptr) continue;
    ASSERT_EQ(*value, expected);
    ring.pop();
    ++expected;
  }
}

}  // namespace
}  // namespace haetae
