#include "list/phrase_text.h"

#include <array>
#include <cstring>

namespace haetae::list {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
constexpr std::uint64_t kEach = 0x0101010101010101;
constexpr std::uint64_t kHigh = 0x80 * kEach;

constexpr bool is_latin(std::uint8_t octet) noexcept {
  return octet >= 'a' && octet <= 'z';
}
constexpr bool is_tail(std::uint8_t octet) noexcept {
  return (octet & 0xc0) == 0x80;
}

}  // namespace

PhraseText::Before PhraseText::class_of(std::uint8_t octet, Before before) noexcept {
  if (octet >= 0x80) {
    if (is_tail(octet)) return before;  // of the same character
    return starts_wide(static_cast<char>(octet)) ? Before::Wide : Before::Other;
  }
  if (is_latin(octet)) return Before::Latin;
  if (octet == ' ') return Before::Blank;
  return octet < ' ' ? Before::Newline : Before::Other;
}

// Of the last character that begins in the octets; before, if none does.
PhraseText::Before PhraseText::last_of(std::string_view octets, Before before) noexcept {
  while (!octets.empty() && is_tail(static_cast<std::uint8_t>(octets.back()))) {
    octets.remove_suffix(1);
  }
  return octets.empty() ? before : class_of(static_cast<std::uint8_t>(octets.back()), before);
}

// Eight octets at once are copied as they stand if none of them is a matter of judgement: all but
// few. The tests may find too much, never too little.
bool PhraseText::is_plain(std::uint64_t octets) const noexcept {
  const std::uint64_t high = octets & kHigh;
  const std::uint64_t low = octets & ~kHigh;
  const std::uint64_t control = (octets - ' ' * kEach) & ~octets & kHigh;
  const std::uint64_t other_than_blank = octets ^ (' ' * kEach);
  const std::uint64_t blank = (other_than_blank - kEach) & ~other_than_blank & kHigh;
  const std::uint64_t latin =
      (low + (0x80 - 'a') * kEach) & ~(low + (0x7f - 'z') * kEach) & ~octets & kHigh;
  // What stands before each octet: the first one's is before_.
  const auto before = [](std::uint64_t mask, bool first) {
    return mask << 8 | (first ? std::uint64_t{0x80} : 0);
  };
  const bool after_blank = before_ <= Before::Blank;
  const bool after_high = before_ == Before::Wide || before_ == Before::Other;
  return (control | (blank & before(blank, after_blank)) | (latin & before(high, after_high)) |
          (high & before(latin, before_ == Before::Latin))) == 0 &&
         before_ != Before::Nothing;
}

std::size_t PhraseText::take_plain(std::string_view& text, std::span<char> room) noexcept {
  std::size_t size = 0;
  while (text.size() >= kWordBytes && room.size() - size >= kStepBytes) {
    std::uint64_t octets = 0;
    std::memcpy(&octets, text.data(), kWordBytes);
    if (!is_plain(octets)) break;
    std::memcpy(room.data() + size, text.data(), kWordBytes);
    size += kWordBytes;
    before_ = last_of(text.substr(0, kWordBytes), before_);
    text.remove_prefix(kWordBytes);
  }
  return size;
}

// Writes at most three octets for each, and one more at the beginning.
std::size_t PhraseText::take_careful(std::string_view octets, char* out) noexcept {
  const char* const start = out;
  if (before_ == Before::Nothing) {
    *out++ = ' ';
    before_ = Before::Newline;
  }
  for (const char c : octets) {
    const auto octet = static_cast<std::uint8_t>(c);
    const Before now = class_of(octet, before_);
    if (now == Before::Newline) {
      if (before_ == Before::Newline) continue;
      if (before_ != Before::Blank) *out++ = ' ';
      *out++ = '\n';
      *out++ = ' ';
    } else if (now == Before::Blank) {
      if (before_ <= Before::Blank) continue;
      *out++ = ' ';
    } else {
      const bool scripts_meet = (before_ == Before::Latin && now == Before::Wide) ||
                                (before_ == Before::Wide && now == Before::Latin);
      if (scripts_meet) *out++ = ' ';
      *out++ = c;
    }
    before_ = now;
  }
  return static_cast<std::size_t>(out - start);
}

std::size_t PhraseText::take(std::string_view& text, std::span<char> room) noexcept {
  std::size_t size = 0;
  while (!text.empty() && room.size() - size >= kStepBytes) {
    size += take_plain(text, room.subspan(size));
    if (text.empty() || room.size() - size < kStepBytes) break;
    const std::string_view octets = text.substr(0, kWordBytes);
    size += take_careful(octets, room.data() + size);
    text.remove_prefix(octets.size());
  }
  return size;
}

std::string phrase_text(std::string_view text) {
  std::string written(3 * text.size() + PhraseText::kStepBytes, '\0');
  PhraseText writer;
  written.resize(writer.take(text, written));
  if (!written.empty()) written.erase(0, 1);
  return written;
}

}  // namespace haetae::list
