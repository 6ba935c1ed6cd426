#include "base/name_hash.h"

#include <cstring>

namespace haetae {
namespace {

// One 64x64 -> 128 bit multiplication folded in half: the mixing step of the wyhash family.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <typename Word>
std::uint64_t load(const std::uint8_t* at) noexcept {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr std::uint64_t kOdd1 = 0xa0761d6478bd642fULL;
constexpr std::uint64_t kOdd2 = 0xe7037ed1a0b428dbULL;

// Hashes one label onto the hash of what stands right of it. The length goes in too, so "ab.c" and
// "a.bc" differ.
std::uint64_t add_label(Bytes label, std::uint64_t parent, const HashKey& key) noexcept {
  const std::uint8_t* at = label.data();
  std::size_t left = label.size();
  std::uint64_t state = parent ^ key.first;
  for (; left > 16; left -= 16, at += 16) {
    state = fold(load<std::uint64_t>(at) ^ kOdd1, load<std::uint64_t>(at + 8) ^ state);
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (left >= 8) {
    a = load<std::uint64_t>(at);
    b = load<std::uint64_t>(at + left - 8);
  } else if (left >= 4) {
    a = load<std::uint32_t>(at);
    b = load<std::uint32_t>(at + left - 4);
  } else if (left > 0) {
    a = static_cast<std::uint64_t>(at[0]) << 16 | static_cast<std::uint64_t>(at[left / 2]) << 8 |
        at[left - 1];
  }
  const std::uint64_t mixed = fold(a ^ kOdd2 ^ label.size(), b ^ state);
  return fold(mixed ^ key.second, mixed ^ kOdd1);
}

std::uint64_t root_hash(const HashKey& key) noexcept { return fold(key.first ^ kOdd1, key.second ^ kOdd2); }

}  // namespace

void hash_suffixes(const Name& name, const HashKey& key, NameHashes& out) noexcept {
  const std::size_t count = name.label_count();
  out.label_count = static_cast<std::uint8_t>(count);
  std::uint64_t hash = root_hash(key);
  out.at[count] = hash;
  for (std::size_t i = count; i-- > 0;) {
    hash = add_label(name.label(i), hash, key);
    out.at[i] = hash;
  }
}

std::uint64_t hash_name(const Name& name, const HashKey& key) noexcept {
  std::uint64_t hash = root_hash(key);
  for (std::size_t i = name.label_count(); i-- > 0;) hash = add_label(name.label(i), hash, key);
  return hash;
}

}  // namespace haetae
