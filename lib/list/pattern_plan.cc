#include "list/pattern_plan.h"

#include <map>

#include "base/assert.h"
#include "base/limits.h"
#include "list/pattern_factor.h"
#include "list/pattern_language.h"

namespace haetae::list {
namespace {

struct Literal {
  std::vector<std::uint16_t> words;
  bool is_factor = false;
};

}  // namespace

PatternPlan::PatternPlan(const std::vector<Pattern>& patterns) {
  HAETAE_ASSERT(patterns.size() <= limits::kPatternsMax);
  std::map<std::string, Literal> literals;
  std::size_t factors_left = limits::kPatternSetFactorsMax;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto place = static_cast<std::uint16_t>(i);
    if (!patterns[i].word.empty()) {
      literals[patterns[i].expression].words.push_back(place);
      continue;
    }
    expressions_.push_back(place);
    const auto factors = required_factors(patterns[i].expression);
    if (!factors || factors->size() > factors_left) {
      needs_both_ = true;
      continue;
    }
    factors_left -= factors->size();
    for (const std::string& factor : *factors) literals[escape_literal(factor)].is_factor = true;
  }
  words_at_.push_back(0);
  for (auto& [expression, literal] : literals) {
    literals_.push_back(expression);
    words_.insert(words_.end(), literal.words.begin(), literal.words.end());
    words_at_.push_back(static_cast<std::uint32_t>(words_.size()));
    is_factor_.push_back(literal.is_factor);
  }
}

}  // namespace haetae::list
