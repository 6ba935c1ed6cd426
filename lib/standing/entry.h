#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "policy/standing.h"

namespace haetae::standing {

// What the clocks say: the wall clock, which people and time servers set, and the time since the
// machine started, which nobody can.
struct Moment {
  Time wall;
  milliseconds since_boot{0};  // sleep included
  std::uint64_t boot = 0;      // which start of the machine that counts from
};

enum class Kind : std::uint8_t { Pause, Focus, Grant };

// One thing that a guardian's word switched on. Everything is called by its name, since places in
// the Policy's tables change with a reload.
struct Entry {
  std::uint64_t id = 0;  // 1, 2, …: the later word has the greater one; never given twice
  Kind kind = Kind::Pause;
  std::string profile;
  policy::GrantSubject subject = policy::GrantSubject::Name;  // Kind::Grant
  std::string thing;  // Name: in presentation form; Service, Category: its id; else empty
  bool lifts_safe_search = false;
  Time made;
  Time from;
  Time until = kNever;  // kNever: until another word ends it

  // Said as a length of time ("30m"): its end on the clock that nobody sets. In that start of the
  // machine it counts, and `until` only says what the wall clock will show then.
  struct Anchor {
    std::uint64_t boot = 0;
    milliseconds until{0};
    friend bool operator==(const Anchor&, const Anchor&) = default;
  };
  std::optional<Anchor> anchor;

  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace haetae::standing
