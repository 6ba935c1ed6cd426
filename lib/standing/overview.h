#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"
#include "standing/book.h"

namespace haetae::standing {

// What is on for one profile now, by whose word it may be.
struct ProfileOverview {
  std::string profile;
  const Entry* pause = nullptr;
  const Entry* focus = nullptr;            // begun by hand
  policy::ScheduleState bedtime;           // by the timetable
  policy::ScheduleState timetabled_focus;  // by the timetable
  bool has_bedtime = false;
  bool bedtime_is_lifted = false;
  std::vector<const Entry*> grants;  // in force or to come
};

struct Overview {
  Moment now;
  bool clock_is_set = true;
  std::vector<ProfileOverview> profiles;  // in the policy's order
  std::vector<const Entry*> waiting;      // for names that the configuration does not know
};

// Borrows the book.
Overview overview(const Book& book, const policy::Policy& policy, const Moment& now);

// The same for a person, a line each: "minji: paused until 21:30 (Asia/Seoul) [3]".
std::vector<std::string> status_lines(const Overview& overview, const policy::TimeZone& zone);

}  // namespace haetae::standing
