#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "daemon/tap_worker.h"

namespace haetae::daemon {

// Tells on standard error, once a change, that a tap sees nothing or cannot reset, and why, that
// all is well again, and that the kernel drops what it should see: at once, then once a minute.
class TapNotices {
 public:
  explicit TapNotices(const config::Tap& tap) : tap_(tap) {}
  // At every beat of the supervisor.
  void look_at(const std::vector<std::unique_ptr<TapWorker>>& taps, Monotonic now);

 private:
  void tell_faults(const std::vector<std::unique_ptr<TapWorker>>& taps);
  void tell_drops(const std::vector<std::unique_ptr<TapWorker>>& taps, Monotonic now);

  config::Tap tap_;
  bool is_first_ = true;
  std::string told_;  // the fault that was told last; empty: that all is well
  std::uint64_t dropped_told_ = 0;
  Monotonic drops_told_at_;
};

}  // namespace haetae::daemon
