#pragma once

#include <memory>
#include <optional>
#include <string>

#include "list/phrase_set.h"

namespace haetae::list {

// Scans a text whose phrases are known without an engine: every phrase of the set, each between
// words that are none, in long pages that is looked at in many pieces. An engine that misses or
// invents one must not guard a child.
// plan: of the set. Returns the first wrong answer as a sentence; nothing if all are right.
std::optional<std::string> first_wrong_answer(const std::shared_ptr<const PhraseSet>& set,
                                              const PhrasePlan& plan);

}  // namespace haetae::list
