#include "list/image_builder_names.h"

#include <algorithm>
#include <cstring>

namespace haetae::list {
namespace {

constexpr unsigned kIndexBitsMin = 10;
constexpr std::size_t kLookAhead = 16;

}  // namespace

ListedNames::ListedNames(Merge merge)
    : merge_(std::move(merge)),
      index_(std::size_t{1} << kIndexBitsMin),
      index_bits_(kIndexBitsMin) {}

void ListedNames::add(std::uint64_t hash, Bytes wire, std::uint64_t argument) {
  __builtin_prefetch(&index_[home(hash)]);
  std::memcpy(queue_text_.data() + queue_text_used_, wire.data(), wire.size());
  queue_[queued_++] = {.hash = hash,
                       .argument = argument,
                       .at = static_cast<std::uint16_t>(queue_text_used_),
                       .size = static_cast<std::uint8_t>(wire.size())};
  queue_text_used_ += wire.size();
  if (queued_ == kQueueLength) flush();
}

void ListedNames::flush() {
  while (10 * (entries_.size() + queued_) > 7 * index_.size()) grow_index();
  for (std::size_t i = 0; i < queued_; ++i) take(queue_[i]);
  queued_ = 0;
  queue_text_used_ = 0;
}

void ListedNames::take(const Waiting& waiting) {
  const Bytes wire{queue_text_.data() + waiting.at, waiting.size};
  const std::uint32_t found = find(waiting.hash);
  if (found != kNone) {
    Entry& entry = entries_[found];
    if (is(entry, wire)) {
      merge_(entry.value, waiting.argument);
    } else {
      ++collisions_;
    }
    return;
  }
  if (entries_.size() >= limits::kImageNamesMax || texts_.size() >> (32 - kTextChunkBits) != 0) {
    full_ = true;
    return;
  }
  Entry entry{.hash = waiting.hash, .text = store_text(wire), .value = 0};
  merge_(entry.value, waiting.argument);
  put_in_index(waiting.hash, static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back(entry);
}

std::uint32_t ListedNames::store_text(Bytes wire) {
  constexpr std::size_t kChunkBytes = std::size_t{1} << kTextChunkBits;
  // Behind a chunk there is room for the longest name: a comparison with one may read that far.
  if (texts_.empty() || text_used_ + wire.size() > kChunkBytes) {
    texts_.push_back(
        std::make_unique_for_overwrite<std::uint8_t[]>(kChunkBytes + limits::kNameBytesMax));
    text_used_ = 0;
  }
  std::memcpy(texts_.back().get() + text_used_, wire.data(), wire.size());
  const std::size_t at = ((texts_.size() - 1) << kTextChunkBits) + text_used_;
  text_used_ += wire.size();
  return static_cast<std::uint32_t>(at);
}

const std::uint8_t* ListedNames::text(std::uint32_t at) const {
  return texts_[at >> kTextChunkBits].get() + (at & ((1U << kTextChunkBits) - 1));
}

Bytes ListedNames::wire(const Entry& entry) const {
  const std::uint8_t* start = text(entry.text);
  const std::uint8_t* end = start;
  while (*end != 0) end += *end + 1;
  return {start, end + 1};
}

// No wire form is the start of another one, so the entry's size need not be known.
bool ListedNames::is(const Entry& entry, Bytes wire) const {
  return std::memcmp(text(entry.text), wire.data(), wire.size()) == 0;
}

void ListedNames::prefetch(std::uint64_t hash) const {
  __builtin_prefetch(&index_[home(hash)]);
}

std::uint32_t ListedNames::find(std::uint64_t hash) const {
  const std::size_t mask = index_.size() - 1;
  const std::uint32_t number_mask = static_cast<std::uint32_t>(mask);
  for (std::size_t at = home(hash); index_[at] != 0; at = (at + 1) & mask) {
    if ((index_[at] & ~number_mask) != tag(hash)) continue;
    const std::uint32_t entry = (index_[at] & number_mask) - 1;
    if (entries_[entry].hash == hash) return entry;
  }
  return kNone;
}

void ListedNames::put_in_index(std::uint64_t hash, std::uint32_t entry) {
  const std::size_t mask = index_.size() - 1;
  std::size_t at = home(hash);
  while (index_[at] != 0) at = (at + 1) & mask;
  index_[at] = tag(hash) | (entry + 1);
}

void ListedNames::grow_index() {
  const std::size_t size = index_.size() * 2;
  std::vector<std::uint32_t>().swap(index_);  // the old one goes before the new one comes
  index_.resize(size);
  ++index_bits_;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i + kLookAhead < entries_.size()) prefetch(entries_[i + kLookAhead].hash);
    put_in_index(entries_[i].hash, static_cast<std::uint32_t>(i));
  }
  for (std::size_t i = 0; i < queued_; ++i) prefetch(queue_[i].hash);
}

void ListedNames::drop_index() {
  std::vector<std::uint32_t>().swap(index_);
}

}  // namespace haetae::list
