#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/upstream_settings.h"
#include "daemon/worker.h"

namespace haetae::daemon {

// Tells on standard error, once a change, that a server over TLS cannot be asked and why, that it
// can be again, and that names leave in plain DNS. A change is told when it has lasted for a
// moment: a server that stumbles is no news.
class UpstreamNotices {
 public:
  explicit UpstreamNotices(const UpstreamSettings& settings);
  // At every beat of the supervisor. A server has the fault that any worker saw.
  void look_at(const std::vector<std::unique_ptr<Worker>>& workers);

 private:
  template <typename State>
  struct Watched {
    State told{};
    State seen{};
    int beats = 0;  // since it is as seen
    // True if `now` is news that has lasted.
    bool changes_to(State now);
  };

  std::vector<std::string> names_;  // of the servers over TLS
  std::vector<Watched<dns::ServerFault>> faults_;
  Watched<bool> plain_;
};

}  // namespace haetae::daemon
