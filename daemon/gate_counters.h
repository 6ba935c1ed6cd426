#pragma once

#include <array>
#include <string_view>

#include "base/counter.h"
#include "inspect/judged_flows.h"

namespace haetae::daemon {

// What one worker of the gate counts, beside its Inspector; read by others while it works.
struct GateCounters : inspect::JudgedCounters {
  Counter flows_taken_up;
  Counter packets, octets;
  Counter openings, openings_lost;
  // By what became of the packet.
  Counter passed, accepted, kept, blocked, dropped_unreadable, dropped_checksum,
      dropped_without_ack;
  Counter dropped_dns, dropped_strict;
  // Packets that waited for the rest of what they say.
  Counter held, held_too_long, held_no_room, held_again;
  Counter resets_sent, resets_failed;
};

// For people and monitoring: every counter, with one sentence. `name` is the member's.
struct GateCounterRow {
  std::string_view name;
  Counter GateCounters::* counter;
  std::string_view sentence;
};
inline constexpr std::size_t kGateCounterRowsCount = sizeof(GateCounters) / sizeof(Counter);
extern const std::array<GateCounterRow, kGateCounterRowsCount> kGateCounterRows;

}  // namespace haetae::daemon
