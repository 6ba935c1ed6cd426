#include "daemon/packet_gate.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/limits.h"
#include "base/local_address.h"
#include "base/random_key.h"
#include "daemon/clock.h"
#include "daemon/gate_limits.h"
#include "daemon/gate_sightings.h"
#include "daemon/opening_log.h"
#include "daemon/queue_pace.h"
#include "daemon/routed_resets.h"
#include "daemon/running_flows.h"
#include "inspect/held_packets.h"
#include "inspect/judged_flows.h"
#include "wire/checksum.h"
#include "wire/sequence.h"
#include "wire/tcp_reset.h"

namespace haetae::daemon {
namespace {

using inspect::Effect;
using inspect::FlowSide;
using inspect::HeldPacket;
using inspect::HeldPackets;
using inspect::Observation;
using inspect::Seen;
using policy::FlowMark;

inspect::Settings inspector_settings(const GateSettings& settings) {
  inspect::Settings of_inspector;
  of_inspector.sees_all = true;
  of_inspector.ends_blocked = true;
  of_inspector.waits_for_receipt = settings.strict;
  of_inspector.refuses_unknown_quic = settings.strict;
  of_inspector.refuses_unresolved = settings.refuses_unresolved;
  std::vector<PrefixMap<bool>::Entry> except;
  for (const Cidr& one : settings.unresolved_except) except.push_back({one, true});
  of_inspector.unresolved_except = PrefixMap<bool>(std::move(except));
  return of_inspector;
}

bool is_blocked(const Seen& seen) noexcept {
  return seen.verdict.action == policy::Action::Block;
}

// The kernel counts an ICMP error to the connection that it speaks of, and a tunnel's packets to
// the tunnel: what is said of one of those is not said of that connection.
bool speaks_for_its_connection(const wire::Packet& packet) noexcept {
  return !packet.is_tunnelled && packet.protocol != wire::ip_protocol::kIcmp &&
         packet.protocol != wire::ip_protocol::kIcmpV6;
}

// Receivers throw it away (RFC 9293, section 3.10.7.4), so whoever sends it means it for us.
bool lacks_acknowledgement(const wire::Packet& packet) noexcept {
  using namespace wire::tcp_flag;  // NOLINT(google-build-using-namespace): three of its words
  return packet.protocol == wire::ip_protocol::kTcp && !packet.payload.empty() &&
         (packet.tcp_flags & (kAck | kSyn | kRst)) == 0;
}

}  // namespace

GateSettings gate_settings_of(const config::Config& config) {
  return {.fail_open = config::when_down_of(config) == config::WhenDown::Open,
          .strict = config.gate.strict,
          .refuses_unresolved = config.gate.unresolved_refused,
          .unresolved_except = config.gate.unresolved_except,
          .bits = policy::MarkBits(config.gate.mark)};
}

struct PacketGate::Impl {
  struct Channels {
    PacketQueue queue;
    OpeningLog openings;
    ConntrackMarks marks;
    RoutedResets resets;
  };

  Impl(const Published& all_published, const GateSettings& all, std::uint16_t queue_number,
       Channels own)
      : published(all_published),
        settings(all),
        number(queue_number),
        channels(std::move(own)),
        key(random_key()),
        sightings(published.lan, *published.policy.current()),
        later_sightings(published.lan, *published.policy.current()),
        inspector({published.policy, published.standing, *published.resolved, &events,
                   inspector_counters, &sightings},
                  inspector_settings(all)),
        judged({published.policy, published.standing, counters, later_sightings, &events}, key),
        held(key) {}

  void run() {
    while (!stops.load(std::memory_order_relaxed)) {
      channels.queue.is_ours() ? turn() : wait_for_queue();
      beats.add();
    }
    let_all_go();
  }

  // Another filter has it, which may end; or its socket failed.
  void wait_for_queue() {
    if (is_reading.exchange(false)) {
      // The kernel dropped them with the queue.
      for (HeldPacket one; held.take_overdue(Monotonic::max(), one);) continue;
      note_held();
    }
    std::this_thread::sleep_for(limits::kGateTurn);
    const Monotonic now = read_clock().monotonic;
    if (now < take_again_at) return;
    take_again_at = now + limits::kQueueTakeAgain;
    if (!take_queue()) return;
    fmt::print(stderr, "haetae: packets of queue {} are judged now\n", number);
  }

