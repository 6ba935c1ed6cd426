#include "list/name_table.h"

#include <bit>

namespace haetae::list {
namespace {

// Filter bits a name: about one miss in sixteen reads a slot.
constexpr std::size_t kFilterBits = 16;

}  // namespace

HashIndex::HashIndex(std::span<const std::uint64_t> hashes)
    : filter_(std::bit_ceil(hashes.size() * kFilterBits / 64 + 1)),
      filter_mask_(filter_.size() - 1),
      slots_(std::bit_ceil(hashes.size() * 2 + 1)) {
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::uint64_t hash = hashes[i];
    if (find_slot(hash) != kNone) continue;
    filter_[hash >> 6 & filter_mask_] |= std::uint64_t{1} << (hash & 63);
    std::size_t at = home(hash);
    while (slots_[at].place != kNone) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {hash, static_cast<std::uint32_t>(i)};
  }
}

std::uint32_t HashIndex::find_slot(std::uint64_t hash) const noexcept {
  for (std::size_t at = home(hash); slots_[at].place != kNone;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash) return slots_[at].place;
  }
  return kNone;
}

}  // namespace haetae::list
