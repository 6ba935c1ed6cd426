#include "daemon/control_socket.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;

std::string because(const fs::path& path) {
  return fmt::format("{}: {}", path.string(), std::strerror(errno));
}

std::expected<sockaddr_un, std::string> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return std::unexpected(
        fmt::format("{}: {} octets are too many for a socket's path; name one of at most {} at "
                    "control.path",
                    text, text.size(), sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, text.c_str(), text.size());
  return address;
}

Descriptor make_socket() {
  return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

// A socket that asks: a filter that hangs, or has a long queue, must not make others hang, too.
Descriptor make_client_socket() {
  constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};
  Descriptor made = make_socket();
  for (const int which : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    (void)setsockopt(made.get(), SOL_SOCKET, which, &kPatience, sizeof kPatience);
  }
  return made;
}

// connect() or bind(): both take the address in this form.
template <typename Call>
bool with_address(Call call, int fd, const sockaddr_un& address) {
  return call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Takes away what a killed filter left; anything else stays.
std::expected<void, std::string> remove_stale(const fs::path& path, const sockaddr_un& address) {
  struct stat about{};
  if (lstat(path.c_str(), &about) != 0) return {};  // bind() tells what else may be wrong
  if (!S_ISSOCK(about.st_mode)) {
    return std::unexpected(
        fmt::format("{}: this is no socket; name another place at control.path", path.string()));
  }
  const Descriptor probe = make_client_socket();
  if (with_address(connect, probe.get(), address) || errno != ECONNREFUSED) {
    return std::unexpected(fmt::format(
        "{}: something else answers here; name another place at control.path", path.string()));
  }
  if (unlink(path.c_str()) != 0) return std::unexpected(because(path));
  return {};
}

}  // namespace

std::expected<Descriptor, std::string> open_control_socket(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  if (auto removed = remove_stale(path, *address); !removed) {
    return std::unexpected(removed.error());
  }
  Descriptor socket = make_socket();
  constexpr mode_t kOwnerAndGroup = 0660;
  // Nobody can connect before listen(): the mode is right by then.
  if (socket.get() < 0 || !with_address(bind, socket.get(), *address) ||
      chmod(path.c_str(), kOwnerAndGroup) != 0 ||
      listen(socket.get(), static_cast<int>(limits::kControlConnectionsMax)) != 0) {
    return std::unexpected(because(path));
  }
  return socket;
}

std::expected<Descriptor, std::string> connect_control_socket(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  Descriptor socket = make_client_socket();
  if (with_address(connect, socket.get(), *address)) return socket;
  if (errno == ENOENT || errno == ECONNREFUSED) {
    return std::unexpected(fmt::format(
        "no filter is running that answers at {}; start it, or name its configuration by --config",
        path.string()));
  }
  if (errno == EAGAIN) {
    return std::unexpected(
        fmt::format("{}: the filter takes no commands just now; try again", path.string()));
  }
  if (errno == EACCES) {
    return std::unexpected(
        fmt::format("{}: you may not talk to the filter; do it as root, or let control.group name "
                    "a group of yours",
                    path.string()));
  }
  return std::unexpected(because(path));
}

std::optional<ControlPeer> control_peer(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  ControlPeer peer{credentials.uid, {}};
  constexpr std::size_t kGroupsMax = 65'536;  // of the kernel (NGROUPS_MAX)
  peer.groups.resize(kGroupsMax);
  size = static_cast<socklen_t>(kGroupsMax * sizeof(gid_t));
  const bool has_groups =
      getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) == 0;
  peer.groups.resize(has_groups ? size / sizeof(gid_t) : 0);
  peer.groups.push_back(credentials.gid);
  return peer;
}

std::string user_text(uid_t user) {
  const passwd* const entry = getpwuid(user);
  return entry == nullptr ? fmt::format("user {}", user) : std::string(entry->pw_name);
}

std::optional<gid_t> group_of(const std::string& name) {
  if (const group* const entry = getgrnam(name.c_str()); entry != nullptr) return entry->gr_gid;
  gid_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

}  // namespace haetae::daemon
