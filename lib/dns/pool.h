#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace haetae::dns {

inline constexpr std::uint32_t kNobody = 0xffffffff;  // no place in a table

// Up to kMax rows named by their places. Memory comes in chunks when more rows are in use than ever
// before, and stays: no allocation once warm, and a quiet worker costs little. A row given back
// keeps its content until it is taken again, so its owner may count generations in it.
// Row has a member `next_free` for the pool's own use.
template <typename Row, std::size_t kMax>
class Pool {
 public:
  Row& operator[](std::uint32_t place) noexcept {
    return (*chunks_[place / kChunk])[place % kChunk];
  }
  const Row& operator[](std::uint32_t place) const noexcept {
    return (*chunks_[place / kChunk])[place % kChunk];
  }
  bool was_ever_taken(std::uint32_t place) const noexcept { return place < touched_; }

  // kNobody if all are taken.
  std::uint32_t take() noexcept {
    if (first_free_ != kNobody) {
      const std::uint32_t place = first_free_;
      first_free_ = (*this)[place].next_free;
      return place;
    }
    if (touched_ == kMax) return kNobody;
    if (touched_ % kChunk == 0) chunks_[touched_ / kChunk] = std::make_unique<Chunk>();
    return touched_++;
  }
  void give_back(std::uint32_t place) noexcept {
    (*this)[place].next_free = first_free_;
    first_free_ = place;
  }

 private:
  static constexpr std::size_t kChunk = 256;
  using Chunk = std::array<Row, kChunk>;
  std::array<std::unique_ptr<Chunk>, (kMax + kChunk - 1) / kChunk> chunks_;
  std::uint32_t touched_ = 0;
  std::uint32_t first_free_ = kNobody;  // last given back is first taken: it is in the caches
};

}  // namespace haetae::dns
