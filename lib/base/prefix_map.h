#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/address.h"

namespace haetae {

// A value for each address, by the longest prefix that holds it. Prefixes are cut into disjoint
// ranges in ascending order, at most two a prefix, so that one binary search finds the value of an
// address among tens of thousands of prefixes of all lengths. Immutable; 16 bytes and a Value a
// range.
template <typename Value>
class PrefixMap {
 public:
  struct Entry {
    Cidr prefix;
    Value value;
  };

  // An address as a number: compared much faster than 16 octets.
  using Key = unsigned __int128;
  static Key key_of(const IpAddress& address) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), address.octets().data(), sizeof words);
    return Key{__builtin_bswap64(words[0])} << 64 | __builtin_bswap64(words[1]);
  }

  PrefixMap() = default;  // no prefixes
  // Of equal prefixes the first counts.
  explicit PrefixMap(std::vector<Entry> entries);

  // A default-made Value if no prefix holds the address. Hot path.
  Value at(const IpAddress& address) const noexcept {
    const Key wanted = key_of(address);
    const std::size_t at = last_not_above(starts_.data(), starts_.size(), wanted);
    return at < starts_.size() ? values_[at].value : Value{};
  }

  // The place of the last of the ascending starts that is not above the wanted one; count if every
  // one is.
  static std::size_t last_not_above(const Key* starts, std::size_t count, Key wanted) noexcept {
    if (count == 0) return count;
    // Addresses come in no order, so a branch on the comparison would be guessed wrong half the
    // time: the step is multiplied instead, and both places that the next step may look at are
    // fetched meanwhile.
    std::size_t at = 0;
    for (std::size_t left = count; left > 1;) {
      const std::size_t half = left / 2;
      __builtin_prefetch(&starts[at + half / 2]);
      __builtin_prefetch(&starts[at + half + half / 2]);
      at += half * static_cast<std::size_t>(starts[at + half] <= wanted);
      left -= half;
    }
    return starts[at] <= wanted ? at : count;
  }

  // take(start, value) for every range in ascending order; a range ends where the next one starts.
  template <typename Take>
  void for_each_range(const Take& take) const {
    for (std::size_t i = 0; i < starts_.size(); ++i) take(starts_[i], values_[i].value);
  }

 private:
  struct Boxed {  // a vector of bool would pack bits
    Value value;
  };
  struct Open {  // a prefix that the sweep is inside of
    Key last;
    Value value;
  };

  static Key last_of(const Cidr& prefix) noexcept {
    const int bits = prefix.mapped_bits();
    return key_of(prefix.address()) | (bits < 128 ? ~Key{0} >> bits : Key{0});
  }

  // From here on `value` holds. The last word at one address counts.
  void start_range(Key from, const Value& value) {
    if (starts_.empty() || starts_.back() != from) {
      starts_.push_back(from);
      values_.push_back({value});
    } else {
      values_.back().value = value;
    }
  }

  // Leaves the innermost prefix: behind it, what is around it holds again.
  void close(std::vector<Open>& open) {
    const Key next = open.back().last + 1;
    open.pop_back();
    if (next == 0) return;  // it reached the last address of all
    start_range(next, open.empty() ? Value{} : open.back().value);
  }

  std::vector<Key> starts_;
  std::vector<Boxed> values_;  // of the range that starts at the same place of starts_
};

// A sweep over the addresses, outer prefixes before the inner ones that start with them.
template <typename Value>
PrefixMap<Value>::PrefixMap(std::vector<Entry> entries) {
  const auto in_order = [](const Entry& entry) {
    return std::pair(key_of(entry.prefix.address()), entry.prefix.mapped_bits());
  };
  std::ranges::stable_sort(entries, {}, in_order);
  const auto repeated = std::ranges::unique(entries, {}, &Entry::prefix);
  entries.erase(repeated.begin(), repeated.end());
  std::vector<Open> open;
  for (const Entry& entry : entries) {
    const Key first = key_of(entry.prefix.address());
    while (!open.empty() && open.back().last < first) close(open);
    start_range(first, entry.value);
    open.push_back({last_of(entry.prefix), entry.value});
  }
  while (!open.empty()) close(open);
}

}  // namespace haetae
