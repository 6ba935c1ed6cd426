#include "base/name_hash.h"

#include <algorithm>
#include <cstring>

#include "base/mix.h"

namespace haetae {
namespace {

constexpr std::uint64_t kOdd1 = 0xa0761d6478bd642fULL;
constexpr std::uint64_t kOdd2 = 0xe7037ed1a0b428dbULL;
constexpr std::uint64_t kOdd3 = 0x8ebc6af09c88c6e3ULL;
constexpr std::uint64_t kOdd4 = 0x589965cc75374cc3ULL;

std::uint64_t load(const std::uint8_t* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

struct Block {
  std::uint64_t low;
  std::uint64_t high;
};

constexpr std::size_t kBlockBytes = sizeof(Block);

// The first size octets at `at`, zeros behind them; 1 <= size <= 16. Where sixteen octets may be
// read there is no branch on the size, which no predictor guesses.
Block load_block(const std::uint8_t* at, std::size_t size, std::size_t readable) noexcept {
  if (readable >= kBlockBytes) [[likely]] {
    const std::size_t low_size = std::min<std::size_t>(size, 8);
    const std::size_t high_size = size - low_size;
    const std::uint64_t high_mask = (std::uint64_t{1} << (8 * (high_size % 8))) - 1;
    return {load(at) & ~std::uint64_t{0} >> (64 - 8 * low_size),
            load(at + 8) & (high_size == 8 ? ~std::uint64_t{0} : high_mask)};
  }
  std::array<std::uint8_t, kBlockBytes> block = {};
  for (std::size_t i = 0; i < size; ++i) block[i] = at[i];
  return {load(block.data()), load(block.data() + 8)};
}

// Labels are hashed apart, so that the processor works on several at a time; only one
// multiplication a label waits for the one before.
class Hasher {
 public:
  explicit Hasher(const HashKey& key) noexcept
      : label_low_(key.first ^ kOdd1),
        label_high_(key.second ^ kOdd2),
        join_label_(key.second ^ kOdd3),
        join_parent_(key.first ^ kOdd4) {}

  std::uint64_t root() const noexcept { return fold(label_low_, label_high_); }

  // at: a label's length octet. readable: how many octets may be read from there on.
  std::uint64_t label(const std::uint8_t* at, std::size_t readable) const noexcept {
    const std::size_t size = *at++;
    --readable;
    std::uint64_t state = 0;
    std::size_t left = size;
    for (; left > kBlockBytes; left -= kBlockBytes, at += kBlockBytes, readable -= kBlockBytes) {
      state = fold(load(at) ^ label_low_ ^ state, load(at + 8) ^ label_high_);
    }
    const Block block = load_block(at, left, readable);
    return fold(block.low ^ label_low_ ^ state, block.high ^ (label_high_ + size * kOdd4));
  }

  std::uint64_t join(std::uint64_t label, std::uint64_t parent) const noexcept {
    return fold(label ^ join_label_, parent ^ join_parent_);
  }

 private:
  std::uint64_t label_low_;
  std::uint64_t label_high_;
  std::uint64_t join_label_;
  std::uint64_t join_parent_;
};

}  // namespace

void hash_suffixes(const Name& name, const HashKey& key, NameHashes& out) noexcept {
  const Hasher hasher(key);
  const Bytes room = name.wire_room();
  const std::size_t count = name.label_count();
  out.label_count = static_cast<std::uint8_t>(count);
  std::uint64_t hash = hasher.root();
  out.at[count] = hash;
  for (std::size_t i = count; i-- > 0;) {
    const std::size_t at = name.label_offset(i);
    hash = hasher.join(hasher.label(room.data() + at, room.size() - at), hash);
    out.at[i] = hash;
  }
}

void hash_suffixes(Bytes wire, const HashKey& key, NameHashes& out) noexcept {
  const Hasher hasher(key);
  std::size_t count = 0;
  for (std::size_t at = 0; wire[at] != 0; at += wire[at] + std::size_t{1}) {
    out.at[count++] = hasher.label(wire.data() + at, wire.size() - at);
  }
  out.label_count = static_cast<std::uint8_t>(count);
  std::uint64_t hash = hasher.root();
  out.at[count] = hash;
  for (std::size_t i = count; i-- > 0;) {
    hash = hasher.join(out.at[i], hash);
    out.at[i] = hash;
  }
}

std::uint64_t hash_name(const Name& name, const HashKey& key) noexcept {
  const Hasher hasher(key);
  const Bytes room = name.wire_room();
  std::uint64_t hash = hasher.root();
  for (std::size_t i = name.label_count(); i-- > 0;) {
    const std::size_t at = name.label_offset(i);
    hash = hasher.join(hasher.label(room.data() + at, room.size() - at), hash);
  }
  return hash;
}

}  // namespace haetae
