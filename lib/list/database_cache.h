#pragma once

#include <filesystem>

namespace haetae::list {

// Where a compiled database is kept for the next start.
struct DatabaseCache {
  std::filesystem::path folder;  // empty: nowhere
  bool may_read = true;          // false: what is there answered wrong and is written anew
};

}  // namespace haetae::list
