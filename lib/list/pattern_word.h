#pragma once

#include <string_view>

#include "list/pattern_set.h"

namespace haetae::list {

// True if the pattern's word stands in the text at least once where its place allows and inside
// none of its exceptions. pattern.word is not empty. Hot path, but asked only of texts that hold
// the word.
bool word_counts(const Pattern& pattern, std::string_view text) noexcept;

}  // namespace haetae::list
