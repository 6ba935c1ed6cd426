#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "daemon/sockets.h"

namespace haetae::daemon {

// Takes the state folder for this process: two filters on one folder would write over each other's
// journal and lists. Held while the descriptor is open; a process that is killed lets go of it.
// Error: another filter has it, for a person. Where no lock can be had at all (a file system
// without them) the descriptor is invalid, and the start goes on.
std::expected<Descriptor, std::string> lock_state(const std::filesystem::path& folder);

}  // namespace haetae::daemon