  std::expected<void, std::string> take_queue() {
    auto taken = channels.queue.take();
    if (taken) taken = channels.openings.take();
    if (!taken) channels.queue.give_up();
    is_reading = taken.has_value();
    if (taken && settings.takes_up_running) {
      counters.flows_taken_up.add(
          take_up_running_flows(published, settings.bits, later_sightings, judged, read_clock()));
    }
    return taken;
  }

  // Packets first; then some of what is to be judged again.
  void turn() noexcept {
    if (pace.rests()) std::this_thread::sleep_for(limits::kPaceRest);
    const auto packets = channels.queue.receive(!judged.is_behind());
    const Now now = read_clock();
    pace.took(packets.size(), now.monotonic);
    inspector.begin_batch();
    judged.begin_batch(now);
    take_openings(now);
    for (const QueuedPacket& queued : packets) on_packet(queued, now);
    accept_plain();
    let_overdue_go(now);
    channels.queue.flush();
    if (!judged.is_behind()) return;
    for (const auto& change : judged.judge_some(now)) channels.marks.change(change);
    channels.marks.flush();
  }

  // What opened the connections of these packets was told of before they came. Nothing is decided
  // by it.
  void take_openings(const Now& now) noexcept {
    for (auto told = channels.openings.receive(); !told.empty();
         told = channels.openings.receive()) {
      counters.openings.add(told.size());
      counters.openings_lost.add(channels.openings.lost());
      for (const Bytes& octets : told) {
        if (!wire::parse_packet(wire::LinkType::Raw, octets, packet)) continue;
        (void)inspector.on_packet(packet, now);
      }
      if (told.size() < limits::kOpeningBatch) return;
    }
  }

  void on_packet(const QueuedPacket& queued, const Now& now) noexcept {
    counters.packets.add();
    counters.octets.add(queued.octets.size() + queued.missing_bytes);
    if (!wire::parse_packet(wire::LinkType::Raw, queued.octets, packet)) {
      return drop(queued.id, counters.dropped_unreadable);
    }
    if (queued.is_unverified && !wire::has_right_checksum(packet)) {
      return drop(queued.id, counters.dropped_checksum);
    }
    if (lacks_acknowledgement(packet)) return drop(queued.id, counters.dropped_without_ack);
    packet.interface = queued.interface;
    packet.has_macs = queued.source_mac.has_value();
    if (packet.has_macs) packet.source_mac = *queued.source_mac;
    carry_out(queued, inspector.on_packet(packet, now), now);
  }

  void carry_out(const QueuedPacket& queued, const Observation& observed, const Now& now) noexcept {
    const FlowSide flow = inspect::side_of(packet);
    auto mark = FlowMark::Undecided;
    if (observed.effect.kind != Effect::Kind::Block) mark = remember(flow, observed);
    switch (observed.effect.kind) {
      case Effect::Kind::Wait: return let_pass(queued, flow, passing_mark(observed, mark));
      case Effect::Kind::Hold: return hold(queued, flow, now);
      case Effect::Kind::Accept: return accept(queued, flow);
      case Effect::Kind::Block: return block(queued, flow, observed);
    }
  }

  // ---- Effects.

  // What is written on the connection of a packet that passes while its flow goes on to be judged:
  // of HTTP we ask for requests alone, unless their receipts count. Where a verdict is an exception
  // for a stopped device, nothing: the rules would stop it.
  FlowMark passing_mark(const Observation& observed, FlowMark mark) const noexcept {
    const bool is_http =
        !observed.seen.empty() && observed.seen.back().protocol == inspect::Protocol::Http;
    return is_http && mark == FlowMark::Accepted && !settings.strict ? FlowMark::Requests
                                                                     : FlowMark::Undecided;
  }

  void let_pass(const QueuedPacket& queued, const FlowSide& flow, FlowMark mark) noexcept {
    if (!held.is_empty() && !packet.payload.empty()) {
      const auto side = flow.source_is_low ? HeldPackets::Side::Low : HeldPackets::Side::High;
      for (HeldPacket one; held.take(flow.key, side, one);) pass_held(one);
    }
    if (mark == FlowMark::Undecided) return pass(queued.id);
    accept_marked(queued.id, queued.mark, mark);
  }

