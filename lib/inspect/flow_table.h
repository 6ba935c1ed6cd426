#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/counter.h"
#include "base/lazy_array.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "inspect/flow_key.h"
#include "inspect/limits.h"

namespace haetae::inspect {

inline constexpr std::uint32_t kNobody = 0xffffffff;  // no place in a table

// How far a flow has come, hence how long it is remembered after its last packet.
enum class Life : std::uint8_t {
  Opening,  // one side alone was heard, and not twice: a scan, a flood, or a handshake
  Open,
  Closing,  // one side is done
  Closed,   // both are, or one broke it off
};

// What is remembered of a flow: one line of the processor's cache. Whatever else is needed while it
// is undecided stands elsewhere and is found by `memo`.
struct alignas(64) Flow {
  FlowKey key;
  std::uint8_t stage;  // the table's user's own; 0 in a new flow
  Life life : 2;
  bool client_is_low : 1;  // who opened it, as far as can be told
  bool low_heard : 1;
  bool high_heard : 1;
  bool low_done : 1;
  bool high_done : 1;
  bool source_is_low : 1;  // who is charged for it: the source of its first packet
  std::uint32_t seen_s;    // the table's clock at the last packet
  std::uint32_t memo;      // the table's user's own; 0 in a new flow

  struct Link {
    std::uint32_t before;
    std::uint32_t after;
  };
  Link timer;     // flows that are looked at in the same second
  Link siblings;  // flows of the same source, oldest first

  const IpAddress& client() const noexcept { return client_is_low ? key.low : key.high; }
  const IpAddress& server() const noexcept { return client_is_low ? key.high : key.low; }
  std::uint16_t client_port() const noexcept {
    return client_is_low ? key.low_port : key.high_port;
  }
  std::uint16_t server_port() const noexcept {
    return client_is_low ? key.high_port : key.low_port;
  }
};
static_assert(sizeof(Flow) == 64);

struct FlowCounters {
  Counter flows_made;
  Counter flows_expired;
  Counter flows_evicted_opening;  // the table was full: one that had no answer yet
  Counter flows_evicted_source;   // of a source that has as many as it may
  Counter flows_evicted_full;     // the table was full of open flows: of whoever had the most
  Counter clock_jumps;
};

struct FlowCaps {
  std::size_t flows = limits::kFlowsMax;
  std::size_t flows_of_source = limits::kFlowsOfSourceMax;
};

// All flows of one worker. Never grows past its caps: 64 octets a flow and 16 of index. Nobody can
// push out others' flows but by outnumbering them: a source that has its share gives up its own,
// and a full table first forgets what never got an answer, then something of whoever has the most.
// No allocation after construction.
class FlowTable {
 public:
  // Told of each flow just before it is forgotten.
  class Leaving {
   public:
    virtual ~Leaving() = default;
    virtual void on_leaving(Flow& flow) noexcept = 0;
  };

  FlowTable(const FlowCaps& caps, const HashKey& key, FlowCounters& counters, Leaving& leaving);

  // Once per packet, before find(): time goes on, and flows whose time is up are forgotten.
  void advance(Monotonic now) noexcept {
    const std::int64_t now_s = std::chrono::floor<seconds>(now.time_since_epoch()).count();
    if (now_s != told_s_) set_clock(now_s);
    if (cleared_halves_ != halves_of(clock_s_) || slots_[kExpiringSlot] != kNobody) clear_some();
  }
  // Seconds since the first advance(), at least; never goes back.
  std::uint32_t clock_s() const noexcept { return clock_s_; }

  std::uint64_t hash(const FlowKey& key) const noexcept { return hash_of(key, key_); }
  // Null if it is not there, or its time is up. Hot path.
  Flow* find(const FlowKey& key, std::uint64_t hash) noexcept;
  // A flow that find() did not find. Opening; charged to the packet's source. Another one may have
  // to go for it: pointers to others are void.
  Flow& add(const FlowSide& side, std::uint64_t hash) noexcept;
  void touch(Flow& flow) noexcept {
    if (flow.seen_s != clock_s_) flow.seen_s = clock_s_;
  }
  // From now on it is remembered for as long as this life says.
  void set_life(Flow& flow, Life life) noexcept;
  void remove(Flow& flow) noexcept;

  std::size_t size() const noexcept { return size_; }
  std::uint32_t place_of(const Flow& flow) const noexcept {
    return static_cast<std::uint32_t>(flows_.place_of(flow));
  }
  Flow& at(std::uint32_t place) noexcept { return flows_[place]; }
  // The row in which the flow's source is counted: below limits::kFlowSources.
  std::uint32_t source_row(const Flow& flow) const noexcept;

 private:
  struct IndexSlot {
    std::uint32_t tag;  // the hash's upper half; its first bits say where the slot should stand
    std::uint32_t place_plus_1;  // 0: empty
  };
  struct Source {
    std::uint32_t count;
    std::uint32_t first;
    std::uint32_t last;
  };

  // Wheels of seconds. A flow hangs in the slot of the second in which it would be forgotten if
  // nothing more came; only when that second comes is it asked when it was seen. Opening flows hang
  // in a wheel of their own, so that the oldest is found at once.
  static constexpr std::uint32_t kOpenSlots = 512;
  static constexpr std::uint32_t kOpeningSlots = 16;
  static constexpr std::uint32_t kExpiringSlot = kOpenSlots + kOpeningSlots;
  static_assert(limits::kFlowOpenSeconds < kOpenSlots &&
                limits::kFlowOpeningSeconds < kOpeningSlots);
  static constexpr std::uint32_t kIsSlot = 0x80000000;  // in Link::before: a slot, not a flow

  // Each second has a slot in either wheel: what was cleared is counted in halves of seconds.
  static constexpr std::uint64_t halves_of(std::uint32_t second) noexcept {
    return 2 * std::uint64_t{second} + 1;
  }

  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32);
  }
  std::size_t home_of(std::uint32_t tag) const noexcept { return tag >> index_shift_; }
  std::size_t index_slot_of(const Flow& flow) const noexcept;
  void erase_from_index(std::size_t slot) noexcept;

  void set_clock(std::int64_t now_s) noexcept;
  void clear_some() noexcept;
  std::uint32_t deadline_of(const Flow& flow) const noexcept;
  void hang(Flow& flow) noexcept;
  void unhang(Flow& flow) noexcept;
  void hang_at(std::uint32_t slot, Flow& flow) noexcept;
  void move_chain(std::uint32_t from_slot) noexcept;

  void join(Source& source, Flow& flow) noexcept;
  void leave(Source& source, Flow& flow) noexcept;
  void make_room(Source& newcomer) noexcept;
  void evict_one_of(Source& source) noexcept;
  Source& heaviest_of_a_few() noexcept;

  FlowCaps caps_;
  HashKey key_;
  FlowCounters& counters_;
  Leaving& leaving_;
  std::size_t index_mask_;
  int index_shift_;
  LazyArray<Flow> flows_;
  LazyArray<IndexSlot> index_;
  LazyArray<Source> sources_;
  std::array<std::uint32_t, kExpiringSlot + 1> slots_;
  std::size_t size_ = 0;
  std::uint32_t touched_ = 0;  // rows of flows_ that were ever used
  std::uint32_t first_free_ = kNobody;
  std::uint32_t hand_ = 0;  // where the next few are looked at
  std::int64_t told_s_ = INT64_MIN;
  std::uint32_t clock_s_ = 1;
  std::uint64_t cleared_halves_ = halves_of(1);
};

}  // namespace haetae::inspect
