#include "daemon/tap_worker.h"

#include <poll.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/limits.h"
#include "daemon/capture_limits.h"
#include "daemon/clock.h"
#include "daemon/packet_tap.h"
#include "daemon/reset_sender.h"
#include "inspect/inspector.h"

namespace haetae::daemon {
namespace {

// How long a quiet worker waits before it looks whether it is to stop.
constexpr milliseconds kTick{200};
// The kernel is asked for what it dropped, and a quiet worker takes up a new policy.
constexpr milliseconds kLookAfter{1000};

TapSettings settings_of(const config::Tap& tap, const TapWorker::Share& share) {
  return {.interface = tap.interface,
          .filter = tap.filter,
          .hold = tap.enforce ? limits::kTapHoldEnforcing : limits::kTapHold,
          .fanout_group = share.fanout_group};
}

inspect::Settings settings_of(const config::Tap& tap) {
  inspect::Settings settings;
  settings.macs_are_devices = !tap.behind_router;
  settings.ends_blocked = tap.enforce;
  return settings;
}

// Something that is opened again after a fault, later each time.
template <typename Thing>
struct Kept {
  std::optional<Thing> thing;
  std::string fault;

  bool is_due(Monotonic now) const { return !thing && now >= due; }
  // True if it is open now.
  bool take(std::expected<Thing, std::string> opened, Monotonic now) {
    if (!opened) {
      lose(std::move(opened.error()), now);
      return false;
    }
    thing.emplace(std::move(*opened));
    fault.clear();
    wait = limits::kTapRetryFirst;
    return true;
  }
  void lose(std::string why, Monotonic now) {
    fault = std::move(why);
    thing.reset();
    due = now + wait;
    wait = std::min(wait * 2, limits::kTapRetryLast);
  }

