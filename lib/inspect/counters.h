#pragma once

#include <array>
#include <string_view>

#include "base/counter.h"
#include "inspect/flow_table.h"
#include "inspect/fragments.h"
#include "policy/verdict.h"

namespace haetae::inspect {

// What one worker's Inspector counts; read by others while the worker writes.
struct Counters : FlowCounters, FragmentCounters {
  Counter packets, packets_cut, requests, allowed, blocked, watched;
  Counter dns_queries, http_requests, tls_hellos, quic_hellos, flows_by_address;
  Counter named_by_resolved, undecidable, conflicts, too_long, malformed, no_room, works_given_up;
  Counter stream_gaps, requests_of_packet_full, quic_unopened, resolved_learned, resolved_busy;
  Counter events_lost;
  std::array<Counter, policy::kReasonsCount> blocked_for;  // by Reason
};

// For people and monitoring: every counter but blocked_for, with one sentence. `name` is the
// member's.
struct CounterRow {
  std::string_view name;
  Counter Counters::* counter;
  std::string_view sentence;
};
inline constexpr std::size_t kCounterRowsCount =
    sizeof(Counters) / sizeof(Counter) - policy::kReasonsCount;
extern const std::array<CounterRow, kCounterRowsCount> kCounterRows;

}  // namespace haetae::inspect
