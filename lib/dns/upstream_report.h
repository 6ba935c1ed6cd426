#pragma once

#include <array>
#include <atomic>
#include <string_view>

#include "base/counter.h"
#include "base/limits.h"
#include "dns/server_fault.h"

namespace haetae::dns {

// What one worker counts of its upstream; read by others while it writes.
struct UpstreamCounters {
  Counter queries;               // sent over TLS, hedges and retries included
  Counter answers;               // that answered a question
  Counter hedges;                // asked elsewhere too, since no answer came in time
  Counter retries;               // asked again, since a connection ended before the answer
  Counter failures;              // questions that no server answered
  Counter wrong_answers;         // dropped: to another id or question
  Counter malformed;             // not DNS; the connection was closed
  Counter bad_answers;           // SERVFAIL, REFUSED, truncated: not an answer to the question
  Counter connections;           // opened
  Counter resumptions;           // of those, by a ticket instead of a certificate
  Counter connection_failures;   // could not be opened
  Counter certificate_failures;  // of those, because of the certificate
  Counter closed_idle;
  Counter plain_fallbacks;  // questions asked in plain DNS, as the configuration allows
};

// For people and monitoring: every counter with one sentence. `name` is the member's.
struct UpstreamCounterRow {
  std::string_view name;
  Counter UpstreamCounters::* counter;
  std::string_view sentence;
};
inline constexpr std::size_t kUpstreamCounterRowsCount = sizeof(UpstreamCounters) / sizeof(Counter);
extern const std::array<UpstreamCounterRow, kUpstreamCounterRowsCount> kUpstreamCounterRows;

// How the servers of one configuration are, as one worker sees it. Written by the worker, read by
// the supervisor, who tells what changes.
struct UpstreamReport {
  std::array<std::atomic<ServerFault>, limits::kUpstreamServersMax> faults{};  // in their order
  std::atomic<bool> is_plain = false;  // the last question had to be asked in plain DNS
};

}  // namespace haetae::dns
