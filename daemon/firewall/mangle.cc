#include "daemon/firewall/mangle.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <vector>

#include "daemon/sockets.h"
#include "firewall/ruleset.h"

namespace haetae::daemon {
namespace {

struct Family {
  bool is_v4;
  const char* save;
  const char* restore;
};
constexpr std::array<Family, 2> kFamilies{{
    {true, "iptables-nft-save", "iptables-nft-restore"},
    {false, "ip6tables-nft-save", "ip6tables-nft-restore"},
}};

// A service's PATH may be short.
constexpr std::array<const char*, 3> kFolders{"/usr/sbin/", "/sbin/", "/usr/local/sbin/"};

std::string path_of(const char* program) {
  for (const char* const folder : kFolders) {
    std::string path = std::string(folder) + program;
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

// The kernel was built or started without IPv6.
bool is_missing(const Family& family) {
  return !family.is_v4 && !std::filesystem::exists("/proc/sys/net/ipv6");
}

// A file that only we have, from which a program reads its input.
Descriptor file_of(const std::string& text) {
  Descriptor file(memfd_create("rules", MFD_CLOEXEC));
  if (file.get() < 0 ||
      write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      lseek(file.get(), 0, SEEK_SET) != 0) {
    return Descriptor();
  }
  return file;
}

// Everything that comes until the end; false: it did not come in time, or is far too much.
bool read_all(int pipe, std::string& text) {
  constexpr int kPatienceMs = 5000;
  constexpr std::size_t kTextBytesMax = 16 << 20;
  std::array<char, 4096> room{};
  for (;;) {
    pollfd wanted{pipe, POLLIN, 0};
    if (poll(&wanted, 1, kPatienceMs) <= 0) return false;
    const ssize_t size = read(pipe, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    text.append(room.data(), static_cast<std::size_t>(size));
    if (text.size() > kTextBytesMax) return false;
  }
}

// Runs a program to its end. Returns what it wrote; error: the same, if it failed.
std::expected<std::string, std::string> run(const char* program, std::vector<const char*> options,
                                            const std::string& input) {
  const std::string path = path_of(program);
  if (path.empty()) {
    return std::unexpected(fmt::format("{} is missing; install the package iptables", program));
  }
  const Descriptor file = file_of(input);
  std::array<int, 2> ends{};
  if (file.get() < 0 || pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::unexpected(fmt::format("{}: {}", program, std::strerror(errno)));
  }
  const Descriptor from(ends[0]);
  Descriptor to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, file.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDERR_FILENO);
  options.insert(options.begin(), program);
  options.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, path.c_str(), &actions, nullptr,
                                const_cast<char* const*>(options.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  to = Descriptor();
  if (error != 0) return std::unexpected(fmt::format("{}: {}", program, std::strerror(error)));
  std::string text;
  const bool has_ended = read_all(from.get(), text);
  if (!has_ended) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!has_ended) return std::unexpected(fmt::format("{} does not come to an end", program));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  return std::unexpected(fmt::format("{}: {}", program, text.substr(0, text.find('\n'))));
}

std::expected<std::string, std::string> saved(const Family& family) {
  return run(family.save, {"-t", "mangle"}, "");
}

std::expected<void, std::string> restore(const Family& family, const std::string& text) {
  const auto ran = run(family.restore, {"--noflush"}, text);
  if (!ran) return std::unexpected(ran.error());
  return {};
}

}  // namespace

bool has_mangle_programs() {
  for (const Family& family : kFamilies) {
    if (path_of(family.save).empty() || path_of(family.restore).empty()) return false;
  }
  return true;
}

std::expected<void, std::string> apply_mangle(const firewall::Plan& plan) {
  for (const Family& family : kFamilies) {
    if (is_missing(family)) continue;
    const auto now = saved(family);
    if (!now) return std::unexpected(now.error());
    if (auto done = restore(family, firewall::mangle_text(plan, family.is_v4, *now)); !done) {
      return done;
    }
  }
  return {};
}

std::expected<void, std::string> remove_mangle() {
  for (const Family& family : kFamilies) {
    if (is_missing(family) || path_of(family.save).empty()) continue;
    const auto now = saved(family);
    if (!now) return std::unexpected(now.error());
    const std::string text = firewall::mangle_removal_text(*now);
    if (text.empty()) continue;
    if (auto done = restore(family, text); !done) return done;
  }
  return {};
}

std::string list_mangle() {
  std::string ours;
  for (const Family& family : kFamilies) {
    if (is_missing(family)) continue;
    ours += firewall::own_mangle_lines(saved(family).value_or(""));
  }
  return ours;
}

}  // namespace haetae::daemon
