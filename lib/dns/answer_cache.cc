#include "dns/answer_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/assert.h"
#include "base/limits.h"
#include "dns/timing.h"

namespace haetae::dns {
namespace {

constexpr std::size_t kUnitBytes = 8;
// The index has a slot for so many octets of the arena: small answers fit it at three quarters.
constexpr std::uint64_t kBytesPerSlot = 128;

// The head of an entry and a short answer, in lines of the processor's cache.
constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kPrefetchedBytes = 3 * kLineBytes;

static_assert(std::is_trivially_copyable_v<CacheEntry> && alignof(CacheEntry) == kUnitBytes);
static_assert(sizeof(CacheEntry) % kUnitBytes == 0);

constexpr std::size_t round_up(std::size_t size_bytes) noexcept {
  return (size_bytes + kUnitBytes - 1) / kUnitBytes * kUnitBytes;
}

template <typename T>
T* zeroed(std::size_t count) {
  // calloc leaves the pages to the kernel until they are used: a cache costs what is in it.
  void* const memory = std::calloc(count, sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<T*>(memory);
}

}  // namespace

PackedAnswer CacheEntry::packed() const noexcept {
  const auto* const offsets = reinterpret_cast<const std::uint16_t*>(this + 1);
  const auto* const message = reinterpret_cast<const std::uint8_t*>(offsets + ttl_count);
  return {{message, message_bytes}, {offsets, ttl_count}, ttl_s, failure, failure_code};
}

bool CacheEntry::usable(Monotonic now) const noexcept {
  return fresh(now) || (!failure && now < stored + seconds{ttl_s} + kStaleKeptFor);
}

std::uint32_t CacheEntry::age_s(Monotonic now) const noexcept {
  if (now <= stored) return 0;
  return static_cast<std::uint32_t>(std::chrono::floor<seconds>(now - stored).count());
}

AnswerCache::AnswerCache(std::uint64_t budget_bytes, const HashKey& key)
    : key_(key),
      arena_bytes_(std::max<std::uint64_t>(budget_bytes, limits::kCacheBytesMin) /
                   sizeof(CacheEntry) * sizeof(CacheEntry)),
      // The room behind is for the header of a filler that starts near the end.
      arena_(zeroed<std::uint8_t>(arena_bytes_ + sizeof(CacheEntry))),
      index_mask_(std::bit_floor(arena_bytes_ / kBytesPerSlot) - 1),
      index_(zeroed<Slot>(index_mask_ + 1)) {
  HAETAE_ASSERT(arena_bytes_ / kUnitBytes < 0xffffffff);
}

CacheEntry* AnswerCache::entry_at(std::uint64_t position) const noexcept {
  return reinterpret_cast<CacheEntry*>(arena_.get() + position % arena_bytes_);
}

CacheEntry* AnswerCache::entry_of(const Slot& slot) const noexcept {
  return reinterpret_cast<CacheEntry*>(arena_.get() + (slot.place - 1ULL) * kUnitBytes);
}

std::uint32_t AnswerCache::place_of(const CacheEntry& entry) const noexcept {
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(&entry);
  return static_cast<std::uint32_t>((octets - arena_.get()) / kUnitBytes) + 1;
}

void AnswerCache::prefetch_slot(std::uint64_t hash) const noexcept {
  __builtin_prefetch(&index_[hash & index_mask_]);
}

bool AnswerCache::prefetch_entry(std::uint64_t hash) const noexcept {
  const auto tag = static_cast<std::uint32_t>(hash);
  for (std::size_t i = tag & index_mask_; index_[i].place != 0; i = (i + 1) & index_mask_) {
    if (index_[i].tag != tag) continue;
    const auto* const entry = reinterpret_cast<const std::uint8_t*>(entry_of(index_[i]));
    for (std::size_t at = 0; at < kPrefetchedBytes; at += kLineBytes) {
      __builtin_prefetch(entry + at);
    }
    return true;
  }
  return false;
}

AnswerCache::Slot* AnswerCache::find_slot(const CacheKey& key) const noexcept {
  const auto tag = static_cast<std::uint32_t>(key.hash);
  // The index is never full (store() sees to it), so every walk meets an empty slot.
  for (std::size_t i = tag & index_mask_; index_[i].place != 0; i = (i + 1) & index_mask_) {
    if (index_[i].tag != tag) continue;
    const CacheEntry& entry = *entry_of(index_[i]);
    if (entry.form != key.form) continue;
    // The whole question is compared: a hash is no proof, and a wrong answer would be believed.
    const std::uint8_t* const question = entry.packed().message.data() + wire::kHeaderBytes;
    const std::size_t type_at = key.name.size();
    const auto type = static_cast<std::uint16_t>(key.type);
    if (question[type_at] == type >> 8 && question[type_at + 1] == (type & 0xff) &&
        std::memcmp(question, key.name.data(), key.name.size()) == 0) {
      return &index_[i];
    }
  }
  return nullptr;
}

CacheEntry* AnswerCache::find(const CacheKey& key) noexcept {
  const Slot* const slot = find_slot(key);
  if (slot == nullptr) return nullptr;
  CacheEntry* const entry = entry_of(*slot);
  if (!entry->used) entry->used = true;
  return entry;
}

CacheEntry* AnswerCache::store(const CacheKey& key, const PackedAnswer& answer,
                               Monotonic now) noexcept {
  HAETAE_ASSERT(answer.message.size() > wire::kHeaderBytes + key.name.size());
  if (answer.message.size() > limits::kCacheAnswerBytesMax) return nullptr;
  const std::size_t offsets_bytes = answer.ttl_offsets.size_bytes();
  const std::size_t size_bytes =
      round_up(sizeof(CacheEntry) + offsets_bytes + answer.message.size());
  CacheEntry* const entry = room_for(key, size_bytes, now);
  const std::uint32_t room_bytes = entry->size_bytes;
  *entry = {};
  entry->size_bytes = room_bytes;
  entry->tag = static_cast<std::uint32_t>(key.hash);
  entry->stored = now;
  entry->ttl_s = answer.ttl_s;
  entry->message_bytes = static_cast<std::uint16_t>(answer.message.size());
  entry->ttl_count = static_cast<std::uint16_t>(answer.ttl_offsets.size());
  entry->failure_code = answer.failure_code;
  entry->form = key.form;
  entry->failure = answer.failure;
  entry->facts_generation = CacheEntry::kNoFacts;
  entry->silence_generation = CacheEntry::kNoFacts;
  auto* const after = reinterpret_cast<std::uint8_t*>(entry + 1);
  if (offsets_bytes > 0) std::memcpy(after, answer.ttl_offsets.data(), offsets_bytes);
  std::memcpy(after + offsets_bytes, answer.message.data(), answer.message.size());
  return entry;
}

// An entry under the key with room for so many octets; only its size_bytes is filled in.
CacheEntry* AnswerCache::room_for(const CacheKey& key, std::size_t size_bytes,
                                  Monotonic now) noexcept {
  if (Slot* const slot = find_slot(key); slot != nullptr) {
    CacheEntry* const old = entry_of(*slot);
    // A refresh goes where the old answer stood.
    if (old->size_bytes >= size_bytes && old->size_bytes <= 2 * size_bytes) return old;
    old->dead = true;
    erase(slot);
  }
  CacheEntry* const entry = make_room(size_bytes, now);
  entry->size_bytes = static_cast<std::uint32_t>(size_bytes);
  const auto tag = static_cast<std::uint32_t>(key.hash);
  std::size_t i = tag & index_mask_;
  while (index_[i].place != 0) i = (i + 1) & index_mask_;
  index_[i] = {tag, place_of(*entry)};
  ++count_;
  return entry;
}

// The octets that an entry takes at the head, with the filler before it if it would not fit before
// the arena's end.
std::uint64_t AnswerCache::needed(std::size_t size_bytes) const noexcept {
  const std::uint64_t before_end = arena_bytes_ - head_ % arena_bytes_;
  return size_bytes <= before_end ? size_bytes : before_end + size_bytes;
}

CacheEntry* AnswerCache::make_room(std::size_t size_bytes, Monotonic now) noexcept {
  const std::size_t count_max = (index_mask_ + 1) / 4 * 3;
  std::size_t moves_left = limits::kCacheMovesPerFillMax;
  // Ends: an entry with its filler is far smaller than the smallest arena.
  while (arena_bytes_ - (head_ - tail_) < needed(size_bytes) || count_ >= count_max) {
    evict_oldest(moves_left, now);
  }
  if (const std::uint64_t whole = needed(size_bytes); whole != size_bytes) {
    add_filler(whole - size_bytes);
  }
  CacheEntry* const entry = entry_at(head_);
  head_ += size_bytes;
  return entry;
}

void AnswerCache::evict_oldest(std::size_t& moves_left, Monotonic now) noexcept {
  CacheEntry* const oldest = entry_at(tail_);
  const std::size_t size_bytes = oldest->size_bytes;
  if (oldest->dead) {
    tail_ += size_bytes;
    return;
  }
  Slot* const slot = slot_of(*oldest);
  tail_ += size_bytes;
  // Its own place is free now, so an entry that moves to the head always fits; but one that would
  // need a filler may not, and goes.
  const bool moves =
      oldest->used && moves_left > 0 && oldest->usable(now) && needed(size_bytes) == size_bytes;
  if (!moves) {
    erase(slot);
    return;
  }
  --moves_left;
  oldest->used = false;
  CacheEntry* const moved = entry_at(head_);
  std::memmove(static_cast<void*>(moved), oldest, size_bytes);
  head_ += size_bytes;
  slot->place = place_of(*moved);
}

void AnswerCache::add_filler(std::size_t size_bytes) noexcept {
  CacheEntry* const filler = entry_at(head_);
  filler->size_bytes = static_cast<std::uint32_t>(size_bytes);
  filler->dead = true;
  head_ += size_bytes;
}

AnswerCache::Slot* AnswerCache::slot_of(const CacheEntry& entry) const noexcept {
  const std::uint32_t place = place_of(entry);
  std::size_t i = entry.tag & index_mask_;
  while (index_[i].place != place) {
    HAETAE_ASSERT(index_[i].place != 0);
    i = (i + 1) & index_mask_;
  }
  return &index_[i];
}

// Empties a slot and pulls those behind it forward, so that walks need no marks of the gone.
void AnswerCache::erase(Slot* slot) noexcept {
  std::size_t hole = static_cast<std::size_t>(slot - index_.get());
  for (std::size_t i = (hole + 1) & index_mask_; index_[i].place != 0; i = (i + 1) & index_mask_) {
    const std::size_t home = index_[i].tag & index_mask_;
    if (((i - home) & index_mask_) < ((i - hole) & index_mask_)) continue;
    index_[hole] = index_[i];
    hole = i;
  }
  index_[hole] = {};
  --count_;
}

}  // namespace haetae::dns
