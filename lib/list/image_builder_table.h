#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "list/image_builder_names.h"

namespace haetae::list {

// Decides which name stands in which bucket of the image: in its first place, or where that is full
// in its second, moving others to their second places if need be. About 6 bytes a name.
class BucketTable {
 public:
  explicit BucketTable(const ListedNames& names);

  std::uint64_t bucket_count() const { return bucket_count_; }
  std::uint64_t second_places() const { return second_places_; }
  // Writes the buckets in order to the sink, some at a time. set_number: of an entry of names.
  // False if two names cannot be told apart: a collision.
  using Sink = std::function<void(Bytes)>;
  using SetNumber = std::function<std::uint16_t(const ListedNames::Entry&)>;
  bool write(const SetNumber& set_number, const Sink& sink) const;

 private:
  // The entries in a bucket's slots, plus 1, then its number of entries and its overflow filter.
  struct Bucket {
    std::uint32_t slots[7];
    std::uint8_t size;
    std::uint8_t overflow;
    std::uint16_t unused;
  };

  bool place_all();
  bool place_in(std::uint64_t place, std::uint32_t entry);
  bool displace(std::uint32_t entry);
  bool has_room_second(std::uint32_t entry) const;
  bool move_on(std::uint32_t entry);
  bool fill(const Bucket& bucket, std::uint64_t place, const SetNumber& set_number,
            std::uint8_t* out) const;
  bool is_confused(std::uint64_t hash, std::uint64_t place) const;
  void prefetch_entries(std::uint64_t place) const;

  const ListedNames& names_;
  std::uint64_t bucket_count_;
  std::vector<Bucket> buckets_;
  std::uint64_t second_places_ = 0;
};

}  // namespace haetae::list
