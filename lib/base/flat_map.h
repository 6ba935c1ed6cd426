#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/mix.h"

namespace haetae {

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
