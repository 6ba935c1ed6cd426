#include "daemon/list_build_process.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace haetae::daemon {
namespace {

// Others first: answers come before lists.
constexpr int kNice = 10;

bool went_well(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::expected<pid_t, std::string> spawn_list_build(const std::filesystem::path& config) {
  std::string file = config.string();
  std::string program = "haetae";
  std::string lists = "lists";
  std::string build = "build";
  std::string option = "--config";
  const std::array<char*, 6> arguments{program.data(), lists.data(), build.data(),
                                       option.data(),  file.data(),  nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Events may be going to standard output: the builder's summary must not stand among them.
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return std::unexpected(
        fmt::format("the list builder cannot be started: {}", std::strerror(error)));
  }
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(pid), kNice);
  return pid;
}

bool wait_for_list_build(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return went_well(status);
}

std::optional<bool> poll_list_build(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) == 0) return std::nullopt;
  return went_well(status);
}

}  // namespace haetae::daemon
