#include "lan/neighbour_table.h"

#include <bit>

#include "base/mix.h"

namespace haetae::lan {
namespace {

// Keys that no address has.
constexpr std::uint64_t kEmpty = 0;
constexpr std::uint64_t kErased = 1;
constexpr std::uint64_t kFirstKey = 2;

// A value: the MAC in the low 48 bits, four flags, and the count of changes.
constexpr int kFlagsAt = 48;
constexpr int kChangesAt = 52;
constexpr std::uint64_t kMacMask = (std::uint64_t{1} << kFlagsAt) - 1;

std::uint64_t pack(const Neighbour& n, std::uint64_t changes) noexcept {
  const std::uint64_t flags = std::uint64_t{n.has_mac} | std::uint64_t{n.is_current} << 1 |
                              std::uint64_t{n.is_taken_over} << 2 |
                              std::uint64_t{n.has_failed} << 3;
  return n.mac.number() | flags << kFlagsAt | changes << kChangesAt;
}

Neighbour unpack(std::uint64_t value) noexcept {
  const auto flag = [value](int number) { return (value >> (kFlagsAt + number) & 1) != 0; };
  return {.mac = MacAddress::from_number(value & kMacMask),
          .has_mac = flag(0),
          .is_current = flag(1),
          .is_taken_over = flag(2),
          .has_failed = flag(3)};
}

}  // namespace

NeighbourTable::NeighbourTable(std::size_t rows_max, const HashKey& key)
    : rows_max_(rows_max),
      key_(key),
      mask_(std::bit_ceil(rows_max * 2) - 1),
      slots_(std::make_unique<Slot[]>(mask_ + 1)) {}

std::uint64_t NeighbourTable::hash(LinkId link, const IpAddress& address) const noexcept {
  constexpr std::uint64_t kOdd = 0x8ebc6af09c88c6e3ULL;
  const AddressWords words = words_of(address);
  const std::uint64_t mixed = fold(words.first ^ key_.first, words.second ^ key_.second);
  const std::uint64_t hash = fold(mixed ^ key_.second, (key_.first ^ kOdd) + link);
  return hash < kFirstKey ? hash + kFirstKey : hash;
}

Neighbour NeighbourTable::find(LinkId link, const IpAddress& address) const noexcept {
  const std::uint64_t wanted = hash(link, address);
  int tries_left = 4;
  std::size_t place = wanted & mask_;
  for (std::size_t looked_at = 0; looked_at <= mask_;) {
    const Slot& slot = slots_[place];
    const std::uint64_t before = slot.value.load(std::memory_order_acquire);
    const std::uint64_t key = slot.key.load(std::memory_order_acquire);
    if (key == wanted) {
      const std::uint64_t value = slot.value.load(std::memory_order_relaxed);
      if (before >> kChangesAt == value >> kChangesAt) return unpack(value);
      if (--tries_left == 0) return {};  // it comes and goes faster than anybody can look
      continue;
    }
    if (key == kEmpty) return {};
    place = (place + 1) & mask_;
    ++looked_at;
  }
  return {};
}

NeighbourTable::Slot* NeighbourTable::slot_of(std::uint64_t hash) noexcept {
  for (std::size_t place = hash & mask_;; place = (place + 1) & mask_) {
    const std::uint64_t key = slots_[place].key.load(std::memory_order_relaxed);
    if (key == hash) return &slots_[place];
    if (key == kEmpty) return nullptr;
  }
}

bool NeighbourTable::put(LinkId link, const IpAddress& address,
                         const Neighbour& neighbour) noexcept {
  const std::uint64_t wanted = hash(link, address);
  if (Slot* const slot = slot_of(wanted)) {
    const std::uint64_t changes = slot->value.load(std::memory_order_relaxed) >> kChangesAt;
    slot->value.store(pack(neighbour, changes), std::memory_order_release);
    return true;
  }
  std::size_t place = wanted & mask_;
  while (slots_[place].key.load(std::memory_order_relaxed) > kErased) place = (place + 1) & mask_;
  Slot& slot = slots_[place];
  if (slot.key.load(std::memory_order_relaxed) == kEmpty) {
    // Erased slots keep lookups going; when they fill the table it is to be made anew.
    if (used_ == (mask_ + 1) / 4 * 3) return false;
    ++used_;
  }
  const std::uint64_t changes = (slot.value.load(std::memory_order_relaxed) >> kChangesAt) + 1;
  slot.value.store(pack(neighbour, changes), std::memory_order_release);
  slot.key.store(wanted, std::memory_order_release);
  return true;
}

void NeighbourTable::erase(LinkId link, const IpAddress& address) noexcept {
  if (Slot* const slot = slot_of(hash(link, address))) {
    slot->key.store(kErased, std::memory_order_release);
  }
}

}  // namespace haetae::lan
