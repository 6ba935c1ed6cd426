#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "list/database_cache.h"
#include "list/literal_finder.h"
#include "list/pattern_engine.h"

namespace haetae::list {

// False on processors without the instructions that Hyperscan was built for.
bool hyperscan_runs_here() noexcept;

// expressions: normalised, each a literal or accepted by expression_fault(); one at least. A cache
// that cannot be used is a warning, never a fault.
std::expected<EngineBuild, EngineFault> compile_hyperscan(
    const std::vector<std::string>& expressions, const DatabaseCache& cache);

// The same of plain strings, distinct and not empty, for one that is asked where they stand.
std::expected<FinderBuild, EngineFault> compile_hyperscan_finder(
    const std::vector<std::string>& literals, const DatabaseCache& cache);

}  // namespace haetae::list
