#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/sockets.h"

// The local socket by which commands reach the running filter.
namespace haetae::daemon {

// Binds and listens, mode 0660. What a killed filter left at the path is replaced; what answers
// there is not. Error: what is wrong, for a person.
std::expected<Descriptor, std::string> open_control_socket(const std::filesystem::path& path);

// Connects to the running filter; waits at most 10 s for that and for each answer. Error: why not,
// for a person.
std::expected<Descriptor, std::string> connect_control_socket(const std::filesystem::path& path);

// Who is at the other end, as the kernel knows it (SO_PEERCRED, SO_PEERGROUPS).
struct ControlPeer {
  uid_t user = 0;
  std::vector<gid_t> groups;
};
std::optional<ControlPeer> control_peer(int socket);
std::string user_text(uid_t user);  // "minji", or "user 1001" if nobody is called so

// The number of a group of this machine, by name or number.
std::optional<gid_t> group_of(const std::string& name);

}  // namespace haetae::daemon
