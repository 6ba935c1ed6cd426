#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "policy/request.h"
#include "wire/dns_message.h"
#include "wire/dns_types.h"

namespace haetae::dns {

// Answers to one question differ by what the client may see; each form is an entry of its own.
using AnswerForm = std::uint8_t;
inline constexpr AnswerForm kPlainForm = 0;
inline constexpr AnswerForm kDnssecForm = 1;       // the client set DO: signatures stay
inline constexpr AnswerForm kEchStrippedForm = 2;  // HTTPS and SVCB without their ech parameter

// What the cache is asked for. Class IN goes without saying.
struct CacheKey {
  std::uint64_t hash = 0;  // of the name, with the cache's own key
  Bytes name;              // uncompressed, lower case
  wire::RRType type{};
  AnswerForm form = kPlainForm;
};

// An answer as the cache takes it: packed (wire/dns_rewrite.h), without OPT, for id 0, its question
// in lower case.
struct PackedAnswer {
  Bytes message;
  std::span<const std::uint16_t> ttl_offsets;
  std::uint32_t ttl_s = 0;       // 0: not to be cached
  bool failure = false;          // SERVFAIL, kept for seconds only and never served stale
  wire::EdeCode failure_code{};  // why, for clients with EDNS
};

// One cached answer. Lives in the cache's arena, followed by its TTL offsets and its message.
struct CacheEntry {
  std::uint32_t size_bytes;  // with all that follows; a multiple of 8
  std::uint32_t tag;         // the low half of the name's hash: its home in the index
  Monotonic stored;
  // The upstream failed lately: not asked before this moment, a stale answer is served at once.
  Monotonic recheck_at;
  std::uint32_t ttl_s;
  std::uint16_t message_bytes;
  std::uint16_t ttl_count;
  wire::EdeCode failure_code;
  AnswerForm form;
  bool failure;
  bool used;        // since it was stored or last passed by eviction
  bool dead;        // replaced, or a filler at the arena's end
  bool refreshing;  // asked upstream ahead of its end
  // What a policy of this generation knows of the name; so a warm hit needs no image lookup.
  std::uint64_t facts_generation;
  policy::NameFacts facts;

  // Profiles, as bits, for whom a policy of this generation says nothing of what the answer leads
  // to; so the answer of a warm hit is looked into once a generation.
  std::uint64_t silence_generation;
  std::uint64_t silent_profiles;

  static constexpr std::uint64_t kNoFacts = ~0ULL;

  bool is_silent_for(policy::ProfileId profile, std::uint64_t generation) const noexcept {
    return silence_generation == generation && profile < kProfileBits &&
           (silent_profiles >> profile & 1) != 0;
  }
  // Profiles beyond the bits are not remembered.
  void remember_silence(policy::ProfileId profile, std::uint64_t generation) noexcept {
    if (profile >= kProfileBits) return;
    if (silence_generation != generation) silent_profiles = 0;
    silence_generation = generation;
    silent_profiles |= std::uint64_t{1} << profile;
  }

  PackedAnswer packed() const noexcept;
  bool fresh(Monotonic now) const noexcept { return now < stored + seconds{ttl_s}; }
  // Fresh, or may be served stale (RFC 8767).
  bool usable(Monotonic now) const noexcept;
  std::uint32_t age_s(Monotonic now) const noexcept;

 private:
  static constexpr unsigned kProfileBits = 64;
};

// The answers that one worker remembers: a budget of octets as one arena that is written like a
// ring. New entries go to the head; at the tail the oldest go, but those that were used since move
// to the head once more (CLOCK). Nothing fragments, the work of a fill is bounded, and memory is
// touched only as it fills. Verdicts are never kept here. Not for sharing between threads.
class AnswerCache {
 public:
  AnswerCache(std::uint64_t budget_bytes, const HashKey& key);

  std::uint64_t hash(const Name& name) const noexcept { return hash_name(name, key_); }
  // The entry for the key, expired ones too; null if there is none. Valid until the next store().
  CacheEntry* find(const CacheKey& key) noexcept;
  // For batches: starts loading the place of that hash; then the entry that stands there, if there
  // is one, of which it says whether it may be one of the hash.
  void prefetch_slot(std::uint64_t hash) const noexcept;
  bool prefetch_entry(std::uint64_t hash) const noexcept;
  // Replaces what stands at the key. The answer's question is the key's. Null if it is too long.
  CacheEntry* store(const CacheKey& key, const PackedAnswer& answer, Monotonic now) noexcept;

  std::size_t entry_count() const noexcept { return count_; }
  std::uint64_t budget_bytes() const noexcept { return arena_bytes_; }
  // Octets of the arena in use; what was replaced counts until its turn at the tail.
  std::uint64_t used_bytes() const noexcept { return head_ - tail_; }

 private:
  struct Slot {
    std::uint32_t tag;
    std::uint32_t place;  // of the entry, in units of 8 octets, plus 1; 0: empty
  };
  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };

  CacheEntry* entry_at(std::uint64_t position) const noexcept;
  CacheEntry* entry_of(const Slot& slot) const noexcept;
  Slot* find_slot(const CacheKey& key) const noexcept;
  Slot* slot_of(const CacheEntry& entry) const noexcept;
  void erase(Slot* slot) noexcept;
  CacheEntry* room_for(const CacheKey& key, std::size_t size_bytes, Monotonic now) noexcept;
  CacheEntry* make_room(std::size_t size_bytes, Monotonic now) noexcept;
  std::uint64_t needed(std::size_t size_bytes) const noexcept;
  void evict_oldest(std::size_t& moves_left, Monotonic now) noexcept;
  void add_filler(std::size_t size_bytes) noexcept;
  std::uint32_t place_of(const CacheEntry& entry) const noexcept;

  HashKey key_;
  std::uint64_t arena_bytes_;
  std::unique_ptr<std::uint8_t[], Free> arena_;
  std::size_t index_mask_;
  std::unique_ptr<Slot[], Free> index_;
  std::size_t count_ = 0;
  // Positions only grow; an entry stands at its position modulo the arena's size.
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace haetae::dns
