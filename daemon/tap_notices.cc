#include "daemon/tap_notices.h"

#include <fmt/core.h>

#include <algorithm>

namespace haetae::daemon {
namespace {

using Taps = std::vector<std::unique_ptr<TapWorker>>;

constexpr milliseconds kBetweenDrops{60'000};

// Of the first worker that has one: they share the interfaces.
std::string fault_of(const Taps& taps) {
  for (const auto& tap : taps) {
    if (std::string fault = tap->fault(); !fault.empty()) return fault;
  }
  return {};
}

// A thread that has not come round yet says nothing.
bool all_have_begun(const Taps& taps) {
  return std::ranges::all_of(taps, [](const auto& tap) { return tap->beats() > 1; });
}

}  // namespace

void TapNotices::look_at(const Taps& taps, Monotonic now) {
  if (taps.empty() || !all_have_begun(taps)) return;
  tell_faults(taps);
  tell_drops(taps, now);
}

void TapNotices::tell_faults(const Taps& taps) {
  const std::string fault = fault_of(taps);
  if (!is_first_ && fault == told_) return;
  is_first_ = false;
  told_ = fault;
  if (fault.empty()) {
    fmt::print(stderr, "haetae: tap: listening to interface '{}'{}\n", tap_.interface,
               tap_.enforce ? fmt::format(", resets leave from '{}'", tap_.reset_interface) : "");
  } else {
    fmt::print(stderr, "haetae: tap: {}; DNS is answered as before, and this is tried again\n",
               fault);
  }
}

void TapNotices::tell_drops(const Taps& taps, Monotonic now) {
  std::uint64_t dropped = 0;
  for (const auto& tap : taps) dropped += tap->counters().dropped.value();
  const bool is_time = dropped_told_ == 0 || now - drops_told_at_ >= kBetweenDrops;
  if (dropped == dropped_told_ || !is_time) return;
  fmt::print(stderr,
             "haetae: tap: {} frames of interface '{}' were dropped: they came faster than they "
             "were judged; docs/TAP.md says what helps\n",
             dropped - dropped_told_, tap_.interface);
  dropped_told_ = dropped;
  drops_told_at_ = now;
}

}  // namespace haetae::daemon
