#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace haetae::wire {

// A bounds-checked cursor over network octets (big endian). It cannot leave its window; the first
// read that would is its last: from then on every read gives zero or nothing and ok() is false, so
// a parser is a straight line that is checked once.
//
// Offsets count from the start of `whole`, in sub-readers too: compression pointers and places to
// patch are told in them.
class WireReader {
 public:
  explicit WireReader(Bytes whole) noexcept : whole_(whole), end_(whole.size()) {}

  bool ok() const noexcept { return ok_; }
  Bytes whole() const noexcept { return whole_; }
  std::size_t offset() const noexcept { return at_; }
  // Octets left in this window; 0 after a failure.
  std::size_t left() const noexcept { return end_ - at_; }
  Bytes rest() const noexcept { return whole_.subspan(at_, left()); }

  std::uint8_t u8() noexcept {
    if (!have(1)) return 0;
    return whole_[at_++];
  }
  std::uint16_t u16() noexcept {
    if (!have(2)) return 0;
    const auto value = static_cast<std::uint16_t>(whole_[at_] << 8 | whole_[at_ + 1]);
    at_ += 2;
    return value;
  }
  std::uint32_t u24() noexcept {
    const std::uint32_t high = u8();
    return high << 16 | u16();
  }
  std::uint32_t u32() noexcept {
    if (!have(4)) return 0;
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }

  // The next n octets, as a view into the input; empty on failure.
  Bytes take(std::size_t n) noexcept {
    if (!have(n)) return {};
    const Bytes taken = whole_.subspan(at_, n);
    at_ += n;
    return taken;
  }
  void skip(std::size_t n) noexcept {
    if (have(n)) at_ += n;
  }
  // A reader over the next n octets only; this one goes on after them. A failure of this reader
  // goes into the sub-reader too.
  WireReader sub(std::size_t n) noexcept {
    WireReader inner = *this;
    skip(n);
    if (ok_) {
      inner.end_ = at_;
    } else {
      inner.fail();
    }
    return inner;
  }
  // Goes to an offset of `whole` inside this window's end; backward too. Fails beyond the end.
  void seek(std::size_t offset) noexcept {
    if (!ok_) return;
    if (offset > end_) return fail();
    at_ = offset;
  }
  // For parsers that find a bad value: the reader is spent.
  void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }

 private:
  bool have(std::size_t n) noexcept {
    if (n <= end_ - at_) return ok_;
    fail();
    return false;
  }

  Bytes whole_;
  std::size_t at_ = 0;
  std::size_t end_;
  bool ok_ = true;
};

}  // namespace haetae::wire
