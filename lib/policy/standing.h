#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/name.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "policy/ids.h"

namespace haetae::policy {

enum class GrantSubject : std::uint8_t {
  Name,      // a name and all below it
  Service,   // a service's own and shared names
  Category,  // all of a category
  Bedtime,   // time in the evening: bedtime is lifted
  Quota,     // more minutes: used-up quotas are lifted
};

// A guardian's time-limited permission.
struct Grant {
  ProfileId profile = 0;
  GrantSubject subject = GrantSubject::Name;
  bool lifts_safe_search = false;
  std::uint16_t id = kNone;  // ServiceId or CategoryId
  Name name;                 // GrantSubject::Name
  Time made;                 // a grant made after a pause holds through it; for that alone
  Time from;
  Time until;  // the first moment at which it no longer holds
};

// What changes by the minute for one profile.
struct ProfileStanding {
  std::optional<Time> paused_since;  // a moment by which grants were made before or after it
  Time paused_until = kNever;
  std::optional<Time> focus_until;       // focus or exam was started by hand
  std::optional<Time> quota_used_until;  // the total quota is used up until its next reset
  struct UsedService {
    ServiceId service;
    Time until;
  };
  std::vector<UsedService> used_services;
};

// The second small snapshot beside the Policy. Profiles that it does not name have nothing on.
struct Standing {
  // The policy whose places the ids are; 0: of any policy, since it holds no ids or a test knows.
  std::uint64_t policy_generation = 0;
  std::vector<ProfileStanding> profiles;  // by ProfileId; may be shorter than the Policy's table
  std::vector<Grant> grants;              // by profile
};

struct Policy;

// A worker's refresh() of both at once: takes up a new Policy and the Standing that was made for
// it, or neither. The two are published one after the other, and places of one policy mean nothing
// in another's tables. Call once per batch; returns true if the Policy changed.
bool refresh_together(SnapshotReader<Policy>& policy, SnapshotReader<Standing>& standing);

}  // namespace haetae::policy
