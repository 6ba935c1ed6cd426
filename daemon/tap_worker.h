#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/counter.h"
#include "base/ring.h"
#include "config/config.h"
#include "daemon/worker.h"
#include "event/event.h"
#include "inspect/counters.h"

namespace haetae::daemon {

// What one worker of a tap counts, beside its Inspector; read by others while it writes.
struct TapCounters {
  Counter packets, octets, packets_cut, packets_unread;
  Counter dropped, dropped_interface;
  Counter resets_sent, resets_failed, resets_over_limit;
};

// One thread that looks at its share of what a mirror port shows: packets through an Inspector of
// its own, events into a ring of its own, and resets for what is blocked if the tap enforces.
// Shares nothing but what is Published. An interface that is not there, or goes away, is tried
// again until it is; so is the one that resets leave from.
class TapWorker {
 public:
  // Which of those that share the interface this is.
  struct Share {
    std::size_t number = 0;                     // from 0
    std::optional<std::uint16_t> fanout_group;  // the same for all; none: it is alone
  };
  // published.resolved is not null.
  TapWorker(const Published& published, const config::Tap& tap, const Share& share);
  ~TapWorker();

  void start();
  // From any thread: ends the thread, within a fraction of a second; join() returns when it has.
  void stop();
  void join();

  // Read by other threads.
  std::uint64_t beats() const noexcept;  // grows at least every second while the thread moves
  const TapCounters& counters() const noexcept;
  const inspect::Counters& inspect_counters() const noexcept;
  // Why it sees nothing, or cannot reset; for a person, one line. Empty: all is well.
  std::string fault() const;
  Ring<event::Event>& events() noexcept;  // the one reader is the event writer

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// For people and monitoring: every counter with one sentence. `name` is the member's.
struct TapCounterRow {
  std::string_view name;
  Counter TapCounters::* counter;
  std::string_view sentence;
};
extern const std::array<TapCounterRow, sizeof(TapCounters) / sizeof(Counter)> kTapCounterRows;

}  // namespace haetae::daemon
