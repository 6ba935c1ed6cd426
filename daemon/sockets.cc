#include "daemon/sockets.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace haetae::daemon {
namespace {

bool is_unspecified(const IpAddress& address) {
  return std::ranges::all_of(address.wire(), [](std::uint8_t octet) { return octet == 0; });
}

std::string text_of(const config::Endpoint& endpoint) {
  const std::string address = endpoint.address.to_text();
  return endpoint.address.is_v4() ? fmt::format("{}:{}", address, endpoint.port)
                                  : fmt::format("[{}]:{}", address, endpoint.port);
}

constexpr std::string_view kDns = "dns.listen";

std::string bind_failure(std::string_view key, const config::Endpoint& endpoint, int type,
                         int error) {
  const std::string where =
      fmt::format("{} {} ({})", key, text_of(endpoint), type == SOCK_STREAM ? "TCP" : "UDP");
  switch (error) {
    case EADDRINUSE:
      return fmt::format(
          "{}: another program answers on this port already; stop it {}or choose another port",
          where,
          key == kDns ? "(on many systems: systemctl disable --now systemd-resolved dnsmasq) "
                      : "");
    case EACCES:
      return fmt::format(
          "{}: no permission to bind a port below 1024; run as a service with "
          "CAP_NET_BIND_SERVICE, or choose a port above 1023",
          where);
    case EADDRNOTAVAIL:
      return fmt::format("{}: this machine has no such address; see `ip address`", where);
    default: return fmt::format("{}: cannot bind: {}", where, std::strerror(error));
  }
}

void set_option(int fd, int level, int option, int value) {
  // A kernel without the option serves as well as it can: no error.
  (void)setsockopt(fd, level, option, &value, sizeof value);
}

// Whether others may bind the same port (SO_REUSEPORT).
enum class Port { Shared, Alone };

std::expected<Descriptor, std::string> open_bound(std::string_view key,
                                                  const config::Endpoint& endpoint, int type,
                                                  Port port) {
  const int family = endpoint.address.is_v4() ? AF_INET : AF_INET6;
  Descriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return std::unexpected(bind_failure(key, endpoint, type, errno));
  if (port == Port::Shared) set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (type == SOCK_STREAM) set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(endpoint.address, endpoint.port, address);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return std::unexpected(bind_failure(key, endpoint, type, errno));
  }
  return socket;
}

// Tells of each packet, or of a stream as a whole, where it came in and which address was asked.
void ask_for_packet_info(int fd, bool is_v4) {
  set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
  if (!is_v4) set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

void ask_for_receive_buffer(int descriptor, int bytes) noexcept {
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return;
  (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::expected<Descriptor, std::string> open_stream_listener(std::string_view key,
                                                            const config::Endpoint& endpoint) {
  auto socket = open_bound(key, endpoint, SOCK_STREAM, Port::Shared);
  if (!socket) return socket;
  ask_for_packet_info(socket->get(), endpoint.address.is_v4());
  if (listen(socket->get(), limits::kTcpBacklog) != 0) {
    return std::unexpected(bind_failure(key, endpoint, SOCK_STREAM, errno));
  }
  return socket;
}

// A bind without the option tells.
std::expected<void, std::string> check_port_is_free(std::string_view key,
                                                    const config::Endpoint& endpoint, int type) {
  const auto probe = open_bound(key, endpoint, type, Port::Alone);
  if (!probe) return std::unexpected(probe.error());
  return {};
}

std::expected<DnsSockets, std::string> open_dns_sockets(const config::Endpoint& endpoint) {
  DnsSockets sockets;
  sockets.endpoint = endpoint;
  sockets.wildcard = is_unspecified(endpoint.address);
  auto udp = open_bound(kDns, endpoint, SOCK_DGRAM, Port::Shared);
  if (!udp) return std::unexpected(udp.error());
  set_option(udp->get(), SOL_SOCKET, SO_RCVBUF, limits::kSocketBufferBytes);
  set_option(udp->get(), SOL_SOCKET, SO_SNDBUF, limits::kSocketBufferBytes);
  ask_for_packet_info(udp->get(), endpoint.address.is_v4());
  auto tcp = open_stream_listener(kDns, endpoint);
  if (!tcp) return std::unexpected(tcp.error());
  sockets.udp = std::move(*udp);
  sockets.tcp = std::move(*tcp);
  return sockets;
}

std::expected<std::vector<std::vector<DnsSockets>>, std::string> open_all_sockets(
    const std::vector<config::Endpoint>& endpoints, std::size_t workers) {
  std::vector<std::vector<DnsSockets>> all(workers);
  for (const config::Endpoint& endpoint : endpoints) {
    if (auto free = check_port_is_free(kDns, endpoint, SOCK_DGRAM); !free)
      return std::unexpected(free.error());
    for (std::vector<DnsSockets>& mine : all) {
      auto sockets = open_dns_sockets(endpoint);
      if (!sockets) return std::unexpected(sockets.error());
      mine.push_back(std::move(*sockets));
    }
  }
  return all;
}

socklen_t to_sockaddr(const IpAddress& address, std::uint16_t port, sockaddr_storage& out,
                      std::uint32_t interface) noexcept {
  const Bytes octets = address.wire();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, octets.data(), octets.size());
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
  if (IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr)) v6.sin6_scope_id = interface;
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

std::uint32_t interface_of_stream(int fd, bool is_v4) noexcept {
  ask_for_packet_info(fd, is_v4);
  alignas(cmsghdr) std::array<std::uint8_t, 256> room;
  socklen_t size = room.size();
  const int level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int option = is_v4 ? IP_PKTOPTIONS : IPV6_2292PKTOPTIONS;
  if (getsockopt(fd, level, option, room.data(), &size) != 0) return 0;
  msghdr message{};
  message.msg_control = room.data();
  message.msg_controllen = size;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return static_cast<std::uint32_t>(info.ipi_ifindex);
    }
    if (c->cmsg_level == IPPROTO_IPV6 &&
        (c->cmsg_type == IPV6_PKTINFO || c->cmsg_type == IPV6_2292PKTINFO)) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return info.ipi6_ifindex;
    }
  }
  return 0;
}

Peer peer_of(const sockaddr_storage& from) noexcept {
  if (from.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &from, sizeof v4);
    return {IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  sockaddr_in6 v6;
  std::memcpy(&v6, &from, sizeof v6);
  return {IpAddress::v6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)};
}

}  // namespace haetae::daemon
