#include "policy/resolved.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/address_hash.h"
#include "base/mix.h"

namespace haetae::policy {
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
      buckets_(mask_ + 1),
      versions_(mask_ + 1) {}

Resolved::Whose Resolved::whose(const Policy& policy, const Identity& who,
                                const IpAddress& client) const noexcept {
  return who.device < policy.devices.size() ? whose(policy.devices[who.device].name)
                                            : whose(client);
}

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
  if (size > kNameRoomBytes) return false;  // of a saved row that we did not write
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
std::size_t Resolved::choose(Bucket& bucket, const Words& words, std::uint32_t now_s) noexcept {
  std::size_t chosen = 0;
  std::uint32_t chosen_until = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t way = 0; way < kWays; ++way) {
    Words& row = bucket[way].words;
    const std::uint64_t key = Word(row[0]).load(std::memory_order_relaxed);
    const std::uint64_t second = Word(row[1]).load(std::memory_order_relaxed);
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
  return put(pack(key_of(told.whose, told.address), told, until_s), now_s);
}

bool Resolved::put(const Words& words, std::uint32_t now_s) noexcept {
  const std::size_t place = bucket_of(words[0]);
  Bucket& bucket = buckets_[place];
  const Version version(versions_[place]);

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
      Word(bucket[way].words[i]).store(words[i], std::memory_order_release);
    }
  }
  version.store(seen + 2, std::memory_order_release);
  return true;
}

bool Resolved::find(Whose whose, const IpAddress& address, Monotonic now,
                    Known& out) const noexcept {
  const std::uint64_t key = key_of(whose, address);
  const std::size_t place = bucket_of(key);
  for (std::size_t way = 0; way < kWays; ++way) {
    if (Word(buckets_[place][way].words[0]).load(std::memory_order_relaxed) != key) continue;
    const Words words = read(place, way);
    if (words[0] != key) continue;
    return until_of(words[1]) > seconds_of(now) && unpack(words, out);
  }
  return false;
}

Resolved::Words Resolved::read(std::size_t bucket, std::size_t way) const noexcept {
  const Version version(versions_[bucket]);
  Words words{};
  for (int tries_left = limits::kResolvedTriesMax; tries_left > 0; --tries_left) {
    const std::uint32_t before = version.load(std::memory_order_acquire);
    if (before % 2 != 0) continue;
    for (std::size_t i = 0; i < kRowWords; ++i) {
      words[i] = Word(buckets_[bucket][way].words[i]).load(std::memory_order_acquire);
    }
    if (version.load(std::memory_order_relaxed) == before) return words;
  }
  return {};
}

std::size_t Resolved::count(Monotonic now) const noexcept {
  std::size_t known = 0;
  for (std::size_t bucket = 0; bucket <= mask_; ++bucket) {
    if (Version(versions_[bucket]).load(std::memory_order_relaxed) == 0) continue;
    for (Row& row : buckets_[bucket]) {
      const std::uint64_t second = Word(row.words[1]).load(std::memory_order_relaxed);
      known += until_of(second) > seconds_of(now) ? 1 : 0;
    }
  }
  return known;
}

// ---- Over a restart. A head, the rows with the seconds that they have left, and a checksum over
// both, in this machine's byte order.

namespace {

struct SavedHead {
  std::array<char, 16> magic;
  HashKey key;
  std::int64_t saved_at_ms;  // since 1970
  std::uint64_t rows;
};
constexpr std::array<char, 16> kMagic{'h', 'a', 'e', 't', 'a', 'e', ' ',  'n',
                                      'a', 'm', 'e', 's', ' ', '1', '\n', 0};
using Checksum = XXH64_hash_t;

template <typename Value>
void append(std::vector<std::uint8_t>& out, const Value& value) {
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), octets, octets + sizeof value);
}

template <typename Value>
Value take(Bytes& in) noexcept {
  Value value;
  std::memcpy(&value, in.data(), sizeof value);
  in = in.subspan(sizeof value);
  return value;
}

// By the wall clock, since the machine itself may have been restarted. A clock that stands before
// the moment of saving, or far behind it, was not set yet, or was not then: nothing is over.
std::uint32_t seconds_between(Time saved, Time now) noexcept {
  constexpr seconds kBelieved = std::chrono::days{30};
  if (now < saved || now - saved > kBelieved) return 0;
  return static_cast<std::uint32_t>(std::chrono::floor<seconds>(now - saved).count());
}

constexpr std::uint64_t with_until(std::uint64_t word, std::uint32_t until_s) noexcept {
  return (word & ~std::uint64_t{0xffffffff}) | until_s;
}

}  // namespace

std::vector<std::uint8_t> Resolved::save(const Now& now) const {
  const std::uint32_t now_s = seconds_of(now.monotonic);
  SavedHead head{kMagic, key_, now.wall.time_since_epoch().count(), 0};
  std::vector<std::uint8_t> out(sizeof head);
  for (std::size_t bucket = 0; bucket <= mask_; ++bucket) {
    if (Version(versions_[bucket]).load(std::memory_order_relaxed) == 0) continue;
    for (std::size_t way = 0; way < kWays; ++way) {
      Words words = read(bucket, way);
      if (words[0] == 0 || until_of(words[1]) <= now_s) continue;
      words[1] = with_until(words[1], until_of(words[1]) - now_s);
      append(out, words);
      ++head.rows;
    }
  }
  std::memcpy(out.data(), &head, sizeof head);
  append(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

std::unique_ptr<Resolved> Resolved::restore(Bytes saved, std::size_t rows, const Now& now) {
  if (saved.size() < sizeof(SavedHead) + sizeof(Checksum)) return nullptr;
  const Bytes summed = saved.first(saved.size() - sizeof(Checksum));
  Bytes sum = saved.last(sizeof(Checksum));
  if (take<Checksum>(sum) != XXH3_64bits(summed.data(), summed.size())) return nullptr;
  Bytes in = summed;
  const auto head = take<SavedHead>(in);
  if (head.magic != kMagic || head.rows != in.size() / sizeof(Words) ||
      in.size() % sizeof(Words) != 0) {
    return nullptr;
  }
  auto resolved = std::make_unique<Resolved>(rows, head.key);
  const std::uint32_t now_s = seconds_of(now.monotonic);
  const std::uint32_t passed_s = seconds_between(Time(milliseconds(head.saved_at_ms)), now.wall);
  while (!in.empty()) {
    Words words = take<Words>(in);
    const std::uint32_t left_s = until_of(words[1]);
    Known known;
    if (words[0] == 0 || left_s <= passed_s || !unpack(words, known)) continue;
    constexpr std::uint32_t kLongest = std::numeric_limits<std::uint32_t>::max();
    words[1] = with_until(words[1], now_s + std::min(left_s - passed_s, kLongest - now_s));
    resolved->put(words, now_s);
  }
  return resolved;
}

}  // namespace haetae::policy
