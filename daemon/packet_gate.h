#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/ring.h"
#include "config/config.h"
#include "daemon/conntrack_marks.h"
#include "daemon/gate_counters.h"
#include "daemon/packet_queue.h"
#include "daemon/worker.h"
#include "event/event.h"
#include "inspect/inspector.h"

namespace haetae::daemon {

struct GateSettings {
  bool fail_open = true;            // what cannot be asked about passes
  bool strict = false;              // what cannot wait, or not longer, is dropped
  bool refuses_unresolved = false;  // see inspect::Settings
  std::vector<Cidr> unresolved_except;
  policy::MarkBits bits{0};
  bool takes_up_running = false;  // connections of an earlier run; one worker does
};
GateSettings gate_settings_of(const config::Config& config);

// Judges packets in the path: one thread that reads one queue of the kernel, shows each packet to
// an Inspector, and carries out its Effect as marks. The kernel's rules do the rest: they lead
// undecided connections here, save a packet's mark on its connection, reject what is blocked, and
// ask no more about what is accepted. Shares nothing but what is Published.
class PacketGate {
 public:
  // number: of the queue. Error: what cannot be set up, for a person. The thread starts with
  // start().
  static std::expected<std::unique_ptr<PacketGate>, std::string> open(const Published& published,
                                                                      const GateSettings& settings,
                                                                      std::uint16_t number);
  ~PacketGate();

  // Before start(). Error: why the queue is not ours; then the thread tries again and again.
  std::expected<void, std::string> take_queue();
  void start();
  // From any thread: lets go what it holds and ends the thread, within limits::kGateTurn.
  void stop();
  void join();

  // Read by other threads.
  bool is_reading() const noexcept;  // the queue is ours
  std::uint16_t number() const noexcept;
  std::uint64_t beats() const noexcept;  // grows at least every limits::kGateTurn
  const GateCounters& counters() const noexcept;
  const inspect::Counters& inspector_counters() const noexcept;
  const PacketQueue::Counters& queue_counters() const noexcept;
  const ConntrackMarks::Counters& mark_counters() const noexcept;
  struct Held {
    std::uint64_t now = 0;
    std::uint64_t most = 0;
  };
  Held held() const noexcept;
  Ring<event::Event>& events() noexcept;  // the one reader is the event writer

 private:
  struct Impl;
  explicit PacketGate(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace haetae::daemon
