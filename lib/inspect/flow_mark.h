#pragma once

#include <cstdint>

#include "inspect/seen.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::inspect {

// What is written on a connection that passes through us, so that the kernel need not ask again.
enum class FlowMark : std::uint8_t {
  Undecided = 0,  // ask about its next packet
  Accepted = 1,   // it passes, unless its device is stopped
  Blocked = 2,
  Kept = 3,  // it passes although its device is stopped: house, help lines, grants
};

// Whether everything is stopped for a profile at present (pause, focus, bedtime, a used-up quota)
// but for what was excepted, and until when that answer holds.
struct Stop {
  bool is_on = false;
  Time valid_until = kNever;
};
Stop stop_of(const policy::Policy& policy, const policy::Standing& standing,
             const policy::Identity& who, Time now) noexcept;

// What to write for a verdict; stop: its profile's, now.
FlowMark mark_for(const policy::Verdict& verdict, const Stop& stop) noexcept;

}  // namespace haetae::inspect
