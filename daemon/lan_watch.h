#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/ring.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "config/config.h"
#include "daemon/neighbour_watch.h"
#include "daemon/seen_keeper.h"
#include "daemon/wake.h"
#include "lan/links.h"
#include "lan/neighbour_table.h"
#include "lan/pairs.h"
#include "policy/policy.h"

namespace haetae::daemon {

// An address whose MAC a worker wants to know.
struct LookFor {
  std::uint32_t interface = 0;  // the kernel's index
  IpAddress address;
};
using LookForRing = Ring<LookFor>;

// What is known of the network around us, kept by a thread of its own: a query that waits for a
// neighbour has 50 ms, and a reload keeps the supervisor busy for longer.
class LanWatch {
 public:
  // Learns what the kernel knows and what was remembered. Where the kernel tells nothing (a sandbox
  // without netlink) it says so, and devices are known by their addresses only.
  explicit LanWatch(const std::filesystem::path& state);
  ~LanWatch();

  // Read by workers.
  const Snapshot<lan::Links>& links() const noexcept;
  const Snapshot<lan::NeighbourTable>& neighbours() const noexcept;
  // Who holds which address, for whoever asked for them by keep_pairs() before start(); a second
  // old at most.
  const Snapshot<lan::Pairs>& pairs() const noexcept;
  void keep_pairs();
  // A worker's wishes, and how it is told that something was found; before start(). Both are used
  // until stop().
  void add_worker(LookForRing& wishes, Wake& found);
  // Rung by workers after they wished.
  Wake& wishes_wake() noexcept;

  // on_networks: called on the watch's thread when local_networks() became others.
  void start(std::function<void()> on_networks);
  // Ends the thread and writes down what is to be remembered.
  void stop();

  // From any thread. Who may ask under `dns.allow_from: auto`.
  std::vector<Cidr> local_networks() const;
  // From any thread: whom the configuration names, and where leases are.
  void follow(std::shared_ptr<const policy::Policy> policy, const config::DevicesSeen& settings);

  // Read by other threads.
  const lan::NeighbourCounters& neighbour_counters() const noexcept;
  const NeighbourWatch::Counters& watch_counters() const noexcept;
  const NetlinkSocket::Counters* netlink_counters() const noexcept;  // null: no netlink
  const SeenKeeper::Counters& keeper_counters() const noexcept;
  std::size_t devices() const noexcept;
  std::size_t addresses() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
