#include "inspect/byte_window.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace haetae::inspect {

void ByteWindow::clear() noexcept {
  const std::size_t words = (reach_ + kWordBits - 1) / kWordBits;
  std::fill_n(held_.begin(), words, Word{0});
  contiguous_ = 0;
  reach_ = 0;
}

ByteWindow::Put ByteWindow::put(std::size_t offset, Bytes piece) noexcept {
  const std::size_t room = offset < kBytes ? kBytes - offset : 0;
  const bool fits = piece.size() <= room;
  if (!fits) piece = piece.first(room);
  if (!piece.empty()) {
    if (offset < reach_ && conflicts(offset, piece)) return Put::Conflict;
    const std::size_t end = offset + piece.size();
    std::memcpy(octets_.data() + offset, piece.data(), piece.size());
    mark(offset, end);
    reach_ = std::max(reach_, static_cast<std::uint32_t>(end));
    if (offset <= contiguous_ && end > contiguous_) grow_prefix();
  }
  return fits ? Put::Stored : Put::TooFar;
}

bool ByteWindow::conflicts(std::size_t offset, Bytes piece) const noexcept {
  const std::size_t end = std::min<std::size_t>(offset + piece.size(), reach_);
  std::size_t at = offset;
  if (at < contiguous_) {
    const std::size_t size = std::min<std::size_t>(end, contiguous_) - at;
    if (std::memcmp(octets_.data() + at, piece.data(), size) != 0) return true;
    at += size;
  }
  for (; at < end; ++at) {
    if (is_held(at) && octets_[at] != piece[at - offset]) return true;
  }
  return false;
}

bool ByteWindow::holds(std::size_t offset, Bytes piece) const noexcept {
  if (offset > reach_ || piece.size() > reach_ - offset) return false;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (!is_held(offset + i) || octets_[offset + i] != piece[i]) return false;
  }
  return true;
}

bool ByteWindow::touches(std::size_t offset, std::size_t count) const noexcept {
  const std::size_t end = std::min<std::size_t>(offset + count, reach_);
  for (std::size_t at = offset; at < end; ++at) {
    if (is_held(at)) return true;
  }
  return false;
}

void ByteWindow::mark(std::size_t from, std::size_t to) noexcept {
  const std::size_t first = from / kWordBits;
  const std::size_t last = (to - 1) / kWordBits;
  const Word from_first = ~Word{0} << from % kWordBits;
  const Word to_last = ~Word{0} >> (kWordBits - 1 - (to - 1) % kWordBits);
  if (first == last) {
    held_[first] |= from_first & to_last;
    return;
  }
  held_[first] |= from_first;
  std::fill(held_.begin() + first + 1, held_.begin() + last, ~Word{0});
  held_[last] |= to_last;
}

void ByteWindow::grow_prefix() noexcept {
  std::size_t word = contiguous_ / kWordBits;
  while (word < kWords && held_[word] == ~Word{0}) ++word;
  const std::size_t in_word = word < kWords ? std::countr_one(held_[word]) : 0;
  contiguous_ = static_cast<std::uint32_t>(word * kWordBits + in_word);
}

void ByteWindow::consume(std::size_t count) noexcept {
  if (count >= reach_) return clear();
  const std::size_t left = reach_ - count;
  std::memmove(octets_.data(), octets_.data() + count, left);
  std::array<Word, kWords> moved{};
  for (std::size_t at = 0; at < left; ++at) {
    if (is_held(at + count)) moved[at / kWordBits] |= Word{1} << at % kWordBits;
  }
  held_ = moved;
  contiguous_ = 0;
  reach_ = static_cast<std::uint32_t>(left);
  grow_prefix();
}

bool ByteWindow::make_room_before(std::size_t count) noexcept {
  if (count > kBytes - reach_) return false;
  std::memmove(octets_.data() + count, octets_.data(), reach_);
  std::array<Word, kWords> moved{};
  for (std::size_t at = 0; at < reach_; ++at) {
    if (is_held(at)) moved[(at + count) / kWordBits] |= Word{1} << (at + count) % kWordBits;
  }
  held_ = moved;
  contiguous_ = 0;
  reach_ += static_cast<std::uint32_t>(count);
  return true;
}

}  // namespace haetae::inspect
