#include "list/phrase_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

namespace haetae::list {
namespace {

// Octets of an anchor. The engine confirms eight at once; of less than six it finds too many.
constexpr std::size_t kAnchorBytesMin = 6;
constexpr std::size_t kAnchorBytesMax = 8;
// Literals that share one anchor: each is compared wherever it stands.
constexpr std::uint32_t kHoldersMax = 16;

// Turns lists of values into one array with the place of each list.
template <typename Value>
void flatten(const std::vector<std::vector<Value>>& lists, std::vector<Value>& values,
             std::vector<std::uint32_t>& at) {
  at.push_back(0);
  for (const std::vector<Value>& list : lists) {
    values.insert(values.end(), list.begin(), list.end());
    at.push_back(static_cast<std::uint32_t>(values.size()));
  }
}

std::string literal_of(const PhrasePart& part) {
  return (part.starts_word ? " " : "") + part.text + (part.ends_word ? " " : "");
}

// Calls use(gram, its end in the literal) for every piece that could be the literal's anchor: the
// whole of a short one.
template <typename Use>
void for_each_gram(std::string_view literal, const Use& use) {
  const std::size_t size_min = std::min(kAnchorBytesMin, literal.size());
  const std::size_t size_max = std::min(kAnchorBytesMax, literal.size());
  for (std::size_t size = size_min; size <= size_max; ++size) {
    for (std::size_t at = 0; at + size <= literal.size(); ++at) {
      use(literal.substr(at, size), static_cast<std::uint32_t>(at + size));
    }
  }
}

}  // namespace

PhrasePlan::PhrasePlan(const std::vector<Phrase>& phrases) {
  add_literals(phrases);
  choose_anchors();
}

void PhrasePlan::add_literals(const std::vector<Phrase>& phrases) {
  std::map<std::string, std::uint32_t> known;
  std::vector<std::vector<std::uint16_t>> phrases_of;
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    const std::vector<PhrasePart>& parts = phrases[i].parts;
    const bool is_combination = parts.size() > 1;
    combination_of_.push_back(is_combination ? static_cast<std::uint16_t>(parts_.size())
                                             : kNotCombined);
    if (is_combination) parts_.push_back(static_cast<std::uint8_t>(parts.size()));
    for (const PhrasePart& part : parts) {
      const auto next = static_cast<std::uint32_t>(known.size());
      const auto [literal, is_new] = known.try_emplace(literal_of(part), next);
      if (is_new) {
        literals_.push_back(literal->first);
        longest_ = std::max(longest_, literal->first.size());
        phrases_of.emplace_back();
      }
      phrases_of[literal->second].push_back(static_cast<std::uint16_t>(i));
    }
  }
  flatten(phrases_of, phrases_, phrases_at_);
}

// Short literals have the least choice and go first. The others take an anchor that is there
// already, or the piece that most literals hold.
void PhrasePlan::choose_anchors() {
  std::unordered_map<std::string_view, std::uint32_t> literals_with;
  for (const std::string& literal : literals_) {
    for_each_gram(literal, [&](std::string_view gram, std::uint32_t) { ++literals_with[gram]; });
  }
  std::vector<std::uint32_t> order(literals_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [this](std::uint32_t i) { return literals_[i].size(); });

  std::unordered_map<std::string_view, std::uint32_t> known;
  std::vector<std::vector<Holder>> holders;
  for (const std::uint32_t i : order) {
    // The best piece: an anchor with room, then the most shared, then the longest.
    std::tuple<bool, std::uint32_t, std::size_t> best_rank{};
    std::string_view best;
    std::uint32_t best_end = 0;
    for_each_gram(literals_[i], [&](std::string_view gram, std::uint32_t end) {
      const auto anchor = known.find(gram);
      const bool is_anchor = anchor != known.end();
      const bool is_full = is_anchor && holders[anchor->second].size() >= kHoldersMax;
      if (is_full && !best.empty()) return;
      const std::tuple rank{is_anchor && !is_full,
                            is_full ? 0 : std::min(literals_with[gram], kHoldersMax), gram.size()};
      if (!best.empty() && rank <= best_rank) return;
      best_rank = rank;
      best = gram;
      best_end = end;
    });
    const auto next = static_cast<std::uint32_t>(known.size());
    const auto [anchor, is_new] = known.try_emplace(best, next);
    if (is_new) {
      anchors_.emplace_back(best);
      holders.emplace_back();
    }
    holders[anchor->second].push_back({i, best_end});
  }
  flatten(holders, holders_, holders_at_);
}

}  // namespace haetae::list
