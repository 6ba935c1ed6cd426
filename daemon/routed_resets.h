#pragma once

#include <expected>
#include <string>

#include "base/counter.h"
#include "daemon/sockets.h"
#include "wire/tcp_reset.h"

namespace haetae::daemon {

// Sends resets that we made in another's name, by this machine's routes. One thread. Needs
// CAP_NET_RAW.
class RoutedResets {
 public:
  // Error: why not, and what to do.
  static std::expected<RoutedResets, std::string> open();

  // False: it could not be sent; there is no route, or the kernel would not.
  bool send(const wire::TcpReset& reset, const IpAddress& to) noexcept;

 private:
  RoutedResets(Descriptor v4, Descriptor v6) : v4_(std::move(v4)), v6_(std::move(v6)) {}

  Descriptor v4_;
  Descriptor v6_;  // invalid: this machine has no IPv6
};

}  // namespace haetae::daemon
