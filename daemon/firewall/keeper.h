#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "base/counter.h"
#include "config/config.h"
#include "daemon/worker.h"
#include "policy/policy.h"

namespace haetae::daemon {

// Keeps our rules in the kernel while the filter runs, on a thread of its own: a reload keeps the
// supervisor busy for longer than the kernel believes that we live. Puts them up, and again where
// somebody took them away; tells the kernel every second that we run; says twice a second whom
// bedtime, pause, a used-up quota or focus stop. At the end the rules stay.
class FirewallKeeper {
 public:
  struct Counters {
    Counter applied;   // the rules were put up, for whatever reason
    Counter put_back;  // because somebody else had changed or flushed them
    Counter failed;    // they could not be put up, or not be changed
    Counter no_room;   // addresses of stopped devices beyond firewall::kStoppedRangesMax
  };

  // workers: as many queues as that, unless the configuration says how many.
  FirewallKeeper(const Published& published, std::size_t workers);
  ~FirewallKeeper();

  // Before start(): puts the rules up. Error: why they do not stand; it is tried again and again.
  // A filter that cannot put them up still answers DNS.
  std::expected<void, std::string> raise(std::shared_ptr<const config::Config> config,
                                         std::shared_ptr<const policy::Policy> policy);
  void start();
  // From any thread: what was reloaded. Rules that somebody told us to let go of stand again.
  void take_up(std::shared_ptr<const config::Config> config,
               std::shared_ptr<const policy::Policy> policy);
  // Ends the thread. The rules stay; that we do not run any more the kernel knows at once.
  void stop();

  // From any thread. What is wrong; empty: the rules stand.
  std::string fault() const;
  const Counters& counters() const noexcept;
  // Of how many profiles all devices are stopped now.
  std::size_t profiles_stopped() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
