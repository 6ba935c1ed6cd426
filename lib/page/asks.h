#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "policy/schedule.h"
#include "policy/verdict.h"

namespace haetae::page {

// One press of the button: what a child would like.
struct Ask {
  std::uint64_t id = 0;  // grows; 0: none yet
  Time when;
  std::string asker;     // as asker_of() has it
  std::string profile;   // its name
  std::string host;      // empty: more time is asked for
  bool is_page = false;  // a page of that host is closed, the rest is open
  policy::Reason reason = policy::Reason::NoRuleMatched;  // why it was closed
  std::string category;                                   // id; empty: none
};

// What is asked, oldest first; bounded, and forgotten after limits::kAsksKept. Pure: whoever has it
// keeps it on disk with the lines below.
class Asks {
 public:
  enum class Answer : std::uint8_t {
    Welcome,   // add() it
    Before,    // the same asker asked the same within limits::kAskAgainAfter
    TooOften,  // limits::kAsksPerHour, or of all kAsksOfAllPerHour
  };
  Answer may_ask(const Ask& ask, Time now) const;
  // Gives it its id; what is too old or too much goes. Returns the ask as it is kept.
  const Ask& add(Ask ask, Time now);
  void forget_old(Time now);
  const std::deque<Ask>& all() const noexcept { return asks_; }

 private:
  friend struct AsksReader;
  std::deque<Ask> asks_;
  std::uint64_t next_id_ = 1;
};

// The journal is JSON lines, one an ask, for the dashboard and other programs:
//   {"id":7,"when":1772452805000,"asker":"device Minji's tablet","profile":"minji",
//    "host":"game.example","page":false,"reason":"category","category":"games"}
// when: milliseconds since 1970, UTC; page: only a page of the host is closed. host is null where
// more time is asked for, category where there is none.
std::string ask_line(const Ask& ask);
// All of it, as lines.
std::string asks_text(const Asks& asks);

// For a person, newest first: "2026-03-02 21:04  minji on Minji's tablet asks for game.example,
// which is closed (category games)", and how to say yes.
std::vector<std::string> lines_of(std::span<const Ask> asks, const policy::TimeZone& zone);

struct AsksRead {
  Asks asks;
  std::size_t lines = 0;          // that were whole
  std::size_t damaged_lines = 0;  // left out: of no ask, or cut by a power failure
};
// Reads any text.
AsksRead read_asks(std::string_view text, Time now);

}  // namespace haetae::page