  void hold(const QueuedPacket& queued, const FlowSide& flow, const Now& now) noexcept {
    const HeldPacket wanted{queued.id, queued.mark,
                            static_cast<std::uint32_t>(queued.octets.size()), packet.sequence};
    switch (held.keep(flow, wanted, now.monotonic)) {
      case HeldPackets::Kept::Yes:
        accept_plain();  // those before it; from now on each by itself
        counters.held.add();
        note_held();
        return;
      case HeldPackets::Kept::SentAgain: return drop(queued.id, counters.held_again);
      case HeldPackets::Kept::NoRoom:
        counters.held_no_room.add();
        return settings.strict ? drop(queued.id, counters.dropped_strict) : pass(queued.id);
    }
  }

  void accept(const QueuedPacket& queued, const FlowSide& flow) noexcept {
    // Not so: the rules would write it on a connection that it says nothing of.
    if (!speaks_for_its_connection(packet)) return pass(queued.id);
    const auto known = judged.settle(flow.key);
    const FlowMark mark = known ? *known : unjudged_mark(flow);
    if (!held.is_empty()) {
      for (HeldPacket one; held.take(flow.key, HeldPackets::Side::Both, one);) {
        accept_marked(one.id, one.mark, mark);
      }
      note_held();
    }
    accept_marked(queued.id, queued.mark, mark);
  }

  // Where neither end is of the internet, nothing is judged, and no stop of the internet counts.
  static FlowMark unjudged_mark(const FlowSide& flow) noexcept {
    const bool at_home = is_local(flow.key.low) && is_local(flow.key.high);
    return at_home ? FlowMark::Kept : FlowMark::Accepted;
  }

  void block(const QueuedPacket& queued, const FlowSide& flow,
             const Observation& observed) noexcept {
    const bool is_question = packet.protocol == wire::ip_protocol::kUdp && !observed.seen.empty() &&
                             observed.seen.back().protocol == inspect::Protocol::Dns;
    // One question of many that pass between the two.
    if (is_question) return drop(queued.id, counters.dropped_dns);
    std::uint32_t first = packet.sequence;
    if (!held.is_empty()) {
      for (HeldPacket one; held.take(flow.key, HeldPackets::Side::Both, one);) {
        if (wire::sequence_distance(first, one.sequence) < 0) first = one.sequence;
        drop(one.id, counters.blocked);
      }
      note_held();
    }
    accept_marked(queued.id, queued.mark, FlowMark::Blocked);
    if (std::ranges::any_of(observed.seen, is_blocked)) tell_receiver(first);
  }

  // The sender is told by the rules. Who should have got the packet is told here, at the place of
  // its first octet that did not arrive.
  void tell_receiver(std::uint32_t first) noexcept {
    if (packet.is_tunnelled) return;
    // What it sent before goes first: an end that is still opening the connection would forget it.
    channels.queue.flush();
    wire::Packet without = packet;
    without.sequence = first;
    const auto reset = wire::make_tcp_reset(without, wire::ResetFor::ReceiverWithout);
    if (!reset) return;
    const bool is_sent = channels.resets.send(*reset, packet.destination);
    (is_sent ? counters.resets_sent : counters.resets_failed).add();
  }

  // Returns what the verdict says of the flow.
  FlowMark remember(const FlowSide& flow, const Observation& observed) noexcept {
    if (observed.seen.empty()) return FlowMark::Undecided;
    const Seen& seen = observed.seen.back();
    if (seen.protocol == inspect::Protocol::Dns) return FlowMark::Undecided;
    inspect::Trace trace;
    if (packet.source == seen.client.address) {
      trace.interface = packet.interface;
      if (packet.has_macs) trace.mac = packet.source_mac;
    }
    return judged.allowed(flow.key, seen, trace);
  }

  // ---- Verdicts, in as few messages as can be.

  // One after the other they are accepted by one message, as long as none waits from before them.
  void pass(std::uint32_t id) noexcept {
    counters.passed.add();
    if (!held.is_empty()) return channels.queue.accept(id);
    plain_until = id;
    has_plain = true;
  }
  void accept_plain() noexcept {
    if (has_plain) channels.queue.accept_up_to(plain_until);
    has_plain = false;
  }

