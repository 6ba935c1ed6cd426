#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standing/book.h"
#include "standing/catalogue.h"

namespace haetae::standing {

// What a guardian's word is judged by.
struct World {
  const Catalogue& known;
  const Book& book;
  Moment now;
};

// What a word does, and the sentences that say so.
struct Done {
  std::vector<Change> changes;  // to be applied in this order; empty: nothing changes
  std::vector<std::string> said;
};

// Carries out one word as a parent types it:
//   pause  PROFILE|all [30m | until 07:00]        without an end: until it is resumed
//   resume PROFILE|all
//   focus  PROFILE|all [1h | until 17:00 | off]
//   grant  PROFILE|all site NAME|service ID|category ID|bedtime|quota 1h|until 22:00
//          with --no-safe-search among the words of a site, service or category
//   revoke NUMBER, or PROFILE|all [site NAME|service ID|category ID|bedtime|quota]
// The last word counts: a pause, a focus or a grant of the same thing replaces the one before. Only
// bedtime and quota add up: they are "15 more minutes". More time at bedtime that has not begun
// yet counts from its beginning.
std::expected<Done, Refusal> carry_out(const World& world, std::string_view command,
                                       std::span<const std::string> words);

}  // namespace haetae::standing
