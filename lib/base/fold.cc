#include "base/fold.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/percent.h"
#include "base/utf8.h"

namespace haetae {
namespace {

std::uint8_t take_octet(std::string_view& raw) noexcept {
  const auto escaped = escaped_octet(raw);
  const std::uint8_t octet = escaped ? *escaped : static_cast<std::uint8_t>(raw.front());
  raw.remove_prefix(escaped ? kEscapeBytes : 1);
  return octet;
}

constexpr bool is_in(char32_t c, char32_t first, char32_t last) noexcept {
  return c >= first && c <= last;
}

// Not to be seen, or a mark on the letter before.
constexpr bool is_left_out(char32_t c) noexcept {
  return c == 0xad || is_in(c, 0x300, 0x36f) || is_in(c, 0x200b, 0x200f) ||
         is_in(c, 0x202a, 0x202e) || is_in(c, 0x2060, 0x2064) || is_in(c, 0xfe00, 0xfe0f) ||
         c == 0xfeff;
}

constexpr bool is_blank(char32_t c) noexcept {
  return c == 0xa0 || is_in(c, 0x2000, 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

// Hangul (Unicode 15, section 3.12): leading consonants, vowels, trailing consonants, syllables.
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kLeadingLast = 0x1112;
constexpr char32_t kVowel = 0x1161;
constexpr char32_t kVowelLast = 0x1175;
constexpr char32_t kBeforeTrailing = 0x11a7;
constexpr char32_t kTrailingLast = 0x11c2;
constexpr char32_t kSyllable = 0xac00;
constexpr char32_t kSyllableLast = 0xd7a3;
constexpr char32_t kVowels = 21;
constexpr char32_t kTrailings = 28;
// All of them, syllables too, take three octets.
constexpr std::size_t kHangulBytes = 3;

}  // namespace

char32_t detail::take_other_url_character(std::string_view& raw) noexcept {
  const std::uint8_t first = take_octet(raw);
  if (first < 0x80) return first;
  std::string_view ahead = raw;
  const auto next = [&ahead] { return ahead.empty() ? std::uint8_t{0} : take_octet(ahead); };
  const std::uint8_t second = next();
  const std::size_t size = utf8_size(first, second);
  if (size == 0) return kNoCharacter;
  auto character = static_cast<char32_t>((first & (0x7fU >> size)) << 6 | (second & 0x3fU));
  for (std::size_t i = 2; i < size; ++i) {
    const std::uint8_t octet = next();
    if (!is_utf8_tail(octet)) return kNoCharacter;
    character = character << 6 | (octet & 0x3fU);
  }
  raw = ahead;
  return character;
}

char32_t detail::fold_other(char32_t c) noexcept {
  if (is_left_out(c)) return 0;
  if (is_blank(c)) return ' ';
  if (c == 0x2018 || c == 0x2019) return '\'';
  if (is_in(c, 0x2010, 0x2015)) return '-';
  if (is_in(c, 0x249c, 0x24b5)) return 'a' + (c - 0x249c);          // letters in brackets
  if (is_in(c, 0x24b6, 0x24e9)) return 'a' + (c - 0x24b6) % 26;     // circled letters
  if (is_in(c, 0xff01, 0xff5e)) return fold(c - 0xfee0);            // full-width forms
  if (is_in(c, 0x1d400, 0x1d6a3)) return 'a' + (c - 0x1d400) % 26;  // thirteen alphabets, two cases
  if (is_in(c, 0x1d7ce, 0x1d7ff)) return '0' + (c - 0x1d7ce) % 10;
  if (is_in(c, 0x1f130, 0x1f189) && (c - 0x1f130) % 32 < 26) {  // in squares, white and black
    return 'a' + (c - 0x1f130) % 32;
  }
  return c;
}

bool detail::is_other_word_character(char32_t c) noexcept {
  // "ㆍ" is a letter by its origin and a dot by its use; multiplication and division signs stand
  // among letters.
  if (c < 0xc0 || c == 0xd7 || c == 0xf7 || c == 0x318d || c == kNoCharacter) return false;
  return !is_in(c, 0x2000, 0x2bff) && !is_in(c, 0x3000, 0x3020) && !is_in(c, 0x1f000, 0x1faff);
}

char32_t joined_hangul(char32_t before, char32_t letter) noexcept {
  if (is_in(letter, kVowel, kVowelLast) && is_in(before, kLeading, kLeadingLast)) {
    return kSyllable + ((before - kLeading) * kVowels + (letter - kVowel)) * kTrailings;
  }
  if (is_in(letter, kBeforeTrailing + 1, kTrailingLast) &&
      is_in(before, kSyllable, kSyllableLast) && (before - kSyllable) % kTrailings == 0) {
    return before + (letter - kBeforeTrailing);
  }
  return 0;
}

void FoldedText::add_other(char32_t folded) noexcept {
  const char32_t syllable = joined_hangul(last_, folded);
  if (syllable != 0) size_ -= kHangulBytes;
  write(syllable != 0 ? syllable : folded);
}

void FoldedText::write(char32_t character) noexcept {
  std::array<char, 4> octets;
  const std::size_t size = put_utf8(character, octets);
  if (size > room_.size() - size_) {
    room_ = room_.first(size_);  // nothing shorter may stand behind a gap
    last_ = 0;
    return;
  }
  std::copy_n(octets.begin(), size, room_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += size;
  last_ = character;
}

}  // namespace haetae
