#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/counter.h"
#include "daemon/sockets.h"
#include "dns/service.h"

namespace haetae::daemon {

// DNS over UDP on one socket of one worker: datagrams move in batches (recvmmsg, sendmmsg); what is
// in them is the Service's business.
class UdpFront {
 public:
  struct Counters {
    Counter received, sent, send_failed;
  };

  // socket_number: how the worker names this socket in dns::Client.
  UdpFront(boost::asio::io_context& io, DnsSockets& sockets, std::uint32_t socket_number,
           dns::Service& service);
  ~UdpFront();
  UdpFront(const UdpFront&) = delete;
  UdpFront& operator=(const UdpFront&) = delete;

  void start();
  // Takes no further queries; answers still leave.
  void stop_receiving();
  // A reply that had to wait.
  void send(const dns::Client& client, Bytes reply) noexcept;
  const Counters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
