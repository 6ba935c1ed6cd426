#include "standing/book.h"

#include <algorithm>

namespace haetae::standing {
namespace {

bool is_anchored_in(const Entry& entry, const Moment& now) noexcept {
  return entry.anchor && entry.anchor->boot == now.boot;
}

}  // namespace

void apply(Book& book, const Change& change) {
  if (change.put) {
    book.entries.insert_or_assign(change.put->id, *change.put);
    book.next_id = std::max(book.next_id, change.put->id + 1);
  } else {
    book.entries.erase(change.ended);
  }
}

bool is_over(const Entry& entry, const Moment& now) noexcept {
  if (is_anchored_in(entry, now)) return now.since_boot >= entry.anchor->until;
  return now.wall >= entry.until;
}

bool follow_clock(Book& book, std::optional<Time> wall_before, const Moment& now) noexcept {
  bool changed = false;
  const auto move = [&changed](Time& moment, Time to) {
    changed |= moment != to;
    moment = to;
  };
  for (auto& [id, entry] : book.entries) {
    const bool anchored = is_anchored_in(entry, now);
    if (anchored) move(entry.until, now.wall + (entry.anchor->until - now.since_boot));
    const bool had_begun = anchored || (wall_before && entry.from <= *wall_before);
    if (had_begun) move(entry.from, std::min(entry.from, now.wall));
  }
  return changed;
}

std::optional<milliseconds> next_anchored_end(const Book& book, const Moment& now) noexcept {
  std::optional<milliseconds> next;
  for (const auto& [id, entry] : book.entries) {
    if (!is_anchored_in(entry, now) || is_over(entry, now)) continue;
    next = std::min(next.value_or(entry.anchor->until), entry.anchor->until);
  }
  return next;
}

}  // namespace haetae::standing
