#include "daemon/queue_pace.h"

#include <gtest/gtest.h>

namespace haetae::daemon {
namespace {

class QueuePaceTest : public testing::Test {
 protected:
  // Looks at a queue, each of which takes so many packets, for a second.
  void look(std::size_t packets, milliseconds every) {
    for (const Monotonic end = now + seconds{1}; now < end; now += every) pace.took(packets, now);
  }

  QueuePace pace;
  Monotonic now{std::chrono::hours{1000}};
};

TEST_F(QueuePaceTest, RestsOnceManyPacketsCameForAWhile) {
  EXPECT_FALSE(pace.rests());
  look(1, milliseconds{50});
  EXPECT_FALSE(pace.rests());
  look(limits::kPacedPacketsPerMs - 1, milliseconds{1});
  EXPECT_FALSE(pace.rests());
  look(limits::kPacedPacketsPerMs, milliseconds{1});
  EXPECT_TRUE(pace.rests());
}

TEST_F(QueuePaceTest, AMomentOfManyPacketsIsNotEnough) {
  look(0, milliseconds{50});
  pace.took(limits::kQueueBatch, now);
  EXPECT_FALSE(pace.rests());
}

TEST_F(QueuePaceTest, RestsNoMoreOnceFewCome) {
  look(limits::kPacedPacketsPerMs, milliseconds{1});
  ASSERT_TRUE(pace.rests());
  for (int i = 0; i < 2; ++i, now += limits::kPaceWindow) pace.took(1, now);
  EXPECT_FALSE(pace.rests());
}

TEST_F(QueuePaceTest, DoesNotRestWhileMoreWaitThanOneLookTakes) {
  look(limits::kQueueBatch, milliseconds{1});
  EXPECT_FALSE(pace.rests());
  pace.took(limits::kQueueBatch - 1, now);
  EXPECT_TRUE(pace.rests());
}

}  // namespace
}  // namespace haetae::daemon
