#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace haetae::wire {

// A bounds-checked cursor that writes network octets (big endian) into a borrowed buffer. The first
// write that does not fit is its last: nothing of it is written and ok() is false until rewind().
class WireWriter {
 public:
  explicit WireWriter(MutableBytes out) noexcept : out_(out), limit_(out.size()) {}

  bool ok() const noexcept { return ok_; }
  std::size_t offset() const noexcept { return at_; }
  std::size_t left() const noexcept { return limit_ - at_; }
  Bytes written() const noexcept { return out_.first(at_); }

  void u8(std::uint8_t value) noexcept {
    if (room(1)) out_[at_++] = value;
  }
  void u16(std::uint16_t value) noexcept {
    if (!room(2)) return;
    put_u16(at_, value);
    at_ += 2;
  }
  void u32(std::uint32_t value) noexcept {
    if (!room(4)) return;
    put_u16(at_, static_cast<std::uint16_t>(value >> 16));
    put_u16(at_ + 2, static_cast<std::uint16_t>(value));
    at_ += 4;
  }
  void bytes(Bytes value) noexcept {
    if (!room(value.size())) return;
    std::ranges::copy(value, out_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ += value.size();
  }

  // Leaves n octets as they are, to be filled in later.
  void skip(std::size_t n) noexcept {
    if (room(n)) at_ += n;
  }

  // Overwrites two octets already written; nothing if they are not.
  void patch_u16(std::size_t offset, std::uint16_t value) noexcept {
    if (offset + 2 <= at_) put_u16(offset, value);
  }
  // Nothing is written at or after this offset from now on; never more than the buffer's size.
  void set_limit(std::size_t limit_bytes) noexcept {
    limit_ = std::max(at_, std::min(limit_bytes, out_.size()));
  }
  // Forgets what stands at and after `offset`, and a failure with it. offset <= offset().
  void rewind(std::size_t offset) noexcept {
    at_ = std::min(at_, offset);
    ok_ = true;
  }
  // For callers that find they cannot go on: nothing more is written until rewind().
  void fail() noexcept { ok_ = false; }

 private:
  bool room(std::size_t n) noexcept {
    if (n > limit_ - at_) ok_ = false;
    return ok_;
  }
  void put_u16(std::size_t at, std::uint16_t value) noexcept {
    out_[at] = static_cast<std::uint8_t>(value >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(value);
  }

  MutableBytes out_;
  std::size_t at_ = 0;
  std::size_t limit_;
  bool ok_ = true;
};

}  // namespace haetae::wire
