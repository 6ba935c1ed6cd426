#include "daemon/netlink_socket.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace haetae::daemon {
namespace {

// The kernel fills a dump's datagrams up to 32 KB (rtnetlink(7)).
constexpr std::size_t kDatagramBytes = 64 * 1024;
// News that waits to be read: some ten thousand messages. More is lost, told, and all asked anew.
constexpr int kBufferBytes = 4 * 1024 * 1024;

constexpr std::uint32_t group(int number) {
  return 1U << (number - 1);
}

}  // namespace

NetlinkSocket::NetlinkSocket(Descriptor socket)
    : socket_(std::move(socket)), room_(kDatagramBytes), counters_(std::make_unique<Counters>()) {}

std::optional<NetlinkSocket> NetlinkSocket::open() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (socket.get() < 0) return std::nullopt;
  ask_for_receive_buffer(socket.get(), kBufferBytes);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = group(RTNLGRP_LINK) | group(RTNLGRP_NEIGH) | group(RTNLGRP_IPV4_IFADDR) |
                      group(RTNLGRP_IPV6_IFADDR);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::nullopt;
  }
  return NetlinkSocket(std::move(socket));
}

bool NetlinkSocket::send(Bytes request) noexcept {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent = sendto(socket_.get(), request.data(), request.size(), 0,
                              reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  if (sent == static_cast<ssize_t>(request.size())) return true;
  counters_->send_failed.add();
  return false;
}

NetlinkSocket::Receive NetlinkSocket::receive(Bytes& datagram) noexcept {
  sockaddr_nl from{};
  iovec room{room_.data(), room_.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  const ssize_t size = recvmsg(socket_.get(), &message, 0);
  if (size < 0 && errno != ENOBUFS) return Receive::Nothing;
  if (size < 0 || (message.msg_flags & MSG_TRUNC) != 0) {
    counters_->overruns.add();
    return Receive::Overrun;
  }
  // The kernel's own port is 0, and nobody else can have it.
  if (message.msg_namelen != sizeof from || from.nl_pid != 0) {
    counters_->forged.add();
    return Receive::Forged;
  }
  counters_->received.add();
  datagram = Bytes(room_).first(static_cast<std::size_t>(size));
  return Receive::Datagram;
}

bool NetlinkSocket::wait(int milliseconds) noexcept {
  pollfd wanted{socket_.get(), POLLIN, 0};
  return poll(&wanted, 1, milliseconds) > 0;
}

}  // namespace haetae::daemon
