#include "daemon/gate_metrics.h"

#include "daemon/connection_table.h"
#include "daemon/counter_rows.h"

namespace haetae::daemon {
namespace {

using admin::Exposition;
using enum Exposition::Type;

using Gates = std::vector<std::unique_ptr<PacketGate>>;

void write_held(Exposition& out, const Gates& gates) {
  out.one("haetae_gate_held_now", Gauge, "Packets that are kept back now.",
          sum_of(gates, [](const PacketGate& gate) { return gate.held().now; }));
  out.one("haetae_gate_held_most", Gauge, "The most that ever were, of each worker.",
          sum_of(gates, [](const PacketGate& gate) { return gate.held().most; }));
}

// A queue that no program has any more is told as an empty one.
void write_queues(Exposition& out, const Gates& gates) {
  QueueState all;
  for (const auto& gate : gates) {
    const QueueState one = read_queue_state(gate->number()).value_or(QueueState{});
    all.waiting += one.waiting;
    all.dropped += one.dropped;
    all.dropped_unread += one.dropped_unread;
  }
  out.one("haetae_gate_queue_waiting", Gauge,
          "Packets in the kernel without a verdict, held ones too.",
          static_cast<double>(all.waiting));
  out.one(
      "haetae_gate_queue_unasked_total", Counter,
      "Packets that found no room while they waited to be read: they passed with when_down: "
      "open, else they were dropped.",
      sum_of(gates, [](const PacketGate& gate) { return gate.queue_counters().unasked.value(); }));
  out.one("haetae_gate_queue_dropped_total", Counter,
          "Packets for which a queue of the kernel was full, likewise; counted with when_down: "
          "closed alone.",
          static_cast<double>(all.dropped));
  out.one("haetae_gate_verdicts_failed_total", Counter,
          "Verdicts that the kernel would not take, mostly since the packet was gone.",
          sum_of(gates, [](const PacketGate& gate) {
            return gate.queue_counters().verdicts_failed.value();
          }));
}

void write_connection_table(Exposition& out) {
  const auto table = read_connection_table();
  if (!table) return;
  out.one("haetae_gate_connections_now", Gauge, "Connections that the kernel tracks.",
          static_cast<double>(table->now));
  out.one("haetae_gate_connections_most", Gauge,
          "How many it tracks at most: with a full table it drops new ones.",
          static_cast<double>(table->most));
}

void write_marks(Exposition& out, const Gates& gates) {
  constexpr struct {
    std::string_view name;
    haetae::Counter ConntrackMarks::Counters::* counter;
    std::string_view sentence;
  } kRows[] = {
      {"marks_changed", &ConntrackMarks::Counters::sent,
       "Marks of live connections that were to be changed without a packet."},
      {"marks_gone", &ConntrackMarks::Counters::gone, "Of those, the connection had ended."},
      {"marks_failed", &ConntrackMarks::Counters::failed, "Of those, the kernel would not."},
  };
  write_counters(out, "haetae_gate", gates, kRows,
                 [](const PacketGate& gate) -> auto& { return gate.mark_counters(); });
}

}  // namespace

void write_gates(Exposition& out, const Gates& gates) {
  if (gates.empty()) return;
  write_counters(out, "haetae_gate", gates, kGateCounterRows,
                 [](const PacketGate& gate) -> auto& { return gate.counters(); });
  write_held(out, gates);
  write_queues(out, gates);
  write_connection_table(out);
  write_marks(out, gates);
}

}  // namespace haetae::daemon
