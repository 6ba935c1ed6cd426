#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/event_writer.h"
#include "daemon/firewall/keeper.h"
#include "daemon/packet_gate.h"
#include "daemon/tap_worker.h"
#include "daemon/worker.h"

namespace haetae::daemon {

// What the supervisor itself counts.
struct ReloadCounts {
  std::uint64_t taken_up = 0;
  std::uint64_t refused = 0;
};

// Whatever counts.
struct Counting {
  const Published& published;
  const std::vector<std::unique_ptr<Worker>>& workers;
  const std::vector<std::unique_ptr<PacketGate>>& gates;  // empty: nothing of the gate is told
  const std::vector<std::unique_ptr<TapWorker>>& taps;    // empty: nothing of a tap is told
  const EventWriter& events;
  const ReloadCounts& reloads;
  const FirewallKeeper* firewall;  // null: the gate is off
};

// The numbers behind /metrics, summed over the workers, in Prometheus' text format. No number
// speaks of one device or one site.
std::string metrics_text(const Counting& counting);

}  // namespace haetae::daemon
