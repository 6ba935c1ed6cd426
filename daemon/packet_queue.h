#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/address.h"
#include "base/bytes.h"
#include "base/counter.h"

namespace haetae::daemon {

struct QueueSettings {
  std::uint16_t number = 0;
  bool fail_open = true;  // what finds no room in the queue passes unasked; else it is dropped
};

// A packet that waits in the kernel for our verdict.
struct QueuedPacket {
  std::uint32_t id = 0;             // grows by one with each packet of the queue, and wraps
  std::uint32_t mark = 0;           // of the packet
  Bytes octets;                     // from the IP header on; valid until the next receive()
  std::uint32_t missing_bytes = 0;  // that the packet has behind them
  std::optional<MacAddress> source_mac;
  std::uint32_t interface = 0;  // the kernel's index of where it came in; 0: it does not say
  // Nobody has looked at its checksums yet, and they are filled in.
  bool is_unverified = false;
};

// One queue of netfilter's NFQUEUE: packets out, verdicts in. One thread. Verdicts are collected,
// and sent by flush() or when there are many. Needs CAP_NET_ADMIN.
class PacketQueue {
 public:
  struct Counters {
    Counter unasked;          // packets that found no room: they passed, or were dropped
    Counter verdicts_failed;  // the kernel did not know the packet any more, or would not listen
  };

  // A queue that is not ours yet: see take().
  explicit PacketQueue(const QueueSettings& settings);
  ~PacketQueue();
  PacketQueue(PacketQueue&& other) noexcept;
  PacketQueue& operator=(PacketQueue&& other) noexcept;

  // Makes the queue ours, also one that broke. Error: why not, and what to do.
  std::expected<void, std::string> take();
  // It is nobody's then.
  void give_up() noexcept;
  // The packets that are there; with `waits`, after limits::kGateTurn at most. Hot path.
  std::span<const QueuedPacket> receive(bool waits) noexcept;
  // It can be read: it was taken, and its socket did not fail for good since.
  bool is_ours() const noexcept;

  void accept(std::uint32_t id) noexcept;
  void accept(std::uint32_t id, std::uint32_t mark) noexcept;  // with this mark on the packet
  // Also all that are still in the queue from before it.
  void accept_up_to(std::uint32_t id) noexcept;
  void drop(std::uint32_t id) noexcept;
  void flush() noexcept;

  const Counters& counters() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// What the kernel itself says of a queue (/proc/net/netfilter/nfnetlink_queue); nothing: no program
// has it.
struct QueueState {
  std::uint32_t owner = 0;           // the netlink port of whoever reads it
  std::uint64_t waiting = 0;         // packets without a verdict
  std::uint64_t dropped = 0;         // the queue was full
  std::uint64_t dropped_unread = 0;  // its reader's buffer was
};
std::optional<QueueState> read_queue_state(std::uint16_t number);

}  // namespace haetae::daemon
