#include "daemon/reset_sender.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace haetae::daemon {
namespace {

constexpr std::string_view kNone = "there is none; `ip link` names those there are";
constexpr std::string_view kDown = "it is down; `ip link set up` starts it";

std::string error_text(const std::string& interface, std::string_view why) {
  return fmt::format("no resets leave from interface '{}': {}", interface, why);
}

std::string last_error() {
  switch (errno) {
    case EPERM: return "no permission; the program needs CAP_NET_RAW";
    case ENODEV:
    case ENXIO: return std::string(kNone);
    case ENETDOWN: return std::string(kDown);
    default: return std::generic_category().message(errno);
  }
}

// What is asked of an interface by its name.
ifreq request_for(const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

}  // namespace

std::expected<ResetSender, std::string> ResetSender::open(const std::string& interface) {
  const auto failed = [&interface](std::string_view why) {
    return std::unexpected(error_text(interface, why));
  };
  // Protocol 0: it sends, and hears nothing.
  Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return failed(last_error());
  ifreq request = request_for(interface);
  if (ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return failed(last_error());
  if ((request.ifr_flags & IFF_UP) == 0) return failed(kDown);
  request = request_for(interface);
  if (ioctl(socket.get(), SIOCGIFHWADDR, &request) != 0) return failed(last_error());
  if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
    return failed("it is no Ethernet; name one that is");
  }
  MacAddress own;
  std::copy_n(request.ifr_hwaddr.sa_data, own.octets.size(), own.octets.begin());
  sockaddr_ll link{};
  link.sll_family = AF_PACKET;
  link.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&link), sizeof link) != 0) {
    return failed(last_error());
  }
  return ResetSender(std::move(socket), own, interface);
}

bool ResetSender::send(wire::TcpReset& reset, const MacAddress& destination, Bytes tags) noexcept {
  const Bytes frame = reset.frame(own_, destination, tags);
  const ssize_t sent = ::send(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(frame.size())) return true;
  const bool is_busy = sent >= 0 || errno == EAGAIN || errno == ENOBUFS || errno == EINTR;
  if (!is_busy) error_ = error_text(interface_, last_error());
  return false;
}

}  // namespace haetae::daemon
