#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace haetae {

// How many octets the UTF-8 sequence has that starts with these two (RFC 3629, section 4), and 0 if
// none may start so; those behind the second need to be looked at still. NUL is one octet.
// second: of a sequence of one octet, whatever follows.
constexpr std::size_t utf8_size(std::uint8_t first, std::uint8_t second) noexcept {
  if (first < 0x80) return 1;
  if (second < 0x80 || second > 0xbf) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first == 0xe0) return second >= 0xa0 ? 3 : 0;  // overlong
  if (first == 0xed) return second <= 0x9f ? 3 : 0;  // surrogates
  if (first >= 0xe1 && first <= 0xef) return 3;
  if (first == 0xf0) return second >= 0x90 ? 4 : 0;  // overlong
  if (first == 0xf4) return second <= 0x8f ? 4 : 0;  // beyond U+10FFFF
  return first >= 0xf1 && first <= 0xf3 ? 4 : 0;
}

constexpr bool is_utf8_tail(std::uint8_t octet) noexcept {
  return (octet & 0xc0) == 0x80;
}

// True of the first octet of U+3000 to U+DFFF: kana, ideographs, Hangul.
constexpr bool starts_wide(char octet) noexcept {
  const auto value = static_cast<std::uint8_t>(octet);
  return value >= 0xe3 && value <= 0xed;
}

// Writes a code point (at most U+10FFFF); returns how many octets it took.
std::size_t put_utf8(char32_t point, std::span<char, 4> out) noexcept;

}  // namespace haetae
