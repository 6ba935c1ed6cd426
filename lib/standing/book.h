#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "standing/entry.h"

namespace haetae::standing {

// All that is on by a guardian's word, whoever the configuration knows just now.
struct Book {
  std::map<std::uint64_t, Entry> entries;  // by id
  std::uint64_t next_id = 1;

  friend bool operator==(const Book&, const Book&) = default;
};

// What one word changes: an entry that begins (or replaces the one with its id), or one that ends.
struct Change {
  std::optional<Entry> put;
  std::uint64_t ended = 0;  // if put has no value
};
void apply(Book& book, const Change& change);

// True once it is certain that the entry has ended: by the clock that nobody sets where that is
// known, else by the wall clock.
bool is_over(const Entry& entry, const Moment& now) noexcept;

// Follows a wall clock that was set. What was said as a length of time keeps its length, and what
// had begun has still begun; what was said as a time of day follows the clock.
// wall_before: what the clock showed before it was set; no value: not known (a start).
// Returns true if an entry changed.
bool follow_clock(Book& book, std::optional<Time> wall_before, const Moment& now) noexcept;

// The next moment, since the machine's start, at which an entry ends whatever the wall clock says.
std::optional<milliseconds> next_anchored_end(const Book& book, const Moment& now) noexcept;

}  // namespace haetae::standing
