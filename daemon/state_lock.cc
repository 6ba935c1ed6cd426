#include "daemon/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

namespace haetae::daemon {

std::expected<Descriptor, std::string> lock_state(const std::filesystem::path& folder) {
  constexpr mode_t kOwnerOnly = 0600;
  Descriptor lock(open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (lock.get() < 0 || flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Descriptor();
  return std::unexpected(fmt::format(
      "a filter is already running with the state folder {}; stop that one, or give this one a "
      "state.path of its own",
      folder.string()));
}

}  // namespace haetae::daemon
