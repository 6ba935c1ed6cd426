#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/counter.h"
#include "daemon/sockets.h"

namespace haetae::daemon {

// A socket to the kernel's rtnetlink that hears of links, addresses and neighbours. Only what the
// kernel itself sends is taken: another process could send here, too.
class NetlinkSocket {
 public:
  struct Counters {
    Counter received;  // datagrams of the kernel
    Counter forged;    // of others; thrown away
    Counter overruns;  // news was lost, because more came than the socket holds
    Counter send_failed;
  };

  // Nothing: the kernel or a sandbox does not let us; errno says why.
  static std::optional<NetlinkSocket> open();

  int descriptor() const noexcept { return socket_.get(); }
  bool send(Bytes request) noexcept;
  // Takes the next datagram.
  enum class Receive : std::uint8_t { Datagram, Nothing, Overrun, Forged };
  Receive receive(Bytes& datagram) noexcept;
  // Waits for one; false if none comes in time.
  bool wait(int milliseconds) noexcept;
  const Counters& counters() const noexcept { return *counters_; }

 private:
  explicit NetlinkSocket(Descriptor socket);

  Descriptor socket_;
  std::vector<std::uint8_t> room_;
  std::unique_ptr<Counters> counters_;
};

}  // namespace haetae::daemon
