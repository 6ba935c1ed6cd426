#pragma once

#include <array>
#include <optional>
#include <span>

#include "base/counter.h"
#include "base/lazy_array.h"
#include "base/ring.h"
#include "base/snapshot.h"
#include "base/time.h"
#include "event/event.h"
#include "inspect/flow_key.h"
#include "inspect/gate_limits.h"
#include "inspect/seen.h"
#include "inspect/sighting_source.h"
#include "policy/decide.h"
#include "policy/flow_mark.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::inspect {

struct JudgedCounters {
  Counter flows_remembered;
  Counter flows_forgotten;  // for newer ones
  Counter judged_again;
  Counter judged_otherwise;  // of those, with another mark than before
  Counter judged_events_lost;
};

// The flows of one worker that the kernel lets pass without asking again: of each, who its client
// is and what it asked for. When the policy or the standing changes, when a verdict's time is up,
// or when the clock was set, all are judged again without a packet, a few at a time, and those that
// come out otherwise are told. What is judged again of a URL is its site alone. Nobody can push out
// others' flows but by outnumbering them. No allocation after construction.
class JudgedFlows {
 public:
  struct Parts {
    const Snapshot<policy::Policy>& policy;
    const Snapshot<policy::Standing>& standing;
    JudgedCounters& counters;
    SightingSource& sightings;             // its own one
    Ring<event::Event>* events = nullptr;  // null: nobody reads them
  };
  JudgedFlows(const Parts& parts, const HashKey& key, std::size_t rows = limits::kJudgedFlowsMax);

  // Once per batch, after the Inspector's.
  void begin_batch(const Now& now);

  // Remembers a flow whose request was let through. trace: of its client. Until settle() its
  // connection is written on only if it comes to be blocked. Returns what its verdict says. Hot
  // path.
  policy::FlowMark allowed(const FlowKey& key, const Seen& seen, const Trace& trace) noexcept;
  // A flow that an earlier run of the filter let pass, and what it wrote on its connection. `seen`
  // tells what is known of it. It is judged with the next batch.
  void take_up(const FlowKey& key, const Seen& seen, const Trace& trace,
               policy::FlowMark written) noexcept;
  // No other request of the flow will be judged: what to write on its connection. Nothing: nobody
  // remembers it. Hot path.
  std::optional<policy::FlowMark> settle(const FlowKey& key) noexcept;

  // Whether some are still to be judged again.
  bool is_behind() const noexcept { return pass_ != Pass::None; }
  // Judges the next few again; those of them that came out otherwise. Valid until the next call.
  struct Change {
    FlowKey key;
    bool client_is_low;
    policy::FlowMark mark;
  };
  std::span<const Change> judge_some(const Now& now) noexcept;

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kNameRoomBytes = 128;
  static constexpr std::size_t kSources = 65'536;

  // Where flows of one hash are remembered: one line of the processor's cache. Rows are given out
  // in their order, so that few flows touch few pages of memory.
  struct alignas(64) Bucket {
    std::array<std::uint32_t, kWays> rows_plus_1;  // 0: none yet
    std::array<std::uint16_t, kWays> tags;
    std::array<std::uint16_t, kWays> sources;
  };
  static_assert(sizeof(Bucket) == 64);
  struct alignas(64) Row {
    FlowKey key;
    MacAddress mac;
    policy::FlowMark mark;  // what its verdict says
    bool client_is_low : 1;
    bool has_mac : 1;
    bool has_name : 1;
    bool is_settled : 1;
    bool wants_name : 1;  // it hides its name: the profile's rule for that counts, too
    policy::Kind kind;
    policy::Technique technique;
    std::uint8_t subject_bytes;
    std::uint32_t interface;
    Time valid_until;
    std::array<std::uint8_t, kNameRoomBytes> subject;  // a name in wire form, or an address
  };
  static_assert(sizeof(Row) == 192);
  enum class Pass : std::uint8_t { None, Runs, RunsAndAgain };

  struct Place {
    std::size_t bucket;
    std::uint16_t tag;
  };
  Place place_of(const FlowKey& key) const noexcept;
  std::size_t find(const Place& place, const FlowKey& key) const noexcept;  // rows_.size(): none
  std::size_t choose(const Bucket& bucket) noexcept;
  std::size_t take_row(const Place& place, const IpAddress& client) noexcept;
  void begin_pass() noexcept;
  void end_pass() noexcept;
  static policy::FlowMark written_on(const Row& row) noexcept;
  void write(Row& row, const Seen& seen) const noexcept;
  policy::Identity identify(const Row& row) const noexcept;
  // What the policy says now of a row's flow, and until when.
  struct Again {
    policy::Identity who;
    policy::Verdict verdict;
    policy::FlowMark mark;
    Time valid_until;
  };
  Again judge(const Row& row, const Now& now) noexcept;
  void write_event(const Row& row, const Again& again, const Now& now) noexcept;

  SnapshotReader<policy::Policy> policy_;
  SnapshotReader<policy::Standing> standing_;
  policy::Scratch scratch_;
  JudgedCounters& counters_;
  SightingSource& sightings_;
  Ring<event::Event>* events_;
  HashKey key_;
  std::size_t mask_;
  LazyArray<Bucket> buckets_;
  LazyArray<Row> rows_;
  LazyArray<std::uint32_t> rows_of_source_;
  std::size_t used_ = 0;  // so many rows were given out
  std::size_t hand_ = 0;  // which of equals goes next

  Pass pass_ = Pass::None;
  std::size_t cursor_ = 0;   // the next row of the pass
  Time next_edge_ = kNever;  // no verdict's time is up before
  Time last_wall_ = kNever;
  Monotonic last_monotonic_{};
  std::size_t changed_count_ = 0;
  std::array<Change, limits::kJudgedAgainPerTurn> changed_;
};

}  // namespace haetae::inspect
