#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace haetae::daemon {

// Starts `haetae lists build` as a process of its own, at low priority: building never shares
// memory with the daemon that answers, and dying of it harms nobody. Returns its pid.
std::expected<pid_t, std::string> spawn_list_build(const std::filesystem::path& config);

// Waits for it; true if it went well.
bool wait_for_list_build(pid_t pid);

// Whether it has ended: nullopt while it runs.
std::optional<bool> poll_list_build(pid_t pid);

}  // namespace haetae::daemon
