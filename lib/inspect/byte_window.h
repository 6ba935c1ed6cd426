#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "inspect/limits.h"

namespace haetae::inspect {

// The first limits::kWindowBytesMax octets of a stream, put together from pieces that come in any
// order, twice, or over one another. A bit for each octet says whether it is there, so the number
// of pieces has no limit of its own.
class ByteWindow {
 public:
  static constexpr std::size_t kBytes = limits::kWindowBytesMax;

  enum class Put : std::uint8_t {
    Stored,    // all of it is there now
    Conflict,  // an octet that was there differs: nothing was stored
    TooFar,    // what fits was stored; the rest reaches beyond the window
  };

  // A window whose octets are all zero, as a LazyArray's row is, holds nothing.
  // To start again: nothing is there.
  void clear() noexcept;

  // offset: of the piece's first octet, from the window's start.
  Put put(std::size_t offset, Bytes piece) noexcept;
  // The octets from the start on, up to the first that is missing. Valid until the next change.
  Bytes prefix() const noexcept { return {octets_.data(), contiguous_}; }
  bool is_full() const noexcept { return contiguous_ == kBytes; }
  // Whether anything stands behind a gap.
  bool has_gap() const noexcept { return reach_ > contiguous_; }
  // Up to where octets are there, gaps or not.
  std::size_t reach() const noexcept { return reach_; }

  // The window starts so many octets later, whether those were there or not.
  void consume(std::size_t count) noexcept;
  // The window starts so many octets earlier, none of which is there. False: what is there would
  // no longer fit, and nothing changed.
  bool make_room_before(std::size_t count) noexcept;
  // Whether all octets of the piece are there, and the same.
  bool holds(std::size_t offset, Bytes piece) const noexcept;
  // Whether any octet between them is there.
  bool touches(std::size_t offset, std::size_t count) const noexcept;

 private:
  using Word = std::uint64_t;
  static constexpr std::size_t kWordBits = 64;
  static constexpr std::size_t kWords = kBytes / kWordBits;

  bool is_held(std::size_t at) const noexcept {
    return (held_[at / kWordBits] >> at % kWordBits & 1) != 0;
  }
  bool conflicts(std::size_t offset, Bytes piece) const noexcept;
  void mark(std::size_t from, std::size_t to) noexcept;
  void grow_prefix() noexcept;

  std::uint32_t contiguous_;
  std::uint32_t reach_;
  std::array<Word, kWords> held_;
  std::array<std::uint8_t, kBytes> octets_;
};

}  // namespace haetae::inspect
