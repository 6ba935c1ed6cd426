#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "list/pattern.h"

namespace haetae::list {

// Plain strings that a text is looked at for: words, and the required factors of expressions.
class PatternLiterals {
 public:
  // Distinct; each an expression that is a literal.
  const std::vector<std::string>& expressions() const noexcept { return expressions_; }
  // The places of the patterns whose word literal i is; none if it is a factor alone.
  std::span<const std::uint16_t> words_of(std::size_t i) const noexcept {
    return std::span(words_).subspan(words_at_[i], words_at_[i + 1] - words_at_[i]);
  }
  bool is_factor(std::size_t i) const noexcept { return is_factor_[i]; }
  // True if an expression has no factors and must be asked whatever is found.
  bool has_unknown() const noexcept { return has_unknown_; }

 private:
  friend class PatternPlan;
  std::vector<std::string> expressions_;
  std::vector<std::uint16_t> words_;
  std::vector<std::uint32_t> words_at_;  // of each literal, and one more
  std::vector<bool> is_factor_;
  bool has_unknown_ = false;
};

// How the patterns of a set are asked of a text in three looks, because most texts hold nothing and
// plain strings are found many times faster than expressions:
//   what accuses: words of positive weight, and factors of such expressions
//   what excuses: the same of negative weight; worth asking only if something accuses
//   expressions: worth asking only if one of their factors was found
class PatternPlan {
 public:
  // patterns: normalised; at most limits::kPatternsMax.
  explicit PatternPlan(const std::vector<Pattern>& patterns);

  const PatternLiterals& accusing() const noexcept { return accusing_; }
  const PatternLiterals& excusing() const noexcept { return excusing_; }
  // The places of the patterns that are no words.
  const std::vector<std::uint16_t>& expressions() const noexcept { return expressions_; }

 private:
  PatternLiterals accusing_;
  PatternLiterals excusing_;
  std::vector<std::uint16_t> expressions_;
};

}  // namespace haetae::list
