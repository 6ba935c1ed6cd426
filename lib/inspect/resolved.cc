#include "inspect/resolved.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/mix.h"
#include "inspect/flow_key.h"

namespace haetae::inspect {
namespace {

// Word 1 of a row.
constexpr int kSizeAt = 32;
constexpr std::uint64_t kAnsweredBit = std::uint64_t{1} << 40;
constexpr std::uint64_t kCutBit = std::uint64_t{1} << 41;

constexpr std::uint32_t until_of(std::uint64_t word) noexcept {
  return static_cast<std::uint32_t>(word);
}

std::uint32_t seconds_of(Monotonic now) noexcept {
  const auto whole = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(whole, 0));
}

}  // namespace

Resolved::Resolved(std::size_t rows, const HashKey& key)
    : key_(key),
      mask_(std::bit_ceil(std::max<std::size_t>(rows / kWays, 1)) - 1),
      buckets_(std::make_unique<Bucket[]>(mask_ + 1)),
      versions_(std::make_unique<std::atomic<std::uint32_t>[]>(mask_ + 1)) {}

Resolved::Whose Resolved::whose(const IpAddress& client) const noexcept {
  return Whose(hash_of(client, key_));
}

Resolved::Whose Resolved::whose(std::string_view device) const noexcept {
  constexpr std::uint64_t kIsDevice = 0x9e3779b97f4a7c15ULL;
  std::uint64_t hash = fold(key_.second ^ kIsDevice, key_.first ^ device.size());
  while (!device.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(device.size(), sizeof word);
    std::memcpy(&word, device.data(), size);
    hash = fold(hash ^ word, key_.second ^ kIsDevice);
    device.remove_prefix(size);
  }
  return Whose(hash);
}

std::uint64_t Resolved::key_of(Whose whose, const IpAddress& address) const noexcept {
  const AddressWords words = words_of(address);
  const std::uint64_t key =
      fold(fold(words.first ^ key_.first, words.second ^ key_.second), whose.hash_ ^ key_.second);
  return key == 0 ? 1 : key;
}

Resolved::Words Resolved::pack(std::uint64_t key, const Told& told,
                               std::uint32_t until_s) noexcept {
  std::size_t label = 0;
  while (told.name.suffix_wire(label).size() > kNameRoomBytes) ++label;
  const Bytes wire = told.name.suffix_wire(label);
  Words words{};
  words[0] = key;
  words[1] = until_s | static_cast<std::uint64_t>(wire.size()) << kSizeAt |
             (told.source == Source::Answered ? kAnsweredBit : 0) | (label > 0 ? kCutBit : 0);
  std::memcpy(words.data() + 2, wire.data(), wire.size());
  return words;
}

bool Resolved::unpack(const Words& words, Known& out) noexcept {
  const auto size = static_cast<std::size_t>(words[1] >> kSizeAt & 0xff);
  std::array<std::uint8_t, kNameRoomBytes> octets;
  std::memcpy(octets.data(), words.data() + 2, octets.size());
  const auto name = Name::from_wire(Bytes(octets).first(size));
  if (!name) return false;
  out.name = *name;
  out.source = (words[1] & kAnsweredBit) != 0 ? Source::Answered : Source::Seen;
  out.is_cut = (words[1] & kCutBit) != 0;
  return true;
}

// The row of the same key, else one that is free or over, else the one that ends first. kWays: the
// bucket stays as it is.
std::size_t Resolved::choose(const Bucket& bucket, const Words& words,
                             std::uint32_t now_s) noexcept {
  std::size_t chosen = 0;
  std::uint32_t chosen_until = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t way = 0; way < kWays; ++way) {
    const Row& row = bucket.rows[way];
    const std::uint64_t key = row.words[0].load(std::memory_order_relaxed);
    const std::uint64_t second = row.words[1].load(std::memory_order_relaxed);
    const bool is_over = until_of(second) <= now_s;
    if (key == words[0]) {
      const bool was_answered = (second & kAnsweredBit) != 0 && !is_over;
      return was_answered && (words[1] & kAnsweredBit) == 0 ? kWays : way;
    }
    const std::uint32_t until = key == 0 || is_over ? 0 : until_of(second);
    if (until < chosen_until) {
      chosen = way;
      chosen_until = until;
    }
  }
  return chosen;
}

bool Resolved::remember(const Told& told, Monotonic now) noexcept {
  const std::uint32_t now_s = seconds_of(now);
  constexpr std::uint32_t kTtlMax = 7 * 24 * 3600;
  const std::uint32_t until_s =
      now_s + std::min(told.ttl_s, kTtlMax) + limits::kResolvedKeptSeconds;
  const std::uint64_t key = key_of(told.whose, told.address);
  const Words words = pack(key, told, until_s);
  Bucket& bucket = buckets_[bucket_of(key)];
  std::atomic<std::uint32_t>& version = versions_[bucket_of(key)];

  std::uint32_t seen = version.load(std::memory_order_relaxed);
  for (int tries_left = limits::kResolvedTriesMax;; --tries_left) {
    if (tries_left == 0) return false;
    if (seen % 2 != 0) {
      seen = version.load(std::memory_order_relaxed);
    } else if (version.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire,
                                             std::memory_order_relaxed)) {
      break;
    }
  }
  // A reader who sees one of the new words sees the odd version, too: each word is a release.
  const std::size_t way = choose(bucket, words, now_s);
  if (way < kWays) {
    for (std::size_t i = 0; i < kRowWords; ++i) {
      bucket.rows[way].words[i].store(words[i], std::memory_order_release);
    }
  }
  version.store(seen + 2, std::memory_order_release);
  return true;
}

bool Resolved::find(Whose whose, const IpAddress& address, Monotonic now,
                    Known& out) const noexcept {
  const std::uint64_t key = key_of(whose, address);
  const Bucket& bucket = buckets_[bucket_of(key)];
  const std::atomic<std::uint32_t>& version = versions_[bucket_of(key)];
  for (int tries_left = limits::kResolvedTriesMax; tries_left > 0; --tries_left) {
    const std::uint32_t before = version.load(std::memory_order_acquire);
    if (before % 2 != 0) continue;
    Words words{};
    for (const Row& row : bucket.rows) {
      if (row.words[0].load(std::memory_order_acquire) != key) continue;
      for (std::size_t i = 0; i < kRowWords; ++i) {
        words[i] = row.words[i].load(std::memory_order_acquire);
      }
      break;
    }
    if (version.load(std::memory_order_relaxed) != before) continue;
    return words[0] == key && until_of(words[1]) > seconds_of(now) && unpack(words, out);
  }
  return false;
}

}  // namespace haetae::inspect
