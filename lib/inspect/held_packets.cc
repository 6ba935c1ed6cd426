#include "inspect/held_packets.h"

#include "base/address_hash.h"

namespace haetae::inspect {

HeldPackets::HeldPackets(const HashKey& key)
    : key_(key), rows_(limits::kHeldPacketsMax), of_source_(kSources) {
  chains_.fill(kNobody);
}

HeldPackets::Kept HeldPackets::keep(const FlowSide& flow, const HeldPacket& packet,
                                    Monotonic now) noexcept {
  const std::uint16_t chain = chain_of(flow.key);
  std::uint32_t* end = &chains_[chain];
  for (; *end != kNobody; end = &rows_[*end].next_of_chain) {
    const Row& row = rows_[*end];
    const bool is_tcp = flow.key.protocol == wire::ip_protocol::kTcp;
    if (is_tcp && row.packet.sequence == packet.sequence && row.packet.bytes == packet.bytes &&
        row.source_is_low == flow.source_is_low && row.flow == flow.key) {
      return Kept::SentAgain;
    }
  }
  const IpAddress& address = flow.source_is_low ? flow.key.low : flow.key.high;
  const auto source = static_cast<std::uint16_t>(hash_of(address, key_) % kSources);
  if (count_ == limits::kHeldPacketsMax || bytes_ + packet.bytes > limits::kHeldBytesMax ||
      of_source_[source] == limits::kHeldPacketsOfSourceMax) {
    return Kept::NoRoom;
  }
  const std::uint32_t place = first_free_ != kNobody ? first_free_ : touched_++;
  Row& row = rows_[place];
  if (place == first_free_) first_free_ = row.next_of_chain;
  row = {.flow = flow.key,
         .source_is_low = flow.source_is_low,
         .source = source,
         .chain = chain,
         .packet = packet,
         .until = now + limits::kHeldTime,
         .next_of_chain = kNobody,
         .older = newest_,
         .newer = kNobody};
  *end = place;
  (newest_ == kNobody ? oldest_ : rows_[newest_].newer) = place;
  newest_ = place;
  ++count_;
  bytes_ += packet.bytes;
  ++of_source_[source];
  return Kept::Yes;
}

bool HeldPackets::take(const FlowKey& flow, Side side, HeldPacket& out) noexcept {
  if (count_ == 0) return false;
  for (std::uint32_t place = chains_[chain_of(flow)]; place != kNobody;
       place = rows_[place].next_of_chain) {
    const Row& row = rows_[place];
    const bool is_meant = side == Side::Both || row.source_is_low == (side == Side::Low);
    if (!is_meant || !(row.flow == flow)) continue;
    out = row.packet;
    take_out(place);
    return true;
  }
  return false;
}

bool HeldPackets::take_overdue(Monotonic now, HeldPacket& out) noexcept {
  if (oldest_ == kNobody || rows_[oldest_].until > now) return false;
  out = rows_[oldest_].packet;
  take_out(oldest_);
  return true;
}

void HeldPackets::take_out(std::uint32_t place) noexcept {
  Row& row = rows_[place];
  std::uint32_t* before = &chains_[row.chain];
  while (*before != place) before = &rows_[*before].next_of_chain;
  *before = row.next_of_chain;
  (row.older == kNobody ? oldest_ : rows_[row.older].newer) = row.newer;
  (row.newer == kNobody ? newest_ : rows_[row.newer].older) = row.older;
  --count_;
  bytes_ -= row.packet.bytes;
  --of_source_[row.source];
  row.next_of_chain = first_free_;
  first_free_ = place;
}

}  // namespace haetae::inspect
