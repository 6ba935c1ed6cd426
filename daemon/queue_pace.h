#pragma once

#include <cstddef>

#include "base/time.h"
#include "daemon/gate_limits.h"

namespace haetae::daemon {

// When a worker looks at its queue. While few packets come it is woken for each, which is soonest.
// When many come it rests a moment before each look, and takes at once what came meanwhile: to be
// woken, and to wake others with a verdict, is most of what a packet costs.
class QueuePace {
 public:
  // After a look that took so many packets.
  void took(std::size_t packets, Monotonic now) noexcept {
    last_ = packets;
    packets_ += packets;
    const milliseconds passed = now - began_;
    if (passed < limits::kPaceWindow) return;
    is_fast_ = packets_ >= limits::kPacedPacketsPerMs * static_cast<std::size_t>(passed.count());
    packets_ = 0;
    began_ = now;
  }

  // Whether to rest before the next look: not where more wait than one look takes.
  bool rests() const noexcept { return is_fast_ && last_ < limits::kQueueBatch; }

 private:
  Monotonic began_{};
  std::size_t packets_ = 0;  // since then
  std::size_t last_ = 0;
  bool is_fast_ = false;
};

}  // namespace haetae::daemon
