#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "base/counter.h"
#include "daemon/sockets.h"
#include "dns/service.h"

namespace haetae::daemon {

// DNS over TCP (RFC 7766) on one listening socket of one worker: pipelined queries, answers in the
// order they become ready, idle connections closed, all bounded by limits::kTcp….
class TcpFront {
 public:
  struct Counters {
    Counter accepted, closed_idle, closed_full, closed_slow;
  };

  TcpFront(boost::asio::io_context& io, DnsSockets& sockets, std::uint32_t socket_number,
           dns::Service& service);
  ~TcpFront();
  TcpFront(const TcpFront&) = delete;
  TcpFront& operator=(const TcpFront&) = delete;

  void start();
  // Takes no further connections or queries; answers still leave.
  void stop_receiving();
  // A reply that had to wait. A connection that is gone meanwhile is no error.
  void send(const dns::Client& client, Bytes reply) noexcept;
  std::size_t connections() const noexcept;
  // True while replies stand that the clients have not taken yet: for draining.
  bool is_writing() const noexcept;
  const Counters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
