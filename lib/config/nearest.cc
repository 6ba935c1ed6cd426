#include "config/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/name.h"

namespace haetae::config {
namespace {

// Longer words are no keys of ours; comparing them would only cost time.
constexpr std::size_t kWordBytesMax = 64;
// More than these are not listed in a hint.
constexpr std::size_t kListedMax = 24;

std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c == '-' || c == '_' || c == ' ') continue;
    out += static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  }
  return out;
}

// Optimal string alignment distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kWordBytesMax) return std::nullopt;
  const std::string wanted = folded(word);
  std::optional<std::string> best;
  // A third of the word may be wrong: more is another word.
  std::size_t best_distance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string nearest_hint(std::string_view word, std::span<const std::string> candidates,
                         std::string_view otherwise) {
  if (const auto meant = nearest(word, candidates))
    return fmt::format("did you mean '{}'?", *meant);
  if (candidates.empty() || candidates.size() > kListedMax) return std::string(otherwise);
  if (candidates.size() == 1) return fmt::format("use {}", candidates[0]);
  return fmt::format("use one of {}", fmt::join(candidates, ", "));
}

}  // namespace haetae::config
