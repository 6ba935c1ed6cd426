#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "list/pattern_set.h"

namespace haetae::list {

// patterns: normalised, each a literal or accepted by expression_fault(). This engine allocates
// inside RE2 while it scans: it is for processors without Hyperscan, and the judge beside it in
// tests.
std::expected<PatternSet::Compiled, std::string> compile_re2(std::vector<Pattern> patterns);

// Why a normalised expression cannot stand in a set, whichever engine: RE2's own complaint, or that
// it matches an empty text and so everything.
std::optional<std::string> expression_fault(const std::string& expression);

}  // namespace haetae::list
