#include "daemon/netfilter_socket.h"

#include <libmnl/libmnl.h>
#include <poll.h>

#include <cerrno>

#include "daemon/gate_limits.h"

namespace haetae::daemon {

std::expected<Descriptor, int> open_netfilter_socket() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (socket.get() < 0) return std::unexpected(errno);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) != 0) {
    return std::unexpected(errno);
  }
  return socket;
}

int ask_netfilter(int descriptor, const nlmsghdr* request) {
  if (send(descriptor, request, request->nlmsg_len, 0) < 0) return errno;
  alignas(NLMSG_ALIGNTO) std::array<std::uint8_t, 4096> room;
  pollfd wanted{descriptor, POLLIN, 0};
  while (poll(&wanted, 1, limits::kQueueAnswerMilliseconds) > 0) {
    const ssize_t size = recv(descriptor, room.data(), room.size(), MSG_DONTWAIT);
    if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) continue;
    const auto* const message = reinterpret_cast<const nlmsghdr*>(room.data());
    if (message->nlmsg_type != NLMSG_ERROR) continue;
    return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
  }
  return ETIMEDOUT;
}

void bound_unread(int descriptor, int bytes) {
  ask_for_receive_buffer(descriptor, bytes);
  const int on = 1;
  (void)setsockopt(descriptor, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on);
}

}  // namespace haetae::daemon
