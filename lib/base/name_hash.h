#pragma once

#include <array>
#include <cstdint>

#include "base/name.h"

namespace haetae {

// A secret drawn when an image or table is built, so that nobody can prepare names that collide.
struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const HashKey&, const HashKey&) = default;
};

// 64-bit keyed hashes of every suffix of a name, made in one pass from the right. The image and the
// name tables use the same ones; the answer cache, which outlives images, has a key of its own.
struct NameHashes {
  // at[i] is the hash of the suffix that starts at label i; at[label_count] is the root's.
  std::array<std::uint64_t, limits::kNameLabelsMax + 1> at;
  std::uint8_t label_count;

  std::uint64_t whole() const noexcept { return at[0]; }
};

void hash_suffixes(const Name& name, const HashKey& key, NameHashes& out) noexcept;

// The same from the wire form of a Name that was kept elsewhere. Not for bytes that nobody checked.
void hash_suffixes(Bytes wire, const HashKey& key, NameHashes& out) noexcept;

// The hash of the whole name alone; equal to NameHashes::whole().
std::uint64_t hash_name(const Name& name, const HashKey& key) noexcept;

}  // namespace haetae
