#pragma once

#include <string>

#include "base/time.h"
#include "config/page_words.h"
#include "policy/schedule.h"

namespace haetae::page {

// A moment as people of the site read it.
struct When {
  std::string clock;   // "07:00"
  std::string date;    // "2026-12-24"
  int days_ahead = 0;  // 0: today
  int weekday = 0;     // 0: Monday
};
When when_of(Time at, Time now, const policy::TimeZone& zone);

// "It opens again tomorrow at 07:00."
std::string opens_text(const When& opens, const config::PageWords& words);
// "tomorrow 07:00" without a sentence: the clock, with weekday or date where it is not today.
std::string moment_text(const When& when, const config::PageWords& words);

// "2 h 30 min", "45 min": the same in every language. Whole minutes, rounded up.
std::string length_text(milliseconds length);

}  // namespace haetae::page
