#include "list/image_builder_table.h"

#include <algorithm>
#include <utility>

#include "list/image_bucket.h"

namespace haetae::list {
namespace {

// Share of slots in use. 10.9 bytes a name; fuller saves little, and then more names stand in their
// second place, which costs a lookup another cache line.
constexpr std::uint64_t kLoadPercent = 84;
constexpr std::size_t kLookAhead = 16;
constexpr std::size_t kBucketsAtOnce = 1024;
// How many names one displaced name may move on. At the load above a handful is enough.
constexpr int kMovesMax = 1000;

std::uint64_t bucket_count_for(std::uint64_t names) {
  const std::uint64_t slots = names * 100 / kLoadPercent;
  return std::max(bucket::kCountMin, slots / bucket::kSlots + 1);
}

}  // namespace

BucketTable::BucketTable(const ListedNames& names)
    : names_(names), bucket_count_(bucket_count_for(names.size())) {
  while (!place_all()) bucket_count_ += bucket_count_ / 32;
}

bool BucketTable::place_all() {
  buckets_.assign(bucket_count_, {});
  second_places_ = 0;
  std::vector<std::uint32_t> displaced;
  const std::size_t count = names_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kLookAhead < count) {
      const std::uint64_t hash = names_[i + kLookAhead].hash;
      __builtin_prefetch(&buckets_[bucket::first_place(hash, bucket_count_)], 1);
    }
    const auto entry = static_cast<std::uint32_t>(i);
    const std::uint64_t first = bucket::first_place(names_[i].hash, bucket_count_);
    if (!place_in(first, entry)) displaced.push_back(entry);
  }
  return std::ranges::all_of(displaced, [this](std::uint32_t entry) { return displace(entry); });
}

bool BucketTable::place_in(std::uint64_t place, std::uint32_t entry) {
  Bucket& bucket = buckets_[place];
  if (bucket.size == bucket::kSlots) return false;
  bucket.slots[bucket.size++] = entry + 1;
  return true;
}

// One of the names of a full bucket goes to its second place, best one where there is room: moving
// others on from there would put more names in their second places than need be.
bool BucketTable::displace(std::uint32_t entry) {
  Bucket& full = buckets_[bucket::first_place(names_[entry].hash, bucket_count_)];
  if (has_room_second(entry)) return move_on(entry);
  for (std::uint32_t& slot : full.slots) {
    if (!has_room_second(slot - 1)) continue;
    const std::uint32_t other = std::exchange(slot, entry + 1) - 1;
    return move_on(other);
  }
  return move_on(entry);
}

bool BucketTable::has_room_second(std::uint32_t entry) const {
  const std::uint64_t hash = names_[entry].hash;
  return buckets_[bucket::second_place(hash, bucket_count_)].size < bucket::kSlots;
}

// The name goes to its second place; if that is full, one that stands there goes to its own other
// place, and so on.
bool BucketTable::move_on(std::uint32_t entry) {
  std::uint64_t hash = names_[entry].hash;
  std::uint64_t place = bucket::second_place(hash, bucket_count_);
  for (int moves = 0; moves < kMovesMax; ++moves) {
    const std::uint64_t first = bucket::first_place(hash, bucket_count_);
    if (place != first) {
      buckets_[first].overflow |= static_cast<std::uint8_t>(1U << (hash % 8));
      ++second_places_;
    }
    if (place_in(place, entry)) return true;
    const unsigned slot = static_cast<unsigned>(hash >> 8) % bucket::kSlots;
    std::uint32_t moved = entry + 1;
    std::swap(moved, buckets_[place].slots[(slot + static_cast<unsigned>(moves)) % bucket::kSlots]);
    entry = moved - 1;
    hash = names_[entry].hash;
    const std::uint64_t moved_first = bucket::first_place(hash, bucket_count_);
    if (place == moved_first) {
      place = bucket::second_place(hash, bucket_count_);
    } else {
      place = moved_first;
      --second_places_;
    }
  }
  return false;
}

// True if a lookup of the hash, which stands in another bucket, would stop in this one.
bool BucketTable::is_confused(std::uint64_t hash, std::uint64_t place) const {
  const Bucket& bucket = buckets_[place];
  return std::any_of(bucket.slots, bucket.slots + bucket.size, [&](std::uint32_t slot) {
    return ((names_[slot - 1].hash ^ hash) & bucket::kFingerprintMask) == 0;
  });
}

bool BucketTable::fill(const Bucket& from, std::uint64_t place, const SetNumber& set_number,
                       std::uint8_t* out) const {
  for (unsigned i = 0; i < from.size; ++i) {
    const ListedNames::Entry& entry = names_[from.slots[i] - 1];
    const std::uint64_t first = bucket::first_place(entry.hash, bucket_count_);
    const bool elsewhere = first != place && is_confused(entry.hash, first);
    if (elsewhere || bucket::find(out, entry.hash) != 0) return false;
    bucket::put(out, i, entry.hash, set_number(entry));
  }
  out[bucket::kOverflowAt] = from.overflow;
  return true;
}

void BucketTable::prefetch_entries(std::uint64_t place) const {
  const Bucket& bucket = buckets_[place];
  for (unsigned i = 0; i < bucket.size; ++i) __builtin_prefetch(&names_[bucket.slots[i] - 1]);
}

bool BucketTable::write(const SetNumber& set_number, const Sink& sink) const {
  std::vector<std::uint8_t> out(kBucketsAtOnce * bucket::kBytes);
  for (std::uint64_t start = 0; start < bucket_count_; start += kBucketsAtOnce) {
    const std::uint64_t end = std::min(start + kBucketsAtOnce, bucket_count_);
    std::ranges::fill(out, std::uint8_t{0});
    for (std::uint64_t place = start; place < end; ++place) {
      if (place + 4 < bucket_count_) prefetch_entries(place + 4);
      if (!fill(buckets_[place], place, set_number,
                out.data() + (place - start) * bucket::kBytes)) {
        return false;
      }
    }
    sink({out.data(), (end - start) * bucket::kBytes});
  }
  return true;
}

}  // namespace haetae::list
