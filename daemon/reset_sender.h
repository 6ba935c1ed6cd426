#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "base/address.h"
#include "daemon/sockets.h"
#include "wire/tcp_reset.h"

namespace haetae::daemon {

// Puts frames of our own making on an Ethernet: where the resets of a tap leave. Needs CAP_NET_RAW.
// One thread.
class ResetSender {
 public:
  // Error: one line that names the interface and says what to do.
  static std::expected<ResetSender, std::string> open(const std::string& interface);

  // To `destination` on this link, with these VLAN tags, from the interface's own MAC: with
  // another's the switch would take us for that one. Never waits. False: the kernel did not take
  // it.
  bool send(wire::TcpReset& reset, const MacAddress& destination, Bytes tags) noexcept;

  // Why nothing more can be sent (the interface went away or down); empty if all is well.
  const std::string& error() const noexcept { return error_; }

 private:
  ResetSender(Descriptor socket, const MacAddress& own, const std::string& interface)
      : socket_(std::move(socket)), own_(own), interface_(interface) {}

  Descriptor socket_;
  MacAddress own_;
  std::string interface_;
  std::string error_;
};

}  // namespace haetae::daemon
