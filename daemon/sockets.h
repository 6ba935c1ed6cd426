#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "config/config.h"

namespace haetae::daemon {

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// So many octets of what came and is not read yet; without the privilege to go beyond the system's
// limit, up to that limit.
void ask_for_receive_buffer(int descriptor, int bytes) noexcept;

// Listens for connections to an endpoint, at a port that workers share by SO_REUSEPORT; knows of
// each where it came in (interface_of_stream). key: of the configuration, for the error: one line
// that says what to do ("port 53 is taken: …").
std::expected<Descriptor, std::string> open_stream_listener(std::string_view key,
                                                            const config::Endpoint& endpoint);
// SO_REUSEPORT lets a second program of the same user share the port, and take half of what comes
// unnoticed: asked before. type: SOCK_STREAM or SOCK_DGRAM.
std::expected<void, std::string> check_port_is_free(std::string_view key,
                                                    const config::Endpoint& endpoint, int type);

// The sockets of one worker for one endpoint. Workers share the port by SO_REUSEPORT.
struct DnsSockets {
  Descriptor udp;
  Descriptor tcp;
  config::Endpoint endpoint;
  // Bound to every address of the family: answers must say which address they leave from.
  bool wildcard = false;
};

// Opens and binds both.
std::expected<DnsSockets, std::string> open_dns_sockets(const config::Endpoint& endpoint);

// For each worker, the sockets of every endpoint; all or nothing.
std::expected<std::vector<std::vector<DnsSockets>>, std::string> open_all_sockets(
    const std::vector<config::Endpoint>& endpoints, std::size_t workers);

// A socket address and back.
// interface: the kernel's index; needed for link-local addresses (RFC 4007), which are found on one
// link only, and left out of others.
socklen_t to_sockaddr(const IpAddress& address, std::uint16_t port, sockaddr_storage& out,
                      std::uint32_t interface = 0) noexcept;
Peer peer_of(const sockaddr_storage& from) noexcept;

// The interface, as the kernel's index, by which a stream's first packet came; 0: not known.
std::uint32_t interface_of_stream(int fd, bool is_v4) noexcept;

}  // namespace haetae::daemon
