#include "daemon/proxy_sockets.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

// Rooms of pipes: what one splice(2) moves. An unprivileged user has 64 MB of them in all.
constexpr int kPipeBytes = 256 * 1024;

// Of netfilter, for both families; its headers cannot stand beside those of the C library.
constexpr int kOriginalDestination = 80;

bool set_option(int fd, int level, int option, int value) noexcept {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

constexpr std::string_view kKey = "proxy.listen";

// It lets a socket take what is sent to other machines' addresses.
bool make_transparent(int fd, bool is_v4) noexcept {
  return is_v4 ? set_option(fd, SOL_IP, IP_TRANSPARENT, 1)
               : set_option(fd, SOL_IPV6, IPV6_TRANSPARENT, 1);
}

std::optional<Peer> name_of_socket(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
  return peer_of(address);
}

// What conntrack remembers of a connection that REDIRECT led here.
std::optional<Peer> original_destination(int fd, bool is_v4) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int failed = is_v4 ? getsockopt(fd, SOL_IP, kOriginalDestination, &address, &size)
                           : getsockopt(fd, SOL_IPV6, kOriginalDestination, &address, &size);
  if (failed != 0) return std::nullopt;
  return peer_of(address);
}

}  // namespace

std::expected<std::vector<std::vector<ProxyListener>>, std::string> open_proxy_listeners(
    const config::Proxy& proxy, std::size_t workers) {
  std::vector<std::vector<ProxyListener>> all(workers);
  if (proxy.mode == config::ProxyMode::Off) return all;
  const bool is_transparent = proxy.mode == config::ProxyMode::Transparent;
  for (const config::Endpoint& endpoint : proxy.listen) {
    const auto is_free = check_port_is_free(kKey, endpoint, SOCK_STREAM);
    if (!is_free) return std::unexpected(is_free.error());
    for (auto& mine : all) {
      auto socket = open_stream_listener(kKey, endpoint);
      if (!socket) return std::unexpected(socket.error());
      // Without the right to it, connections can still be led here by REDIRECT.
      if (is_transparent) (void)make_transparent(socket->get(), endpoint.address.is_v4());
      mine.push_back({std::move(*socket), endpoint});
    }
  }
  return all;
}

std::optional<Accepted> accept_client(int listener) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  Accepted accepted{Descriptor(
      accept4(listener, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC))};
  const int fd = accepted.socket.get();
  if (fd < 0) return std::nullopt;
  accepted.client = peer_of(from);
  const auto local = name_of_socket(fd);
  if (!local) return std::nullopt;
  accepted.local = *local;
  const bool is_v4 = accepted.client.address.is_v4();
  accepted.destination = original_destination(fd, is_v4).value_or(*local);
  accepted.interface = interface_of_stream(fd, is_v4);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

Descriptor connect_to(const Peer& server, const std::optional<IpAddress>& as) {
  const bool is_v4 = server.address.is_v4();
  Descriptor socket(
      ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return socket;
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_storage address;
  if (as && as->is_v4() == is_v4 && make_transparent(socket.get(), is_v4)) {
    set_option(socket.get(), SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    const socklen_t size = to_sockaddr(*as, 0, address);
    // A kernel that does not let us has us speak for ourselves.
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) errno = 0;
  }
  const socklen_t size = to_sockaddr(server.address, server.port, address);
  const int result = connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size);
  if (result != 0 && errno != EINPROGRESS) return Descriptor();
  return socket;
}

Connecting connecting(int socket) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    return Connecting::Done;
  }
  int error = 0;
  size = sizeof error;
  const bool is_told = getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0;
  return is_told && error == 0 ? Connecting::NotYet : Connecting::Failed;
}

bool is_quiet(int socket) noexcept {
  std::uint8_t octet = 0;
  return recv(socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::optional<Pipe> open_pipe() {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return std::nullopt;
  (void)fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);
  return Pipe{Descriptor(ends[1]), Descriptor(ends[0])};
}

}  // namespace haetae::daemon
