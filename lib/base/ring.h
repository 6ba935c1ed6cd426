#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "base/assert.h"

namespace haetae {

// One writer thread, one reader thread, fixed size, no lock. Full means false: the writer counts
// the loss and goes on, it never waits.
template <typename T>
class Ring {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // capacity: a power of two.
  explicit Ring(std::size_t capacity)
      : mask_(capacity - 1), slots_(std::make_unique_for_overwrite<T[]>(capacity)) {
    HAETAE_ASSERT(std::has_single_bit(capacity));
  }

  // Writer only. The slot to fill before push(), or nullptr if the ring is full. Filling in place
  // saves copying a large record twice.
  T* slot() noexcept {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_seen_ > mask_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head - tail_seen_ > mask_) return nullptr;
    }
    return &slots_[head & mask_];
  }
  void push() noexcept {
    head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  bool push(const T& value) noexcept {
    T* const free_slot = slot();
    if (free_slot == nullptr) return false;
    *free_slot = value;
    push();
    return true;
  }

  // Reader only. The oldest record, or nullptr if there is none; pop() gives its slot back.
  const T* front() noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_seen_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail == head_seen_) return nullptr;
    }
    return &slots_[tail & mask_];
  }
  void pop() noexcept {
    tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kCacheLineBytes = 64;
  const std::size_t mask_;
  const std::unique_ptr<T[]> slots_;
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> head_{0};  // next slot to write
  std::uint64_t tail_seen_ = 0;                                  // the writer's memory of tail_
  alignas(kCacheLineBytes) std::atomic<std::uint64_t> tail_{0};  // next slot to read
  std::uint64_t head_seen_ = 0;                                  // the reader's memory of head_
};

}  // namespace haetae
