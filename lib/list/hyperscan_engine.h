#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "list/pattern_set.h"

namespace haetae::list {

// False on processors without the instructions that Hyperscan was built for.
bool hyperscan_runs_here() noexcept;

// patterns: normalised, each a literal or accepted by expression_fault(). cache_folder: where the
// database is kept for the next start; empty: nowhere. A cache that cannot be used is a warning,
// never an error.
std::expected<PatternSet::Compiled, std::string> compile_hyperscan(
    std::vector<Pattern> patterns, const std::filesystem::path& cache_folder);

}  // namespace haetae::list
