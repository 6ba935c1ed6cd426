#include "wire/dns_compress.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/name.h"

namespace haetae::wire {
namespace {

constexpr std::size_t kPointerReach = 0x4000;  // a pointer has 14 bits

// Mostly the letter case is the same, too.
bool is_same_label(Bytes a, Bytes b) noexcept {
  return std::memcmp(a.data(), b.data(), a.size()) == 0 ||
         std::ranges::equal(a, b, {}, to_lower, to_lower);
}

// True if the name that stands at an offset of our own output is this one, in any letter case.
// What we wrote is well formed and its pointers point back, so the walk ends.
bool stands_at(Bytes written, std::size_t at, Bytes name) noexcept {
  while (true) {
    const std::uint8_t length = written[at];
    if (length >= 0xc0) {
      at = (length & 0x3fU) << 8 | written[at + 1];
      continue;
    }
    if (length != name.front()) return false;
    if (length == 0) return true;
    if (!is_same_label(written.subspan(at + 1, length), name.subspan(1, length))) return false;
    at += 1U + length;
    name = name.subspan(1U + length);
  }
}

}  // namespace

void NameCompressor::write(WireWriter& out, Bytes name) noexcept {
  std::uint8_t count = count_;
  while (name.front() != 0) {
    if (const auto known = find(out.written(), name)) {
      out.u16(static_cast<std::uint16_t>(0xc000U | *known));
      break;
    }
    if (count < offsets_.size() && out.offset() < kPointerReach) {
      offsets_[count++] = static_cast<std::uint16_t>(out.offset());
    }
    const std::size_t label_bytes = 1U + name.front();
    out.bytes(name.first(label_bytes));
    name = name.subspan(label_bytes);
  }
  if (name.front() == 0) out.u8(0);
  // Only now: a name that is half written cannot be pointed at.
  if (out.ok()) count_ = count;
}

void NameCompressor::remember(Bytes name, std::size_t offset) noexcept {
  while (name.front() != 0 && count_ < offsets_.size() && offset < kPointerReach) {
    offsets_[count_++] = static_cast<std::uint16_t>(offset);
    const std::size_t label_bytes = 1U + name.front();
    offset += label_bytes;
    name = name.subspan(label_bytes);
  }
}

void NameCompressor::forget_from(std::size_t offset) noexcept {
  while (count_ > 0 && offsets_[count_ - 1U] >= offset) --count_;
}

std::optional<std::uint16_t> NameCompressor::find(Bytes written, Bytes suffix) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (stands_at(written, offsets_[i], suffix)) return offsets_[i];
  }
  return std::nullopt;
}

}  // namespace haetae::wire
