#pragma once

#include <array>
#include <cstdint>

#include "base/lazy_array.h"
#include "base/time.h"
#include "inspect/flow_key.h"
#include "inspect/flow_table.h"
#include "inspect/gate_limits.h"

namespace haetae::inspect {

// A packet that is kept back where it came from (a queue of the kernel), known there by an id.
struct HeldPacket {
  std::uint32_t id = 0;
  std::uint32_t mark = 0;  // as it came
  std::uint32_t bytes = 0;
  std::uint32_t sequence = 0;  // TCP; otherwise 0
};

// The packets of one worker that wait for what their flow says next. Bounded in packets, octets,
// packets of one source, and time. No allocation after construction.
class HeldPackets {
 public:
  explicit HeldPackets(const HashKey& key);

  enum class Kept : std::uint8_t {
    Yes,
    SentAgain,  // an equal segment of the flow is held: this one need not be
    NoRoom,     // of all, or of its source
  };
  Kept keep(const FlowSide& flow, const HeldPacket& packet, Monotonic now) noexcept;

  // Which of a flow's packets are meant.
  enum class Side : std::uint8_t { Both, Low, High };  // as in FlowKey
  // Takes out the flow's first one, in the order in which they came. False: there is none.
  bool take(const FlowKey& flow, Side side, HeldPacket& out) noexcept;
  // Takes out the oldest, if its time is up.
  bool take_overdue(Monotonic now, HeldPacket& out) noexcept;

  bool is_empty() const noexcept { return count_ == 0; }
  std::size_t size() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::size_t kChains = 4096;
  static constexpr std::size_t kSources = 16'384;

  struct Row {
    FlowKey flow;
    bool source_is_low;
    std::uint16_t source;
    std::uint16_t chain;
    HeldPacket packet;
    Monotonic until;
    std::uint32_t next_of_chain;  // those that may be of the same flow, oldest first; or a free row
    std::uint32_t older;
    std::uint32_t newer;
  };

  std::uint16_t chain_of(const FlowKey& flow) const noexcept {
    return static_cast<std::uint16_t>(hash_of(flow, key_) % kChains);
  }
  void take_out(std::uint32_t place) noexcept;

  HashKey key_;
  LazyArray<Row> rows_;
  LazyArray<std::uint16_t> of_source_;
  std::array<std::uint32_t, kChains> chains_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::uint32_t touched_ = 0;  // rows that were ever used
  std::uint32_t first_free_ = kNobody;
  std::uint32_t oldest_ = kNobody;
  std::uint32_t newest_ = kNobody;
};

}  // namespace haetae::inspect
