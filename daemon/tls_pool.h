#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "daemon/tls_connection.h"
#include "dns/forwarder.h"
#include "dns/upstream_report.h"

namespace haetae::daemon {

// The connections of one worker to one server: opened when there is something to ask, kept warm
// while they are used, closed when idle (RFC 7766, section 6.2; RFC 7828).
class TlsPool final : private TlsConnection::Owner {
 public:
  struct Parts {
    boost::asio::io_context& io;
    const TlsContext& context;
    dns::Forwarder& forwarder;
    dns::UpstreamCounters& counters;
  };
  // number: the server's, for the forwarder.
  TlsPool(const Parts& parts, std::size_t number, config::UpstreamServer server);
  ~TlsPool() override;

  // As dns::ServerLinks says.
  dns::SendOutcome send(dns::AttemptId attempt, Monotonic now);
  void reset() noexcept;
  // Call several times a second: what takes too long or idles is closed.
  void on_tick(Monotonic now) noexcept;
  bool has_connections() const noexcept { return !links_.empty(); }

 private:
  struct Link;

  void on_open(TlsConnection& connection) noexcept override;
  bool on_message(TlsConnection& connection, Bytes message) noexcept override;
  void on_closed(TlsConnection& connection, dns::ServerFault why) noexcept override;

  Link* least_busy() noexcept;
  Link* opening() noexcept;
  Link* open_link(Monotonic now);
  bool may_open_more(Monotonic now) const noexcept;
  void write_query(Link& link, dns::AttemptId attempt);
  Link& link_of(const TlsConnection& connection) noexcept;
  std::unique_ptr<Link> take_out(const TlsConnection& connection) noexcept;
  void lose(std::unique_ptr<Link> link) noexcept;
  void fail_opening(dns::ServerFault why, Monotonic now) noexcept;

  boost::asio::io_context& io_;
  const TlsContext& context_;
  dns::Forwarder& forwarder_;
  dns::UpstreamCounters& counters_;
  std::size_t number_;
  TlsServer server_;
  std::vector<std::unique_ptr<Link>> links_;
  Monotonic no_more_until_{};  // the server did not want another connection
  Monotonic prune_at_{};
};

}  // namespace haetae::daemon
