#include "policy/standing.h"

#include <gtest/gtest.h>

#include "policy/policy.h"
#include "support/policy_maker.h"

namespace haetae::policy {
namespace {

std::shared_ptr<const Policy> policy_of(std::uint64_t generation) {
  test::PolicyMaker maker;
  maker.profile("little");
  auto policy = std::make_shared<Policy>(*maker.make());
  policy->generation = generation;
  return policy;
}
std::shared_ptr<const Standing> standing_for(std::uint64_t generation) {
  auto standing = std::make_shared<Standing>();
  standing->policy_generation = generation;
  return standing;
}

struct Worker {
  explicit Worker(std::uint64_t made_for)
      : policy_source(policy_of(1)),
        standing_source(standing_for(made_for)),
        policy(policy_source),
        standing(standing_source) {}
  bool refresh() { return refresh_together(policy, standing); }

  Snapshot<Policy> policy_source;
  Snapshot<Standing> standing_source;
  SnapshotReader<Policy> policy;
  SnapshotReader<Standing> standing;
};

// Whichever half of a reload is published first, nobody reads places of one policy in the other.
TEST(RefreshTogether, WaitsForTheOtherHalfOfAReload) {
  for (const bool policy_first : {true, false}) {
    Worker worker(1);
    EXPECT_FALSE(worker.refresh());
    const auto next_policy = policy_of(2);
    const auto next_standing = standing_for(2);
    if (policy_first) {
      worker.policy_source.publish(next_policy);
    } else {
      worker.standing_source.publish(next_standing);
    }
    EXPECT_FALSE(worker.refresh());
    EXPECT_EQ(worker.policy->generation, 1U);
    EXPECT_EQ(worker.standing->policy_generation, 1U);
    if (policy_first) {
      worker.standing_source.publish(next_standing);
    } else {
      worker.policy_source.publish(next_policy);
    }
    EXPECT_TRUE(worker.refresh());
    EXPECT_EQ(worker.policy.held(), next_policy);
    EXPECT_EQ(worker.standing.held(), next_standing);
    EXPECT_FALSE(worker.refresh());
  }
}

TEST(RefreshTogether, TakesUpAStandingAloneForThePolicyInUse) {
  Worker worker(1);
  const auto next = standing_for(1);
  worker.standing_source.publish(next);
  EXPECT_FALSE(worker.refresh()) << "the policy is the same: what was worked out for it stays";
  EXPECT_EQ(worker.standing.held(), next);
}

TEST(RefreshTogether, TakesAStandingThatHoldsNoPlacesWithAnyPolicy) {
  Worker worker(0);
  worker.policy_source.publish(policy_of(2));
  EXPECT_TRUE(worker.refresh());
  EXPECT_EQ(worker.policy->generation, 2U);
}

}  // namespace
}  // namespace haetae::policy
