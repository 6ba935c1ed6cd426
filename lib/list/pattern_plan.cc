#include "list/pattern_plan.h"

#include <map>

#include "base/assert.h"
#include "base/limits.h"
#include "list/pattern_factor.h"
#include "list/pattern_language.h"

namespace haetae::list {
namespace {

struct Uses {
  std::vector<std::uint16_t> words;
  bool is_factor = false;
};
using LiteralUses = std::map<std::string, Uses>;

}  // namespace

PatternPlan::PatternPlan(const std::vector<Pattern>& patterns) {
  HAETAE_ASSERT(patterns.size() <= limits::kPatternsMax);
  LiteralUses accusing;
  LiteralUses excusing;
  std::size_t factors_left = limits::kPatternSetFactorsMax;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Pattern& pattern = patterns[i];
    const auto place = static_cast<std::uint16_t>(i);
    const bool accuses = pattern.weight > 0;
    LiteralUses& literals = accuses ? accusing : excusing;
    if (!pattern.word.empty()) {
      literals[pattern.expression].words.push_back(place);
      continue;
    }
    expressions_.push_back(place);
    const auto factors = required_factors(pattern.expression);
    if (!factors || factors->size() > factors_left) {
      (accuses ? accusing_ : excusing_).has_unknown_ = true;
      continue;
    }
    factors_left -= factors->size();
    for (const std::string& factor : *factors) literals[escape_literal(factor)].is_factor = true;
  }
  const auto fill = [](PatternLiterals& literals, const LiteralUses& all) {
    literals.words_at_.push_back(0);
    for (const auto& [expression, uses] : all) {
      literals.expressions_.push_back(expression);
      literals.words_.insert(literals.words_.end(), uses.words.begin(), uses.words.end());
      literals.words_at_.push_back(static_cast<std::uint32_t>(literals.words_.size()));
      literals.is_factor_.push_back(uses.is_factor);
    }
  };
  fill(accusing_, accusing);
  fill(excusing_, excusing);
}

}  // namespace haetae::list
