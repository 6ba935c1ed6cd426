#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "list/pattern_engine.h"

namespace haetae::list {

// False on processors without the instructions that Hyperscan was built for.
bool hyperscan_runs_here() noexcept;

// Where a compiled database is kept for the next start.
struct DatabaseCache {
  std::filesystem::path folder;  // empty: nowhere
  bool may_read = true;          // false: what is there answered wrong and is written anew
};

// expressions: normalised, each a literal or accepted by expression_fault(); one at least. A cache
// that cannot be used is a warning, never a fault.
std::expected<EngineBuild, EngineFault> compile_hyperscan(
    const std::vector<std::string>& expressions, const DatabaseCache& cache);

}  // namespace haetae::list
