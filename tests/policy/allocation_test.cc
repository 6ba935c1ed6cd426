#include <gmock/gmock.h>

#include "support/allocation_count.h"
#include "support/random_world.h"

namespace haetae::policy {
namespace {

TEST(Decide, AllocatesNothingOnceWarm) {
  std::uint64_t decisions = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    test::RandomWorld world(seed);
    Scratch scratch(*world.policy);
    for (int i = 0; i < 300; ++i) {
      const Name name = name_of(world.random_name());
      const Request request{.who = {.device = 0, .profile = static_cast<ProfileId>(i % 2)},
                            .kind = Kind::DnsName,
                            .now = world.random_time(),
                            .name = &name};
      const std::uint64_t before = test::allocation_count();
      static_cast<void>(decide(*world.policy, world.standing, request, scratch));
      ASSERT_EQ(test::allocation_count(), before) << "seed " << seed << " " << name.to_text();
      ++decisions;
    }
  }
  EXPECT_GE(decisions, 10'000u);
}

}  // namespace
}  // namespace haetae::policy
