#include "inspect/flow_table.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/assert.h"

namespace haetae::inspect {
namespace {

constexpr int kTagBits = 32;
constexpr int kLookedAt = 8;  // flows that are weighed before one of them goes

constexpr std::uint32_t seconds_of(Life life) noexcept {
  switch (life) {
    case Life::Opening: return limits::kFlowOpeningSeconds;
    case Life::Open: return limits::kFlowOpenSeconds;
    case Life::Closing: return limits::kFlowClosingSeconds;
    case Life::Closed: return limits::kFlowClosedSeconds;
  }
  return 0;
}

}  // namespace

FlowTable::FlowTable(const FlowCaps& caps, const HashKey& key, FlowCounters& counters,
                     Leaving& leaving)
    : caps_(caps),
      key_(key),
      counters_(counters),
      leaving_(leaving),
      index_mask_(std::bit_ceil(std::max<std::size_t>(caps.flows * 2, 64)) - 1),
      index_shift_(kTagBits - std::popcount(index_mask_)),
      flows_(std::max<std::size_t>(caps.flows, 1), LazyArray<Flow>::Pages::Large),
      index_(index_mask_ + 1, LazyArray<IndexSlot>::Pages::Large),
      sources_(limits::kFlowSources) {
  HAETAE_ASSERT(caps.flows < kIsSlot && caps.flows > 0 && caps.flows_of_source > 0);
  slots_.fill(kNobody);
}

// ---- The clock.

void FlowTable::set_clock(std::int64_t now_s) noexcept {
  if (told_s_ == INT64_MIN) {
    told_s_ = now_s;
    return;
  }
  const std::int64_t passed_s = now_s - told_s_;
  if (passed_s < 0) {
    if (passed_s > -limits::kClockBackSeconds) return;
    counters_.clock_jumps.add();
    told_s_ = now_s;
    return;
  }
  told_s_ = now_s;
  // After a whole turn of the wheel every flow's time is up, however long it was.
  clock_s_ += static_cast<std::uint32_t>(std::min<std::int64_t>(passed_s, kOpenSlots));
}

void FlowTable::clear_some() noexcept {
  for (int left = limits::kFlowsClearedPerPacket; left > 0; --left) {
    while (slots_[kExpiringSlot] == kNobody) {
      if (cleared_halves_ == halves_of(clock_s_)) return;
      ++cleared_halves_;
      const auto second = static_cast<std::uint32_t>(cleared_halves_ / 2);
      const bool is_opening = cleared_halves_ % 2 != 0;
      move_chain(is_opening ? kOpenSlots + second % kOpeningSlots : second % kOpenSlots);
    }
    Flow& flow = flows_[slots_[kExpiringSlot]];
    if (deadline_of(flow) <= clock_s_) {
      counters_.flows_expired.add();
      remove(flow);
    } else {
      unhang(flow);
      hang(flow);
    }
  }
}

// Takes a slot's flows to where they are looked at one by one, so that those which stay may hang in
// the same slot again.
void FlowTable::move_chain(std::uint32_t from_slot) noexcept {
  const std::uint32_t first = std::exchange(slots_[from_slot], kNobody);
  slots_[kExpiringSlot] = first;
  if (first != kNobody) flows_[first].timer.before = kIsSlot | kExpiringSlot;
}

std::uint32_t FlowTable::deadline_of(const Flow& flow) const noexcept {
  return flow.seen_s + seconds_of(flow.life);
}

void FlowTable::hang(Flow& flow) noexcept {
  const std::uint32_t deadline = deadline_of(flow);
  hang_at(
      flow.life == Life::Opening ? kOpenSlots + deadline % kOpeningSlots : deadline % kOpenSlots,
      flow);
}

void FlowTable::hang_at(std::uint32_t slot, Flow& flow) noexcept {
  const std::uint32_t place = place_of(flow);
  const std::uint32_t next = slots_[slot];
  flow.timer = {kIsSlot | slot, next};
  if (next != kNobody) flows_[next].timer.before = place;
  slots_[slot] = place;
}

void FlowTable::unhang(Flow& flow) noexcept {
  const auto [before, after] = flow.timer;
  if (after != kNobody) flows_[after].timer.before = before;
  if ((before & kIsSlot) != 0) {
    slots_[before & ~kIsSlot] = after;
  } else {
    flows_[before].timer.after = after;
  }
}

void FlowTable::set_life(Flow& flow, Life life) noexcept {
  if (flow.life == life) return;
  unhang(flow);
  flow.life = life;
  hang(flow);
}

// ---- The index: open addressing in the order of tags, so that a gap is closed by moving back what
// stands behind it.

Flow* FlowTable::find(const FlowKey& key, std::uint64_t hash) noexcept {
  const std::uint32_t tag = tag_of(hash);
  for (std::size_t slot = home_of(tag);; slot = (slot + 1) & index_mask_) {
    const IndexSlot entry = index_[slot];
    if (entry.place_plus_1 == 0) return nullptr;
    if (entry.tag != tag) continue;
    Flow& flow = flows_[entry.place_plus_1 - 1];
    if (!(flow.key == key)) continue;
    if (deadline_of(flow) > clock_s_) [[likely]]
      return &flow;
    counters_.flows_expired.add();
    remove(flow);
    return nullptr;
  }
}

std::size_t FlowTable::index_slot_of(const Flow& flow) const noexcept {
  const std::uint32_t wanted = place_of(flow) + 1;
  std::size_t slot = home_of(tag_of(hash(flow.key)));
  while (index_[slot].place_plus_1 != wanted) slot = (slot + 1) & index_mask_;
  return slot;
}

void FlowTable::erase_from_index(std::size_t slot) noexcept {
  std::size_t gap = slot;
  for (std::size_t next = (gap + 1) & index_mask_; index_[next].place_plus_1 != 0;
       next = (next + 1) & index_mask_) {
    // It may move into the gap unless it should stand behind it.
    const std::size_t from_home = (next - home_of(index_[next].tag)) & index_mask_;
    const std::size_t from_gap = (next - gap) & index_mask_;
    if (from_home < from_gap) continue;
    index_[gap] = index_[next];
    gap = next;
  }
  index_[gap] = {};
}

// ---- Flows come and go.

Flow& FlowTable::add(const FlowSide& side, std::uint64_t hash) noexcept {
  const IpAddress& address = side.source_is_low ? side.key.low : side.key.high;
  Source& source = sources_[hash_of(address, key_) % limits::kFlowSources];
  if (source.count >= caps_.flows_of_source) {
    counters_.flows_evicted_source.add();
    evict_one_of(source);
  } else if (size_ == caps_.flows) {
    make_room(source);
  }
  const std::uint32_t place = first_free_ != kNobody ? first_free_ : touched_++;
  Flow& flow = flows_[place];
  if (place == first_free_) first_free_ = flow.timer.after;
  flow = Flow{.key = side.key,
              .life = Life::Opening,
              .client_is_low = side.source_is_low,
              .source_is_low = side.source_is_low,
              .seen_s = clock_s_};
  hang(flow);
  join(source, flow);
  const std::uint32_t tag = tag_of(hash);
  std::size_t slot = home_of(tag);
  while (index_[slot].place_plus_1 != 0) slot = (slot + 1) & index_mask_;
  index_[slot] = {tag, place + 1};
  ++size_;
  counters_.flows_made.add();
  return flow;
}

void FlowTable::remove(Flow& flow) noexcept {
  leaving_.on_leaving(flow);
  unhang(flow);
  leave(sources_[source_row(flow)], flow);
  erase_from_index(index_slot_of(flow));
  flow.timer.after = first_free_;
  first_free_ = place_of(flow);
  --size_;
}

std::uint32_t FlowTable::source_row(const Flow& flow) const noexcept {
  const IpAddress& address = flow.source_is_low ? flow.key.low : flow.key.high;
  return static_cast<std::uint32_t>(hash_of(address, key_) % limits::kFlowSources);
}

void FlowTable::join(Source& source, Flow& flow) noexcept {
  const std::uint32_t place = place_of(flow);
  flow.siblings = {source.count == 0 ? kNobody : source.last, kNobody};
  (source.count == 0 ? source.first : flows_[source.last].siblings.after) = place;
  source.last = place;
  ++source.count;
}

void FlowTable::leave(Source& source, Flow& flow) noexcept {
  const auto [before, after] = flow.siblings;
  (before == kNobody ? source.first : flows_[before].siblings.after) = after;
  (after == kNobody ? source.last : flows_[after].siblings.before) = before;
  --source.count;
}

void FlowTable::make_room(Source& newcomer) noexcept {
  for (std::uint32_t i = 0; i < kOpeningSlots; ++i) {
    const std::uint32_t place = slots_[kOpenSlots + (clock_s_ + i) % kOpeningSlots];
    if (place == kNobody) continue;
    counters_.flows_evicted_opening.add();
    return remove(flows_[place]);
  }
  counters_.flows_evicted_full.add();
  Source& heaviest = heaviest_of_a_few();
  evict_one_of(heaviest.count > newcomer.count ? heaviest : newcomer);
}

// Of a source's oldest flows the first that had no answer yet, else the one that was quiet for the
// longest. Those looked at become its newest, so that the next ones are looked at next time.
void FlowTable::evict_one_of(Source& source) noexcept {
  Flow* chosen = &flows_[source.first];
  for (int i = 0; i < kLookedAt && chosen->life != Life::Opening; ++i) {
    Flow& flow = flows_[source.first];
    leave(source, flow);
    join(source, flow);
    if (flow.life == Life::Opening || flow.seen_s < chosen->seen_s) chosen = &flow;
  }
  remove(*chosen);
}

// Only when the table is full: every place is in use.
FlowTable::Source& FlowTable::heaviest_of_a_few() noexcept {
  Source* heaviest = nullptr;
  for (int i = 0; i < kLookedAt; ++i) {
    // Flows side by side are often of one source: a hand that jumps sees more of them.
    hand_ = hand_ * 1'664'525 + 1'013'904'223;
    const std::uint64_t place = std::uint64_t{hand_} * touched_ >> 32;
    Source& source = sources_[source_row(flows_[place])];
    if (heaviest == nullptr || source.count > heaviest->count) heaviest = &source;
  }
  return *heaviest;
}

}  // namespace haetae::inspect
