#include "daemon/doctor/port_holder.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnProgram = "haetae";

// Inodes of the UDP sockets that are bound to a port. /proc/net/udp: number, local address:port in
// hex, remote, state, queues, timer, retransmits, user, timeout, inode, ….
std::set<std::string> sockets_at(std::uint16_t port) {
  std::set<std::string> inodes;
  const std::string wanted = fmt::format(":{:04X}", port);
  for (const char* const table : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream in(table);
    std::string line;
    std::getline(in, line);  // headings
    while (std::getline(in, line)) {
      std::istringstream row(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      row >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
          timeout >> inode;
      if (local.ends_with(wanted)) inodes.insert(inode);
    }
  }
  return inodes;
}

bool holds_one_of(const fs::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry.path(), gone).string();  // "socket:[123]"
    constexpr std::string_view kPrefix = "socket:[";
    if (!target.starts_with(kPrefix)) continue;
    if (inodes.contains(target.substr(kPrefix.size(), target.size() - kPrefix.size() - 1))) {
      return true;
    }
  }
  return false;
}

struct Process {
  std::string program;
  std::string pid;
};

// The process that holds a port; needs the right to look into other users' processes.
std::optional<Process> holder_of(std::uint16_t port) {
  const std::set<std::string> inodes = sockets_at(port);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!holds_one_of(entry.path(), inodes)) continue;
    Process process{.program = {}, .pid = pid};
    std::ifstream comm(entry.path() / "comm");
    std::getline(comm, process.program);
    return process;
  }
  return std::nullopt;
}

int bind_failure(const config::Endpoint& endpoint) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  const Descriptor probe(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int only_v6 = 1;
  if (family == AF_INET6) {
    (void)setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  }
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint.address, endpoint.port, address);
  return bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : errno;
}

}  // namespace

admin::Evidence::Port look_at_port(const config::Endpoint& endpoint) {
  admin::Evidence::Port port{.endpoint = endpoint};
  const int failure = bind_failure(endpoint);
  port.is_address_missing = failure == EADDRNOTAVAIL;
  port.needs_privilege = failure == EACCES;
  port.is_taken = failure == EADDRINUSE;
  if (!port.is_taken) return port;
  if (const auto process = holder_of(endpoint.port)) {
    port.answers_as_filter = process->program == kOwnProgram;
    port.holder = fmt::format("{} (pid {})", process->program, process->pid);
  }
  return port;
}

}  // namespace haetae::daemon
