#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"

namespace haetae::list {

// A vector that grows by chunks, so that growing never copies and memory never doubles.
template <typename T, unsigned kChunkBits>
class ChunkedVector {
 public:
  T& operator[](std::size_t i) { return chunks_[i >> kChunkBits][i & kMask]; }
  const T& operator[](std::size_t i) const { return chunks_[i >> kChunkBits][i & kMask]; }
  std::size_t size() const { return size_; }
  void push_back(const T& value) {
    if (size_ >> kChunkBits == chunks_.size()) {
      chunks_.push_back(std::make_unique_for_overwrite<T[]>(kMask + 1));
    }
    (*this)[size_++] = value;
  }

 private:
  static constexpr std::size_t kMask = (std::size_t{1} << kChunkBits) - 1;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t size_ = 0;
};

// The distinct names of an image in the making, with their text: about 37 bytes a name and 5 to 11
// for the index. Names enter through a short queue, so that the memory that an index entry stands
// in is on its way while the names before it are looked up.
class ListedNames {
 public:
  struct Entry {
    std::uint64_t hash;
    std::uint32_t text;  // place in the store of texts
    std::uint32_t value;
  };
  // Called for every name that leaves the queue: `value` is 0 for a new name, and may be changed.
  using Merge = std::function<void(std::uint32_t& value, std::uint64_t argument)>;

  explicit ListedNames(Merge merge);

  // hash: of the wire form, which is a valid Name's. Names of equal hash and other wire form are
  // not taken but counted as collisions.
  void add(std::uint64_t hash, Bytes wire, std::uint64_t argument);
  void flush();  // takes what waits in the queue; needed before anything below

  std::size_t size() const { return entries_.size(); }
  Entry& operator[](std::size_t i) { return entries_[i]; }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }
  Bytes wire(const Entry& entry) const;
  bool is(const Entry& entry, Bytes wire) const;  // the entry's name has this wire form
  std::uint64_t collisions() const { return collisions_; }
  bool full() const { return full_; }  // a name was refused for a limit

  static constexpr std::uint32_t kNone = 0xffffffff;
  void prefetch(std::uint64_t hash) const;
  // The entry with that hash, or kNone.
  std::uint32_t find(std::uint64_t hash) const;
  // Gives the index's memory back; find() and add() end here.
  void drop_index();

 private:
  struct Waiting {
    std::uint64_t hash;
    std::uint64_t argument;
    std::uint16_t at;
    std::uint8_t size;
  };
  static constexpr std::size_t kQueueLength = 32;
  static constexpr unsigned kTextChunkBits = 20;

  void take(const Waiting& waiting);
  std::uint32_t store_text(Bytes wire);
  const std::uint8_t* text(std::uint32_t at) const;
  void grow_index();
  void put_in_index(std::uint64_t hash, std::uint32_t entry);
  std::size_t home(std::uint64_t hash) const { return hash >> (64 - index_bits_); }
  std::uint32_t tag(std::uint64_t hash) const {
    return static_cast<std::uint32_t>(hash) << index_bits_;
  }

  Merge merge_;
  ChunkedVector<Entry, 16> entries_;
  std::vector<std::unique_ptr<std::uint8_t[]>> texts_;
  std::size_t text_used_ = 0;  // in the last chunk
  // Open addressing. A slot is 0, or the entry's number plus 1 in the low index_bits_ bits and hash
  // bits above, so that most slots of other names are passed without a look at their entries.
  std::vector<std::uint32_t> index_;
  unsigned index_bits_;
  std::array<Waiting, kQueueLength> queue_;
  std::size_t queued_ = 0;
  std::array<std::uint8_t, kQueueLength * limits::kNameBytesMax> queue_text_;
  std::size_t queue_text_used_ = 0;
  std::uint64_t collisions_ = 0;
  bool full_ = false;
};

}  // namespace haetae::list
