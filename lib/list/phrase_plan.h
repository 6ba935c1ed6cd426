#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "list/phrase.h"

namespace haetae::list {

// How a set of phrases is looked for. The engine is fast while it has few strings to find and none
// of them is short, so it is given no whole phrases but anchors: short pieces, each shared by
// several. Where an anchor stands, our own code compares the phrases that hold it.
//
// A word is looked for with the blanks around it (PhraseText writes them), which makes five octets
// of three letters: short words need no second pass.
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

  // Distinct; every literal holds at least one.
  const std::vector<std::string>& anchors() const noexcept { return anchors_; }
  // Which literal an anchor stands in, and how many of its octets reach to the anchor's end.
  struct Holder {
    std::uint32_t literal;
    std::uint32_t end;
  };
  std::span<const Holder> holders_of(std::uint32_t anchor) const noexcept {
    return std::span(holders_).subspan(holders_at_[anchor],
                                       holders_at_[anchor + 1] - holders_at_[anchor]);
  }

 private:
  void add_literals(const std::vector<Phrase>& phrases);
  void choose_anchors();

  std::vector<std::string> literals_;
  std::size_t longest_ = 0;
  std::vector<std::uint16_t> phrases_;
  std::vector<std::uint32_t> phrases_at_;  // of each literal, and one more
  std::vector<std::uint16_t> combination_of_;
  std::vector<std::uint8_t> parts_;
  std::vector<std::string> anchors_;
  std::vector<Holder> holders_;
  std::vector<std::uint32_t> holders_at_;  // of each anchor, and one more
};

}  // namespace haetae::list
