#include "daemon/routed_resets.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace haetae::daemon {

// Whoever opens a raw socket of IPPROTO_RAW writes the IP header.
std::expected<RoutedResets, std::string> RoutedResets::open() {
  constexpr int kKind = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
  Descriptor v4(::socket(AF_INET, kKind, IPPROTO_RAW));
  if (v4.get() < 0) {
    const char* const hint = errno == EPERM ? "; the program needs CAP_NET_RAW" : "";
    return std::unexpected(fmt::format("resets cannot be sent to servers: {}{}",
                                       std::generic_category().message(errno), hint));
  }
  return RoutedResets(std::move(v4), Descriptor(::socket(AF_INET6, kKind, IPPROTO_RAW)));
}

bool RoutedResets::send(const wire::TcpReset& reset, const IpAddress& to) noexcept {
  const Bytes packet = reset.packet();
  if (to.is_v4()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, to.wire().data(), sizeof address.sin_addr);
    return sendto(v4_.get(), packet.data(), packet.size(), 0,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0;
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  std::memcpy(&address.sin6_addr, to.octets().data(), sizeof address.sin6_addr);
  return sendto(v6_.get(), packet.data(), packet.size(), 0,
                reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0;
}

}  // namespace haetae::daemon
