#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "list/pattern.h"

namespace haetae::list {

// Asks where a pattern's word stands in a text. Looks into the pattern, which must outlive it.
class WordRule {
 public:
  // A pattern without a word counts nowhere.
  WordRule(const Pattern& pattern, PatternText text);

  // True if the word stands in the text at least once where its place allows and inside none of its
  // exceptions. Hot path, but asked only of texts that hold the word.
  bool counts(std::string_view text) const noexcept;

 private:
  // An innocent word, and where in it the word stands: once for every time it does.
  struct Exception {
    std::string_view longer;
    std::size_t at;
  };

  // The part of a text in which the word may start.
  struct Range {
    std::size_t first;
    std::size_t limit;
  };
  Range range_in(std::string_view text) const noexcept;
  bool is_excepted(std::string_view text, std::size_t begin) const noexcept;

  std::string_view word_;
  WordPlace place_;
  PatternText text_;
  std::vector<Exception> exceptions_;
};

}  // namespace haetae::list
