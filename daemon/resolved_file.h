#pragma once

#include <filesystem>
#include <memory>

#include "base/time.h"
#include "policy/resolved.h"

namespace haetae::daemon {

// The memory of names that was saved below the state folder when the filter ended, or a new one.
// The file is deleted: it says what was asked for, and is kept for no longer than it is needed.
std::unique_ptr<policy::Resolved> take_resolved(const std::filesystem::path& state, const Now& now);

// At the end, for the next start; readable by the owner alone.
void save_resolved(const std::filesystem::path& state, const policy::Resolved& resolved,
                   const Now& now);

}  // namespace haetae::daemon
