#pragma once

#include <optional>
#include <string>

#include "list/pattern_set.h"

namespace haetae::list {

// Scans texts whose hits are known without an engine: every word, every sample, and mixtures of
// them. An engine that misses or invents a hit must not guard a child.
// Returns the first wrong answer as a sentence; nothing if all are right.
std::optional<std::string> first_wrong_answer(const PatternSet& set);

}  // namespace haetae::list
