#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace haetae {

// A fixed number of rows that start as zeros. Address space is taken when it is made, memory when a
// row is first written: a table sized for the worst day costs little on a quiet one.
template <typename T>
class LazyArray {
  static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);

 public:
  // Large: for what is looked up in no order; on large pages, where the system has them, an address
  // is found sooner.
  enum class Pages { Usual, Large };
  // Throws std::bad_alloc.
  explicit LazyArray(std::size_t count, Pages pages_wanted = Pages::Usual)
      : count_(count), bytes_(count * sizeof(T)) {
    void* const pages = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    if (pages_wanted == Pages::Large) ::madvise(pages, bytes_, MADV_HUGEPAGE);
    rows_ = static_cast<T*>(pages);
  }
  ~LazyArray() { ::munmap(rows_, bytes_); }
  LazyArray(const LazyArray&) = delete;
  LazyArray& operator=(const LazyArray&) = delete;

  T& operator[](std::size_t place) noexcept { return rows_[place]; }
  const T& operator[](std::size_t place) const noexcept { return rows_[place]; }
  std::size_t size() const noexcept { return count_; }
  std::size_t place_of(const T& row) const noexcept {
    return static_cast<std::size_t>(&row - rows_);
  }

 private:
  T* rows_ = nullptr;
  std::size_t count_;
  std::size_t bytes_;
};

}  // namespace haetae
