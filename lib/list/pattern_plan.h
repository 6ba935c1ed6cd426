#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "list/pattern.h"

namespace haetae::list {

// How the patterns of a set are asked in two looks at a text, because most texts hold nothing and
// plain strings are found many times faster than expressions. The first looks for plain strings:
// every word, and the required factors of every expression. The second asks the expressions, and is
// needed only if the first found a factor.
class PatternPlan {
 public:
  // patterns: normalised; at most limits::kPatternsMax.
  explicit PatternPlan(const std::vector<Pattern>& patterns);

  // Of the first look: distinct, each an expression that is a literal.
  const std::vector<std::string>& literals() const noexcept { return literals_; }
  // The places of the patterns whose word this literal is.
  std::span<const std::uint16_t> words_of(std::size_t literal) const noexcept {
    return std::span(words_).subspan(words_at_[literal],
                                     words_at_[literal + 1] - words_at_[literal]);
  }
  bool is_factor(std::size_t literal) const noexcept { return is_factor_[literal]; }

  // Of the second look: the places of the patterns that are no words.
  const std::vector<std::uint16_t>& expressions() const noexcept { return expressions_; }
  // True if an expression has no factors, so that the second look is never spared.
  bool needs_both() const noexcept { return needs_both_; }

 private:
  std::vector<std::string> literals_;
  std::vector<std::uint16_t> words_;
  std::vector<std::uint32_t> words_at_;
  std::vector<bool> is_factor_;
  std::vector<std::uint16_t> expressions_;
  bool needs_both_ = false;
};

}  // namespace haetae::list
