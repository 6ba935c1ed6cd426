#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/name.h"
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
  Time made;                 // a grant made after a pause holds through it
  Time from;
  Time until;  // the first moment at which it no longer holds
};

// What changes by the minute for one profile.
struct ProfileStanding {
  std::optional<Time> paused_since;
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
  std::vector<ProfileStanding> profiles;  // by ProfileId; may be shorter than the Policy's table
  std::vector<Grant> grants;              // by profile
};

}  // namespace haetae::policy
