#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "config/config.h"
#include "daemon/sockets.h"

namespace haetae::daemon {

// A listener of the web proxy, of one worker.
struct ProxyListener {
  Descriptor socket;
  config::Endpoint endpoint;
};

// For each worker, a listener of every endpoint; all or nothing. Of mode transparent, they take
// connections to any address that the firewall's rules lead here. Error: for a person.
std::expected<std::vector<std::vector<ProxyListener>>, std::string> open_proxy_listeners(
    const config::Proxy& proxy, std::size_t workers);

// Who accepted a connection, as far as its socket tells.
struct Accepted {
  Descriptor socket;
  Peer client;
  Peer local;        // what the socket is bound to …
  Peer destination;  // … and where the client wanted to go: the same, unless it was led here
  std::uint32_t interface = 0;
};
// Nothing: there was none, or it has gone already.
std::optional<Accepted> accept_client(int listener);

// Begins to connect; where the connection stands is told by the socket's readiness and
// connecting(). as: speak from this address, which is another machine's (IP_TRANSPARENT); where
// the kernel does not let us, we speak for ourselves. An invalid descriptor: there is no way there.
Descriptor connect_to(const Peer& server, const std::optional<IpAddress>& as);
enum class Connecting : std::uint8_t { NotYet, Done, Failed };
Connecting connecting(int socket) noexcept;

// Nothing came on it and its other end has not closed it.
bool is_quiet(int socket) noexcept;

// Two ends of a pipe through which octets go from socket to socket.
struct Pipe {
  Descriptor in;
  Descriptor out;
};
std::optional<Pipe> open_pipe();

}  // namespace haetae::daemon
