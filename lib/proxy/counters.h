#pragma once

#include <array>
#include <string_view>

#include "base/counter.h"

namespace haetae::proxy {

// What one worker's proxy counts; read by others while the worker writes.
struct Counters {
  Counter connections, connections_refused;
  Counter requests, blocked, tunnels, tunnels_blocked, silent_clients, upgrades;
  Counter refused_malformed, refused_too_long, answers_malformed;
  Counter servers_opened, servers_reused, servers_unreachable, requests_repeated;
  Counter bodies_scanned, bodies_blocked, bodies_cut, bodies_undecidable, heads_blocked;
  Counter timed_out, judged_again_blocked;
  Counter octets_from_clients, octets_to_clients, octets_spliced;
};

// For people and monitoring: every counter, with one sentence. `name` is the member's.
struct CounterRow {
  std::string_view name;
  Counter Counters::* counter;
  std::string_view sentence;
};
inline constexpr std::size_t kCounterRowsCount = sizeof(Counters) / sizeof(Counter);
extern const std::array<CounterRow, kCounterRowsCount> kCounterRows;

}  // namespace haetae::proxy
