#include "policy/standing.h"

#include "policy/policy.h"

namespace haetae::policy {

bool refresh_together(SnapshotReader<Policy>& policy, SnapshotReader<Standing>& standing) {
  if (!policy.is_outdated() && !standing.is_outdated()) return false;
  auto next_policy = policy.look();
  auto next_standing = standing.look();
  const std::uint64_t made_for = next_standing.value->policy_generation;
  // Half of a reload is published: the other half comes within the next batches.
  if (made_for != 0 && made_for != next_policy.value->generation) return false;
  const bool changed = next_policy.value != policy.held();
  policy.take(std::move(next_policy));
  standing.take(std::move(next_standing));
  return changed;
}

}  // namespace haetae::policy
