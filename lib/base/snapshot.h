#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace haetae {

// One value that a control thread replaces whole and worker threads read without locks: readers
// compare one generation number per batch and take the lock only when it changed.
template <typename T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> first) : current_(std::move(first)) {}

  // Makes `next` current. The value it replaces is kept until no reader holds it and is freed by
  // collect(), so that freeing a large value never falls to a worker.
  void publish(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    retired_.push_back(std::exchange(current_, std::move(next)));
    generation_.fetch_add(1, std::memory_order_release);
  }

  // Frees the retired values that nobody holds any more; returns how many are still held.
  std::size_t collect() {
    std::vector<std::shared_ptr<const T>> free_now;
    const std::lock_guard lock(mutex_);
    std::erase_if(retired_, [&](std::shared_ptr<const T>& value) {
      if (value.use_count() > 1) return false;
      free_now.push_back(std::move(value));
      return true;
    });
    return retired_.size();
  }

  std::shared_ptr<const T> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> current_;
  std::vector<std::shared_ptr<const T>> retired_;
  std::atomic<std::uint64_t> generation_{1};
};

// A worker's own view of a Snapshot. Not for sharing between threads.
template <typename T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Snapshot<T>& source)
      : source_(&source), generation_(source.generation()), held_(source.current()) {}

  // Call once per batch. Returns true if the value changed since the last call.
  bool refresh() {
    const std::uint64_t generation = source_->generation();
    if (generation == generation_) return false;
    generation_ = generation;
    held_ = source_->current();
    return true;
  }

  // refresh() in two steps, for values that must change together: look at what is current, then
  // take it or leave it.
  struct Seen {
    std::uint64_t generation;
    std::shared_ptr<const T> value;
  };
  bool is_outdated() const noexcept { return source_->generation() != generation_; }
  Seen look() const {
    const std::uint64_t generation = source_->generation();
    return {generation, source_->current()};
  }
  void take(Seen seen) {
    generation_ = seen.generation;
    held_ = std::move(seen.value);
  }

  const T& operator*() const noexcept { return *held_; }
  const T* operator->() const noexcept { return held_.get(); }
  const std::shared_ptr<const T>& held() const noexcept { return held_; }

 private:
  const Snapshot<T>* source_;
  std::uint64_t generation_;
  std::shared_ptr<const T> held_;
};

}  // namespace haetae
