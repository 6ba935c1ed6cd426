#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "list/phrase.h"

namespace haetae::list {

// The strings that a set of phrases is looked for by, and what each of them says. A word is looked
// for with the blanks around it (content::PageText writes them), which makes five octets of three
// letters: short words need no second pass.
class PhrasePlan {
 public:
  explicit PhrasePlan(const std::vector<Phrase>& phrases);

  // The distinct parts of all phrases, with the blanks that they must stand between.
  const std::vector<std::string>& literals() const noexcept { return literals_; }
  std::size_t longest_literal() const noexcept { return longest_; }
  // The phrases that a literal is a part of.
  std::span<const std::uint16_t> phrases_of(std::uint32_t literal) const noexcept {
    return std::span(phrases_).subspan(phrases_at_[literal],
                                       phrases_at_[literal + 1] - phrases_at_[literal]);
  }

  // The combinations, from 0: of each phrase its place among them, or kNotCombined; and of each
  // combination its number of parts.
  static constexpr std::uint16_t kNotCombined = 0xffff;
  std::uint16_t combination_of(std::uint16_t phrase) const noexcept {
    return combination_of_[phrase];
  }
  const std::vector<std::uint8_t>& parts_of_combinations() const noexcept { return parts_; }

 private:
  std::vector<std::string> literals_;
  std::size_t longest_ = 0;
  std::vector<std::uint16_t> phrases_;
  std::vector<std::uint32_t> phrases_at_;  // of each literal, and one more
  std::vector<std::uint16_t> combination_of_;
  std::vector<std::uint8_t> parts_;
};

}  // namespace haetae::list
