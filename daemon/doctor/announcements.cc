#include "daemon/doctor/announcements.h"

#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "daemon/clock.h"
#include "daemon/sockets.h"
#include "wire/router_advertisement.h"

namespace haetae::daemon {
namespace {

constexpr milliseconds kListening{2000};
constexpr std::size_t kMessageBytesMax = 2048;
constexpr std::size_t kMessagesMax = 256;  // a flood must not hold the doctor up

template <typename Value>
void set_option(int socket, int level, int option, const Value& value) {
  (void)setsockopt(socket, level, option, &value, sizeof value);
}

Descriptor open_icmp() {
  Descriptor socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  if (socket.get() < 0) return socket;
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
  set_option(socket.get(), IPPROTO_ICMPV6, ICMP6_FILTER, filter);
  set_option(socket.get(), IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  set_option(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255);
  return socket;
}

// To all routers of the link. One that does not hear us announces itself in its own time, too late.
void solicit(int socket, const std::string& interface) {
  sockaddr_in6 routers{};
  routers.sin6_family = AF_INET6;
  routers.sin6_scope_id = if_nametoindex(interface.c_str());
  routers.sin6_addr.s6_addr[0] = 0xff;
  routers.sin6_addr.s6_addr[1] = 0x02;
  routers.sin6_addr.s6_addr[15] = 0x02;
  const nd_router_solicit message{.nd_rs_hdr = {.icmp6_type = ND_ROUTER_SOLICIT}};
  (void)sendto(socket, &message, sizeof message, 0, reinterpret_cast<const sockaddr*>(&routers),
               sizeof routers);
}

// Routers of the link send with the hop limit of 255; less comes from beyond (RFC 4861, 6.1.2).
bool is_from_the_link(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_HOPLIMIT) continue;
    int hops = 0;
    std::memcpy(&hops, CMSG_DATA(c), sizeof hops);
    return hops == 255;
  }
  return false;
}

// Others carry a network that has its address elsewhere, as the ports of a bridge do.
bool has_address(const admin::Evidence& evidence, std::string_view name) {
  const auto found = std::ranges::find(evidence.interfaces, name, &admin::NetworkInterface::name);
  return found != evidence.interfaces.end() && !found->addresses.empty();
}

void add(admin::Evidence& evidence, admin::Evidence::Announcement announcement) {
  const bool is_known = std::ranges::any_of(evidence.announcements, [&](const auto& other) {
    return other.interface == announcement.interface && other.router == announcement.router &&
           other.resolver == announcement.resolver;
  });
  if (!is_known) evidence.announcements.push_back(std::move(announcement));
}

void receive_one(int socket, admin::Evidence& evidence) {
  std::array<std::uint8_t, kMessageBytesMax> room;
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control;
  sockaddr_storage from{};
  iovec vector{room.data(), room.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(socket, &message, MSG_DONTWAIT);
  if (size <= 0 || !is_from_the_link(message)) return;
  const auto read =
      wire::parse_router_advertisement(Bytes(room).first(static_cast<std::size_t>(size)));
  if (!read) return;
  std::array<char, IF_NAMESIZE> name{};
  (void)if_indextoname(reinterpret_cast<const sockaddr_in6&>(from).sin6_scope_id, name.data());
  if (!has_address(evidence, name.data())) return;
  for (const IpAddress& resolver : read->resolvers()) {
    add(evidence, {name.data(), peer_of(from).address, resolver});
  }
}

}  // namespace

void listen_to_announcements(admin::Evidence& evidence) {
  const Descriptor socket = open_icmp();
  if (socket.get() < 0) {
    evidence.could_not_listen = std::error_code(errno, std::generic_category()).message();
    return;
  }
  for (const admin::NetworkInterface& interface : evidence.interfaces) {
    if (!interface.is_loopback) solicit(socket.get(), interface.name);
  }
  const Monotonic end = read_clock().monotonic + kListening;
  for (std::size_t received = 0; received < kMessagesMax; ++received) {
    const auto left = end - read_clock().monotonic;
    pollfd waited{socket.get(), POLLIN, 0};
    if (left.count() <= 0 || poll(&waited, 1, static_cast<int>(left.count())) <= 0) return;
    receive_one(socket.get(), evidence);
  }
}

}  // namespace haetae::daemon
