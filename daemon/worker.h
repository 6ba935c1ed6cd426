#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/ring.h"
#include "base/snapshot.h"
#include "daemon/lan_watch.h"
#include "daemon/proxy_front.h"
#include "daemon/sockets.h"
#include "daemon/upstreams.h"
#include "dns/service.h"
#include "event/event.h"
#include "page/site.h"
#include "policy/policy.h"
#include "policy/resolved.h"
#include "policy/standing.h"

namespace haetae::daemon {

// What every worker reads and the supervisor replaces.
struct Published {
  Snapshot<policy::Policy>& policy;
  Snapshot<policy::Standing>& standing;
  Snapshot<dns::Settings>& settings;
  LanWatch& lan;
  Snapshot<page::Site>& pages;  // what the pages for who is stopped share
  // Names of flows that hide theirs; written by the workers, read by whoever looks at flows. Null:
  // nobody does.
  policy::Resolved* resolved;
};

// What the fronts of one worker count.
struct FrontCounts {
  std::uint64_t udp_received = 0, udp_sent = 0, udp_send_failed = 0;
  std::uint64_t tcp_accepted = 0, tcp_closed_idle = 0, tcp_closed_full = 0, tcp_closed_slow = 0;
};

// One thread with an event loop of its own. Owns its sockets, cache, upstream and event ring, and
// shares nothing but what is Published.
class Worker {
 public:
  // Error: what cannot be set up, for a person. The thread starts with start().
  static std::expected<std::unique_ptr<Worker>, std::string> make(const Published& published,
                                                                  std::vector<DnsSockets> sockets,
                                                                  const UpstreamSettings& upstream);
  ~Worker();

  // Before start(): it is also a web proxy.
  void open_proxy(const config::Proxy& settings, std::vector<ProxyListener> listeners);

  void start();
  // From any thread: later questions go to a new upstream, those on their way are waited for.
  void change_upstream(const UpstreamSettings& settings);
  // From any thread: takes no further queries, answers those that wait, ends the thread. join()
  // returns when it has, at the latest after limits::kDrainMax.
  void drain();
  void join();

  // Read by other threads.
  std::uint64_t beats() const noexcept;  // grows at least every second while the loop runs
  const dns::Counters& counters() const noexcept;
  FrontCounts front_counts() const noexcept;
  const dns::UpstreamCounters& upstream_counters() const noexcept;
  // How the servers of the last change_upstream() are. Only for the thread that calls that.
  const dns::UpstreamReport& upstream_report() const noexcept;
  const ProxyFront* proxy() const noexcept;  // null: none was opened
  Ring<event::Event>& events() noexcept;     // the one reader is the event writer

 private:
  struct Impl;
  explicit Worker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
