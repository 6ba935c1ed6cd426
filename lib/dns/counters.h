#pragma once

#include <array>
#include <string_view>

#include "base/counter.h"
#include "policy/verdict.h"

namespace haetae::dns {

// What one worker's service counts; read by others while the worker writes.
struct Counters {
  Counter queries, replies, blocked, watched, rewritten, cache_hits, cache_stale_hits, cache_misses;
  Counter dropped_short, dropped_response, dropped_pending_full, refused_client, refused_question;
  Counter formerr, notimp;
  Counter dropped_proxy_header, claims_ignored, claims_malformed;
  Counter upstream_queries, upstream_failures, upstream_bogus, upstream_timeouts, servfail;
  Counter answers_blocked, answers_rebinding, answers_null, answers_undecidable;
  Counter truncated, events_lost, coalesced, prefetches;
  Counter identity_held, identity_timeouts, identity_not_held;
  Counter resolved_told, resolved_busy;
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

}  // namespace haetae::dns
