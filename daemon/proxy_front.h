#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "base/ring.h"
#include "config/config.h"
#include "daemon/lan_watch.h"
#include "daemon/proxy_sockets.h"
#include "dns/service.h"
#include "event/event.h"
#include "inspect/counters.h"
#include "page/site.h"
#include "policy/policy.h"
#include "policy/resolved.h"
#include "policy/standing.h"
#include "proxy/counters.h"

namespace haetae::daemon {

// The web proxy of one worker: its listeners, its clients' connections and those to servers. Moves
// octets and keeps time; what they mean is proxy::Connection's business. Runs on the worker's loop,
// beside DNS: many descriptors stand in an epoll(7) set of its own, which the loop watches as one.
class ProxyFront {
 public:
  struct Parts {
    boost::asio::io_context& io;
    const Snapshot<policy::Policy>& policy;
    const Snapshot<policy::Standing>& standing;
    policy::Resolved& resolved;
    LanWatch& lan;
    Ring<event::Event>& events;  // the worker's own
    dns::Service& dns;           // looks up names for clients of an explicit proxy
    const Snapshot<page::Site>& pages;
  };
  ProxyFront(const Parts& parts, const config::Proxy& settings,
             std::vector<ProxyListener> listeners);
  ~ProxyFront();
  ProxyFront(const ProxyFront&) = delete;
  ProxyFront& operator=(const ProxyFront&) = delete;

  void start();
  // Takes no further connections; those that wait for a request end, others after their answer.
  void stop_receiving();
  bool is_busy() const noexcept;
  // A reply of the DNS service to Transport::Inside. Called inside of the service.
  void on_reply(const dns::Client& client, Bytes reply);

  // Read by other threads.
  struct Gauges {
    Counter opened, closed;  // connections of clients
  };
  const proxy::Counters& counters() const noexcept;
  const inspect::Counters& inspector_counters() const noexcept;
  const Gauges& gauges() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
