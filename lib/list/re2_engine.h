#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "list/pattern_engine.h"

namespace haetae::list {

// expressions: normalised, each a literal or accepted by expression_fault(); one at least. This
// engine allocates inside RE2 while it looks: it is for processors without Hyperscan, and the judge
// beside it in tests.
std::expected<EngineBuild, EngineFault> compile_re2(const std::vector<std::string>& expressions);

// Why a normalised expression cannot stand in a set, whichever engine: RE2's own complaint, or that
// it matches an empty text and so everything.
std::optional<std::string> expression_fault(const std::string& expression);

}  // namespace haetae::list
