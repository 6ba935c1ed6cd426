#include "dns/server_health.h"

#include <gmock/gmock.h>

#include "dns/timing.h"

namespace haetae::dns {
namespace {

constexpr Monotonic kStart{milliseconds{1'000'000}};

TEST(ServerHealth, IsGoodUntilSomethingGoesWrongAndAgainAfterAnAnswer) {
  ServerHealth health;
  EXPECT_TRUE(health.is_good());
  health.note_failure(ServerFault::Unreachable, kStart, 0);
  EXPECT_EQ(health.fault(), ServerFault::Unreachable);
  health.note_answer(milliseconds{20}, kStart + seconds{1});
  EXPECT_TRUE(health.is_good());
}

TEST(ServerHealth, RestsTwiceAsLongAfterEveryFailureUpToAMinuteOrSo) {
  ServerHealth health;
  Monotonic now = kStart;
  milliseconds before{0};
  for (int i = 0; i < 12; ++i) {
    health.note_failure(ServerFault::Unreachable, now, 25);  // a draw in the middle
    milliseconds rest{0};
    while (!health.wants_probe(now + rest)) rest += milliseconds{50};
    EXPECT_GE(rest, before);
    EXPECT_LE(rest, kServerRestMax * 5 / 4);
    if (i == 1) {
      EXPECT_NEAR(static_cast<double>(rest.count()), 2000, 100);
    }
    before = rest;
    now += rest;
  }
  EXPECT_NEAR(static_cast<double>(before.count()), 60000, 1000);
}

TEST(ServerHealth, ComesBackAtDifferentMomentsByChance) {
  ServerHealth early;
  ServerHealth late;
  early.note_failure(ServerFault::Unreachable, kStart, 0);
  late.note_failure(ServerFault::Unreachable, kStart, 50);
  EXPECT_TRUE(early.wants_probe(kStart + milliseconds{800}));
  EXPECT_FALSE(late.wants_probe(kStart + milliseconds{1200}));
  EXPECT_TRUE(late.wants_probe(kStart + milliseconds{1300}));
}

TEST(ServerHealth, CountsFailuresOfOneMomentOnce) {
  ServerHealth health;
  for (int i = 0; i < 5; ++i) health.note_failure(ServerFault::Unreachable, kStart, 0);
  EXPECT_TRUE(health.wants_probe(kStart + kServerRestMin));
}

TEST(ServerHealth, MayBeTriedInNeedASecondAfterItFailed) {
  ServerHealth health;
  EXPECT_TRUE(health.may_be_tried(kStart));
  for (int i = 0; i < 9; ++i) {
    health.note_failure(ServerFault::Unreachable, kStart + seconds{i * 10}, 0);
  }
  EXPECT_FALSE(health.may_be_tried(kStart + seconds{80}));
  EXPECT_TRUE(health.may_be_tried(kStart + seconds{81}));
}

TEST(ServerHealth, SmoothsWhatAnswersTake) {
  ServerHealth health;
  const milliseconds unknown = health.expected();
  health.note_answer(milliseconds{80}, kStart);
  EXPECT_EQ(health.expected(), milliseconds{80});
  EXPECT_LT(health.expected(), unknown) << "any that is known is better than one that is not";
  health.note_answer(milliseconds{160}, kStart);
  EXPECT_EQ(health.expected(), milliseconds{90});
}

TEST(ServerHealth, LosesItsPlaceWhileItOwesAnAnswerAndRestsWhenItOwesMany) {
  ServerHealth health;
  health.note_answer(milliseconds{10}, kStart);
  health.note_overdue(kStart, 0);
  EXPECT_GE(health.expected(), seconds{1});
  EXPECT_TRUE(health.is_good());
  EXPECT_TRUE(health.wants_probe(kStart));
  health.note_answer(milliseconds{10}, kStart);
  EXPECT_LT(health.expected(), seconds{1});
  for (int i = 0; i < 6; ++i) health.note_overdue(kStart, 0);
  EXPECT_EQ(health.fault(), ServerFault::Silent);
}

TEST(ServerHealth, MayRefuseANameButNotEverything) {
  ServerHealth health;
  const auto answer = [&](bool is_refused) {
    health.note_answer(milliseconds{1}, kStart);
    health.note_refusal(is_refused, kStart, 0);
  };
  for (int i = 0; i < 20; ++i) {
    answer(true);
    answer(true);
    answer(false);
  }
  EXPECT_TRUE(health.is_good());
  for (int i = 0; i < 8; ++i) answer(true);
  EXPECT_EQ(health.fault(), ServerFault::Refuses);
  answer(true);
  EXPECT_EQ(health.fault(), ServerFault::Refuses) << "an answer that refuses is no answer";
  answer(false);
  EXPECT_TRUE(health.is_good());
}

TEST(ServerHealth, IsMeasuredAtFirstAgainAfterALossAndNowAndThen) {
  ServerHealth health;
  EXPECT_TRUE(health.wants_probe(kStart));
  health.note_probe(kStart);
  EXPECT_FALSE(health.wants_probe(kStart + seconds{1})) << "one is on its way";
  health.note_answer(milliseconds{10}, kStart + seconds{1});
  EXPECT_FALSE(health.wants_probe(kStart + seconds{5}));
  EXPECT_TRUE(health.wants_probe(kStart + seconds{1} + kMeasureAgainAfter));
  health.note_lost();
  EXPECT_TRUE(health.wants_probe(kStart + seconds{5}));
}

TEST(ServerFault, HasWordsForPeopleEach) {
  for (int i = 1; i <= static_cast<int>(ServerFault::CertificateBad); ++i) {
    const auto fault = static_cast<ServerFault>(i);
    EXPECT_FALSE(describe(fault).empty()) << i;
    EXPECT_FALSE(remedy(fault).empty()) << i;
  }
}

}  // namespace
}  // namespace haetae::dns
