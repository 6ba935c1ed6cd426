#include "list/phrase_plan.h"

#include <algorithm>
#include <map>

namespace haetae::list {
namespace {

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

}  // namespace

PhrasePlan::PhrasePlan(const std::vector<Phrase>& phrases) {
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

}  // namespace haetae::list
