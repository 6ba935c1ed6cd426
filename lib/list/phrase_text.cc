#include "list/phrase_text.h"

#include <cstring>

namespace haetae::list {
namespace {

// Octets that are looked at together: the second where the first hold something.
constexpr std::size_t kWideStepBytes = 32;
constexpr std::size_t kNarrowStepBytes = 8;

constexpr bool is_latin(std::uint8_t octet) noexcept {
  return octet >= 'a' && octet <= 'z';
}
constexpr bool is_tail(std::uint8_t octet) noexcept {
  return (octet & 0xc0) == 0x80;
}

// True if so many octets are written as they stand. Without branches, so that compilers do it with
// few instructions; finds too much where letters have accents, never too little.
// text: another octet stands before it.
template <std::size_t kBytes>
bool is_plain(const char* text) noexcept {
  unsigned found = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const auto before = static_cast<std::uint8_t>(text[static_cast<std::ptrdiff_t>(i) - 1]);
    const auto octet = static_cast<std::uint8_t>(text[i]);
    const bool is_high = octet >= 0x80;
    const bool was_high = before >= 0x80;
    found |= static_cast<unsigned>(octet < ' ') |
             static_cast<unsigned>((octet == ' ') & (before <= ' ')) |
             static_cast<unsigned>(is_latin(octet) & was_high) |
             static_cast<unsigned>(is_high & is_latin(before));
  }
  return found == 0;
}

}  // namespace

PhraseText::Before PhraseText::class_of(std::uint8_t octet, Before before) noexcept {
  if (octet >= 0x80) {
    if (is_tail(octet)) return before == Before::Wide ? Before::Wide : Before::Other;
    return starts_wide(static_cast<char>(octet)) ? Before::Wide : Before::Other;
  }
  if (is_latin(octet)) return Before::Latin;
  if (octet == ' ') return Before::Blank;
  return octet < ' ' ? Before::Newline : Before::Other;
}

// After all of the octets, as if each had been taken; at most one character is looked at.
PhraseText::Before PhraseText::class_after(std::string_view octets, Before before) noexcept {
  std::size_t tails = 0;
  while (tails < octets.size() &&
         is_tail(static_cast<std::uint8_t>(octets[octets.size() - 1 - tails]))) {
    ++tails;
  }
  if (tails < octets.size()) {
    before = class_of(static_cast<std::uint8_t>(octets[octets.size() - 1 - tails]), before);
  }
  return tails == 0 || before == Before::Wide ? before : Before::Other;
}

std::size_t PhraseText::take(std::string_view& text, std::span<char> room) noexcept {
  std::size_t size = 0;
  std::size_t at = 0;
  const auto has_room = [&] { return room.size() - size >= kStepBytes; };
  const auto copy = [&](std::size_t bytes) {
    std::memcpy(room.data() + size, text.data() + at, bytes);
    size += bytes;
    at += bytes;
  };
  while (at < text.size() && has_room()) {
    // The very first octet alone: what follows has one before it in this text.
    const std::string_view octets = text.substr(at, at == 0 ? 1 : kNarrowStepBytes);
    size += take_careful(octets, room.data() + size);
    at += octets.size();
    const std::size_t plain_from = at;
    while (text.size() - at >= kWideStepBytes && has_room() &&
           is_plain<kWideStepBytes>(text.data() + at)) {
      copy(kWideStepBytes);
    }
    while (text.size() - at >= kNarrowStepBytes && has_room() &&
           is_plain<kNarrowStepBytes>(text.data() + at)) {
      copy(kNarrowStepBytes);
    }
    if (at > plain_from) {
      before_ = class_after(text.substr(plain_from, at - plain_from), before_);
    }
  }
  text.remove_prefix(at);
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
    const Before now = class_of(static_cast<std::uint8_t>(c), before_);
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

std::string phrase_text(std::string_view text) {
  std::string written(3 * text.size() + PhraseText::kStepBytes, '\0');
  PhraseText writer;
  written.resize(writer.take(text, written));
  if (!written.empty()) written.erase(0, 1);
  return written;
}

}  // namespace haetae::list
