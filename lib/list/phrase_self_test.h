#pragma once

#include <memory>
#include <optional>
#include <string>

#include "list/phrase_set.h"

namespace haetae::list {

// Scans texts whose phrases are known without the index: every phrase of the set, each between
// words that are none, in long pages that come in many pieces. A set that misses or invents one
// must not guard a child. Returns the first wrong answer as a sentence; nothing if all are right.
std::optional<std::string> first_wrong_answer(const std::shared_ptr<const PhraseSet>& set);

}  // namespace haetae::list
