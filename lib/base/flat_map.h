#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/address.h"

namespace haetae {

// A few octets spread over 64 bits. Not keyed: for tables whose content the household wrote, not
// for those that strangers can fill.
inline std::uint64_t spread(std::uint64_t a, std::uint64_t b = 0) noexcept {
  constexpr std::uint64_t kOdd1 = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t kOdd2 = 0xe7037ed1a0b428dbULL;
  const unsigned __int128 product = static_cast<unsigned __int128>(a ^ kOdd1) * (b ^ kOdd2);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
inline std::uint64_t spread(const MacAddress& mac) noexcept {
  return spread(mac.number());
}
inline std::uint64_t spread(const IpAddress& address) noexcept {
  std::uint64_t words[2];
  std::memcpy(words, address.octets().data(), sizeof words);
  return spread(words[0], words[1]);
}

// A value for each of some keys, made once and read without locks: at most half full, so that a
// lookup looks at one or two neighbouring slots. Costs two slots of a Key and a Value a row.
template <std::equality_comparable Key, typename Value>
class FlatMap {
 public:
  FlatMap() = default;  // holds nothing
  // Of equal keys the first counts.
  explicit FlatMap(const std::vector<std::pair<Key, Value>>& rows) {
    if (rows.empty()) return;
    slots_.resize(std::bit_ceil(rows.size() * 2));
    for (const auto& [key, value] : rows) {
      Slot& slot = slots_[place_of(key)];
      if (!slot.taken) slot = {key, value, true};
    }
  }

  bool empty() const noexcept { return slots_.empty(); }
  // Null if the key is not there. Hot path.
  const Value* find(const Key& key) const noexcept {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place_of(key)];
    return slot.taken ? &slot.value : nullptr;
  }

 private:
  struct Slot {
    Key key{};
    Value value{};
    bool taken = false;
  };

  // Of the key, or of the empty slot where it would stand.
  std::size_t place_of(const Key& key) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = spread(key) & mask;
    while (slots_[place].taken && !(slots_[place].key == key)) place = (place + 1) & mask;
    return place;
  }

  std::vector<Slot> slots_;
};

}  // namespace haetae
