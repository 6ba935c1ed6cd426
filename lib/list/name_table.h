#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/name_hash.h"

namespace haetae::list {

// Where each of some hashes stands, for tables of names that the program knows by itself. Most
// lookups miss: a small filter, which stays in the nearest cache, answers those.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  HashIndex() : HashIndex(std::span<const std::uint64_t>{}) {}
  // Of equal hashes the first is found.
  explicit HashIndex(std::span<const std::uint64_t> hashes);

  // The hash's place in what the index was made from, or kNone.
  std::uint32_t find(std::uint64_t hash) const noexcept {
    const std::uint64_t word = filter_[hash >> 6 & filter_mask_];
    if ((word >> (hash & 63) & 1) == 0) [[likely]]
      return kNone;
    return find_slot(hash);
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t place = kNone;  // kNone: an empty slot
  };
  std::uint32_t find_slot(std::uint64_t hash) const noexcept;
  std::size_t home(std::uint64_t hash) const noexcept { return hash >> 32 & (slots_.size() - 1); }

  std::vector<std::uint64_t> filter_;
  std::uint64_t filter_mask_ = 0;
  std::vector<Slot> slots_;
};

// A table from names to small values, asked with the hashes that every request carries already.
// Keyed, immutable; 64-bit hashes stand for the names.
template <typename Value>
class NameTable {
 public:
  NameTable() = default;
  // Names should differ, the caller merges values; of equal names the first is found.
  NameTable(const HashKey& key, std::vector<std::pair<Name, Value>> rows) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(rows.size());
    values_.reserve(rows.size());
    for (auto& [name, value] : rows) {
      hashes.push_back(hash_name(name, key));
      values_.push_back(std::move(value));
    }
    index_ = HashIndex(hashes);
  }

  bool empty() const noexcept { return values_.empty(); }
  std::size_t size() const noexcept { return values_.size(); }

  // What stands at the suffix of that hash itself; null if nothing.
  const Value* find(std::uint64_t suffix_hash) const noexcept {
    const std::uint32_t place = index_.find(suffix_hash);
    return place == HashIndex::kNone ? nullptr : &values_[place];
  }
  // visit(label, value) for every suffix in the table, longest first; label: where the suffix
  // starts.
  template <typename Visit>
  void for_each_suffix(const NameHashes& hashes, Visit visit) const {
    for (std::size_t i = 0; i <= hashes.label_count; ++i) {
      if (const Value* value = find(hashes.at[i])) visit(i, *value);
    }
  }

 private:
  HashIndex index_;
  std::vector<Value> values_;
};

}  // namespace haetae::list