 private:
  Monotonic due{};
  milliseconds wait = limits::kTapRetryFirst;
};

}  // namespace

const std::array<TapCounterRow, sizeof(TapCounters) / sizeof(Counter)> kTapCounterRows{{
    {"packets", &TapCounters::packets, "Frames that the kernel handed over."},
    {"octets", &TapCounters::octets, "Octets of those frames."},
    {"packets_cut", &TapCounters::packets_cut, "Frames of which only the start was handed over."},
    {"packets_unread", &TapCounters::packets_unread,
     "Frames that are not IP, or whose headers could not be read."},
    {"dropped", &TapCounters::dropped,
     "Frames that the kernel dropped: they came faster than they were judged."},
    {"dropped_interface", &TapCounters::dropped_interface, "Frames that the network card dropped."},
    {"resets_sent", &TapCounters::resets_sent, "TCP resets sent."},
    {"resets_failed", &TapCounters::resets_failed,
     "TCP resets that could not be sent: no interface, or no MAC address of their reader."},
    {"resets_over_limit", &TapCounters::resets_over_limit,
     "TCP resets not sent: there were too many in that second."},
}};

struct TapWorker::Impl {
  Impl(const Published& published, const config::Tap& configured, const Share& share)
      : settings(configured),
        tap_settings(settings_of(configured, share)),
        counts_interface(share.number == 0),
        inspector(
            {published.policy, published.standing, *published.resolved, &events, inspect_counters},
            settings_of(configured)) {}

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      beats.add();
      const Now now = read_clock();
      open_what_is_due(now.monotonic);
      if (now.monotonic >= look_at) look(now.monotonic);
      if (tap.thing) {
        wait_for_packets();
        take_packets();
      } else {
        std::this_thread::sleep_for(kTick);
      }
    }
    count_drops();
  }

  // --- what may go away and come back ---

  void open_what_is_due(Monotonic now) {
    if (tap.is_due(now) && tap.take(PacketTap::open(tap_settings), now)) {
      dropped_told = dropped_interface_told = 0;  // a new socket counts from the start
    }
    if (settings.enforce && resets.is_due(now)) {
      resets.take(ResetSender::open(settings.reset_interface), now);
    }
    tell_fault();
  }

  void tell_fault() {
    const std::string& now = tap.fault.empty() ? resets.fault : tap.fault;
    if (now == fault) return;
    const std::lock_guard lock(fault_mutex);
    fault = now;
  }

  // --- packets ---

  void look(Monotonic now) {
    look_at = now + kLookAfter;
    inspector.begin_batch();
    count_drops();
  }

  void count_drops() {
    if (!tap.thing) return;
    const PacketTap::Counters told = tap.thing->counters();
    counters.dropped.add(told.dropped - std::exchange(dropped_told, told.dropped));
    if (!counts_interface) return;
    counters.dropped_interface.add(told.dropped_interface -
                                   std::exchange(dropped_interface_told, told.dropped_interface));
  }

  void wait_for_packets() {
    pollfd ready{tap.thing->descriptor(), POLLIN, 0};
    (void)poll(&ready, 1, static_cast<int>(kTick.count()));
  }

  void take_packets() {
    inspector.begin_batch();
    const Now now = read_clock();
    CapturedPacket captured;
    for (int i = 0; i < limits::kTapBatchPackets; ++i) {
      if (!tap.thing->next(captured)) {
        return look_after_end(now.monotonic);
      }
      on_packet(captured, now);
    }
  }

  // Nothing more is there: for now, or since the interface went away.
  void look_after_end(Monotonic now) {
    if (tap.thing->error().empty()) return;
    count_drops();
    tap.lose(tap.thing->error(), now);
  }

  void on_packet(const CapturedPacket& captured, const Now& now) {
    counters.packets.add();
    counters.octets.add(captured.octets.size());
    if (captured.octets.size() < captured.original_bytes) counters.packets_cut.add();
    if (!wire::parse_packet(captured.link, captured.octets, packet)) {
      return counters.packets_unread.add();
    }
    const inspect::Effect effect = inspector.on_packet(packet, now).effect;
    if (effect.end == inspect::Effect::End::Reset && settings.enforce) [[unlikely]] {
      reset_both_ends(captured, now.monotonic);
    }
  }

  // For every packet of a blocked connection, whichever way it goes: if the first resets came too
  // late, those for what is sent next may come in time.
  void reset_both_ends(const CapturedPacket& captured, Monotonic now) {
    const bool has_tags = settings.reset_tagged && captured.link == wire::LinkType::Ethernet;
    const Bytes tags = has_tags ? wire::vlan_tags(captured.octets) : Bytes();
    for (const auto& [whom, mac] : {std::pair(wire::ResetFor::Sender, packet.source_mac),
                                    std::pair(wire::ResetFor::Receiver, packet.destination_mac)}) {
      if (auto reset = wire::make_tcp_reset(packet, whom)) send(*reset, mac, tags, now);
    }
  }

  void send(wire::TcpReset& reset, const MacAddress& mac, Bytes tags, Monotonic now) {
    if (now - second_began >= milliseconds(1000)) {
      second_began = now;
      resets_in_second = 0;
    }
    if (resets_in_second == limits::kTapResetsPerSecondMax) return counters.resets_over_limit.add();
    ++resets_in_second;
    const bool has_mac = packet.has_macs && mac != MacAddress{};
    if (!has_mac || !resets.thing) return counters.resets_failed.add();
    if (resets.thing->send(reset, mac, tags)) return counters.resets_sent.add();
    counters.resets_failed.add();
    if (!resets.thing->error().empty()) resets.lose(resets.thing->error(), now);
  }

  const config::Tap settings;
  const TapSettings tap_settings;
  const bool counts_interface;
  Kept<PacketTap> tap;
  Kept<ResetSender> resets;
  Monotonic look_at;
  Monotonic second_began;
  int resets_in_second = 0;
  std::uint64_t dropped_told = 0;  // by the tap that is open now
  std::uint64_t dropped_interface_told = 0;
  TapCounters counters;
  inspect::Counters inspect_counters;
  Counter beats;
  Ring<event::Event> events{limits::kEventRingSlots};
  inspect::Inspector inspector;
  wire::Packet packet;
  mutable std::mutex fault_mutex;
  std::string fault;  // written by the thread alone, under the mutex
  std::jthread thread;
};

TapWorker::TapWorker(const Published& published, const config::Tap& tap, const Share& share)
    : impl_(std::make_unique<Impl>(published, tap, share)) {}
TapWorker::~TapWorker() = default;

void TapWorker::start() {
  impl_->thread = std::jthread([this](const std::stop_token& stop) { impl_->run(stop); });
}
void TapWorker::stop() {
  impl_->thread.request_stop();
}
void TapWorker::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}
std::uint64_t TapWorker::beats() const noexcept {
  return impl_->beats.value();
}
const TapCounters& TapWorker::counters() const noexcept {
  return impl_->counters;
}
const inspect::Counters& TapWorker::inspect_counters() const noexcept {
  return impl_->inspect_counters;
}
std::string TapWorker::fault() const {
  const std::lock_guard lock(impl_->fault_mutex);
  return impl_->fault;
}
Ring<event::Event>& TapWorker::events() noexcept {
  return impl_->events;
}

}  // namespace haetae::daemon