  void accept_marked(std::uint32_t id, std::uint32_t packet_mark, FlowMark mark) noexcept {
    accept_plain();
    switch (mark) {
      case FlowMark::Undecided:
      case FlowMark::Asked:
      case FlowMark::Requests: counters.passed.add(); break;
      case FlowMark::Accepted: counters.accepted.add(); break;
      case FlowMark::Kept: counters.kept.add(); break;
      case FlowMark::Blocked: counters.blocked.add(); break;
    }
    channels.queue.accept(id, settings.bits.with(packet_mark, mark));
  }
  void drop(std::uint32_t id, Counter& why) noexcept {
    accept_plain();
    why.add();
    channels.queue.drop(id);
  }

  // ---- What is held.

  void pass_held(const HeldPacket& one) noexcept {
    counters.passed.add();
    channels.queue.accept(one.id);
    note_held();
  }
  void let_overdue_go(const Now& now) noexcept {
    for (HeldPacket one; held.take_overdue(now.monotonic, one);) {
      counters.held_too_long.add();
      settings.strict ? drop(one.id, counters.dropped_strict) : pass_held(one);
    }
  }
  void let_all_go() noexcept {
    for (HeldPacket one; held.take_overdue(Monotonic::max(), one);) {
      settings.fail_open ? pass_held(one) : channels.queue.drop(one.id);
    }
    channels.queue.flush();
  }
  void note_held() noexcept {
    held_now.store(held.size(), std::memory_order_relaxed);
    if (held.size() > held_most.load(std::memory_order_relaxed)) {
      held_most.store(held.size(), std::memory_order_relaxed);
    }
  }

  const Published published;
  GateSettings settings;
  std::uint16_t number;
  Channels channels;
  HashKey key;
  Ring<event::Event> events{limits::kEventRingSlots};
  inspect::Counters inspector_counters;
  GateCounters counters;
  Counter beats;
  std::atomic<std::uint64_t> held_now{0};
  std::atomic<std::uint64_t> held_most{0};
  std::atomic<bool> stops{false};
  std::atomic<bool> is_reading{false};
  Monotonic take_again_at;
  GateSightings sightings;        // the Inspector's
  GateSightings later_sightings;  // those of what is judged again
  inspect::Inspector inspector;
  inspect::JudgedFlows judged;
  HeldPackets held;
  QueuePace pace;
  wire::Packet packet;  // the one that is looked at
  bool has_plain = false;
  std::uint32_t plain_until = 0;
  std::jthread thread;
};

std::expected<std::unique_ptr<PacketGate>, std::string> PacketGate::open(
    const Published& published, const GateSettings& settings, std::uint16_t number) {
  auto marks = ConntrackMarks::open(settings.bits);
  if (!marks) return std::unexpected(marks.error());
  auto resets = RoutedResets::open();
  if (!resets) return std::unexpected(resets.error());
  return std::unique_ptr<PacketGate>(new PacketGate(std::make_unique<Impl>(
      published, settings, number,
      Impl::Channels{PacketQueue({.number = number, .fail_open = settings.fail_open}),
                     OpeningLog(number), std::move(*marks), std::move(*resets)})));
}

PacketGate::PacketGate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PacketGate::~PacketGate() {
  stop();
  join();
}

std::expected<void, std::string> PacketGate::take_queue() {
  return impl_->take_queue();
}
void PacketGate::start() {
  impl_->thread = std::jthread([this] { impl_->run(); });
}
void PacketGate::stop() {
  impl_->stops.store(true, std::memory_order_relaxed);
}
void PacketGate::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool PacketGate::is_reading() const noexcept {
  return impl_->is_reading;
}
std::uint16_t PacketGate::number() const noexcept {
  return impl_->number;
}
std::uint64_t PacketGate::beats() const noexcept {
  return impl_->beats.value();
}
const GateCounters& PacketGate::counters() const noexcept {
  return impl_->counters;
}
const inspect::Counters& PacketGate::inspector_counters() const noexcept {
  return impl_->inspector_counters;
}
const PacketQueue::Counters& PacketGate::queue_counters() const noexcept {
  return impl_->channels.queue.counters();
}
const ConntrackMarks::Counters& PacketGate::mark_counters() const noexcept {
  return impl_->channels.marks.counters();
}
PacketGate::Held PacketGate::held() const noexcept {
  return {impl_->held_now.load(std::memory_order_relaxed),
          impl_->held_most.load(std::memory_order_relaxed)};
}
Ring<event::Event>& PacketGate::events() noexcept {
  return impl_->events;
}

}  // namespace haetae::daemon
