#pragma once

#include <chrono>

namespace haetae {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Wall-clock time (UTC): schedules, grants, events. May jump.
using Time = std::chrono::sys_time<milliseconds>;
// Time that only moves forward: TTLs, timeouts.
using Monotonic = std::chrono::time_point<std::chrono::steady_clock, milliseconds>;

// lib never reads the clock; whoever calls it hands this in.
struct Now {
  Time wall;
  Monotonic monotonic;
};

// "No end in sight": later than any time that can be written in a configuration.
inline constexpr Time kNever = Time::max();

}  // namespace haetae
