#include "inspect/fragments.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/mix.h"
#include "inspect/flow_key.h"

namespace haetae::inspect {
namespace {

constexpr std::uint32_t kUnit = 8;  // offsets count in these

std::uint64_t key_of(const wire::Packet& packet, const HashKey& key) noexcept {
  // In IPv6 the header behind the fragment's may differ between fragments; the id is enough.
  const std::uint64_t protocol = packet.source.is_v4() ? packet.protocol : 0;
  const FlowKey ends{packet.source, packet.destination, 0, 0, 0};
  const std::uint64_t mixed =
      fold(hash_of(ends, key) ^ packet.fragment->id, key.second ^ protocol << 32);
  return mixed == 0 ? 1 : mixed;
}

}  // namespace

Fragments::Fragments(const HashKey& key, FragmentCounters& counters)
    : key_(key), counters_(counters), rows_(limits::kFragmentedMax) {}

std::optional<Bytes> Fragments::add(const wire::Packet& packet, std::uint32_t clock_s) noexcept {
  counters_.fragments.add();
  if (Datagram* const told = std::exchange(told_, nullptr)) free(*told);
  const auto source = static_cast<std::uint32_t>(hash_of(packet.source, key_));
  Datagram& datagram = find_or_make(key_of(packet, key_), source, clock_s);
  if (datagram.is_spoilt || !put(datagram, packet)) return std::nullopt;
  if (datagram.whole_bytes == 0 || datagram.window.prefix().size() < datagram.whole_bytes) {
    return std::nullopt;
  }
  counters_.fragments_joined.add();
  told_ = &datagram;
  return datagram.window.prefix();
}

// False: it says nothing that could be used.
bool Fragments::put(Datagram& datagram, const wire::Packet& packet) noexcept {
  const wire::Fragment& fragment = *packet.fragment;
  const std::size_t size = packet.payload.size();
  const std::size_t end = fragment.offset + size;
  const bool has_sense = fragment.more ? size > 0 && size % kUnit == 0 : true;
  if (!has_sense || packet.missing_bytes > 0 || end > ByteWindow::kBytes) {
    counters_.fragments_refused.add();
    return false;
  }
  const bool is_beyond_end = datagram.whole_bytes != 0 && end > datagram.whole_bytes;
  const bool is_other_end = !fragment.more && datagram.whole_bytes != end &&
                            (datagram.whole_bytes != 0 || datagram.window.reach() > end);
  if (is_beyond_end || is_other_end) {
    datagram.is_spoilt = true;
  } else if (!datagram.window.holds(fragment.offset, packet.payload)) {
    datagram.is_spoilt = datagram.window.touches(fragment.offset, size);
    if (!datagram.is_spoilt) datagram.window.put(fragment.offset, packet.payload);
  }
  if (datagram.is_spoilt) {
    counters_.fragments_overlapped.add();
    return false;
  }
  if (!fragment.more) datagram.whole_bytes = static_cast<std::uint32_t>(end);
  return true;
}

Fragments::Datagram& Fragments::find_or_make(std::uint64_t key, std::uint32_t source,
                                             std::uint32_t clock_s) noexcept {
  const auto is_over = [&](const Datagram& row) {
    return clock_s - row.since_s >= limits::kFragmentsSeconds;
  };
  if (const auto found = std::ranges::find(keys_, key); found != keys_.end()) {
    Datagram& row = rows_[static_cast<std::size_t>(found - keys_.begin())];
    if (!is_over(row)) return row;
    counters_.fragments_expired.add();
    free(row);
  }
  // The rows' heads are looked at only where a datagram starts.
  Datagram* chosen = nullptr;
  Datagram* own_oldest = nullptr;
  std::size_t own = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == 0) {
      if (chosen == nullptr || chosen->key != 0) chosen = &rows_[i];
      continue;
    }
    Datagram& row = rows_[i];
    if (row.source == source) {
      ++own;
      if (own_oldest == nullptr || row.since_s < own_oldest->since_s) own_oldest = &row;
    }
    if (chosen == nullptr || (chosen->key != 0 && row.since_s < chosen->since_s)) chosen = &row;
  }
  if (own >= limits::kFragmentedOfSourceMax) chosen = own_oldest;
  if (chosen->key != 0) {
    (is_over(*chosen) ? counters_.fragments_expired : counters_.fragments_evicted).add();
    free(*chosen);
  }
  chosen->key = key;
  chosen->source = source;
  chosen->since_s = clock_s;
  chosen->whole_bytes = 0;
  chosen->is_spoilt = false;
  keys_[rows_.place_of(*chosen)] = key;
  return *chosen;
}

void Fragments::free(Datagram& datagram) noexcept {
  keys_[rows_.place_of(datagram)] = 0;
  datagram.key = 0;
  datagram.window.clear();
}

}  // namespace haetae::inspect
