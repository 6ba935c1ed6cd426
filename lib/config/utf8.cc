#include "config/utf8.h"

#include <cstdint>

namespace haetae::config {
namespace {

// The length of the sequence that starts here, from its first two octets (RFC 3629, section 4);
// 0: none may start so.
std::size_t sequence_size(std::uint8_t first, std::uint8_t second) noexcept {
  if (first < 0x80) return first == 0 ? 0 : 1;
  if (second < 0x80 || second > 0xbf) return 0;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first == 0xe0) return second >= 0xa0 ? 3 : 0;  // overlong
  if (first == 0xed) return second <= 0x9f ? 3 : 0;  // surrogates
  if (first >= 0xe1 && first <= 0xef) return 3;
  if (first == 0xf0) return second >= 0x90 ? 4 : 0;  // overlong
  if (first == 0xf4) return second <= 0x8f ? 4 : 0;  // beyond U+10FFFF
  return first >= 0xf1 && first <= 0xf3 ? 4 : 0;
}

}  // namespace

std::size_t first_bad_utf8(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) -> std::uint8_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence_size(octet(at), octet(at + 1));
    if (size == 0) return at;
    for (std::size_t i = 2; i < size; ++i) {
      if ((octet(at + i) & 0xc0) != 0x80) return at;
    }
    at += size;
  }
  return text.size();
}

std::string with_hyphens(std::string_view text) {
  constexpr std::string_view kEnDash = "\u2013";
  std::string out;
  while (!text.empty()) {
    const bool is_dash = text.starts_with(kEnDash);
    out += is_dash ? '-' : text.front();
    text.remove_prefix(is_dash ? kEnDash.size() : 1);
  }
  return out;
}

}  // namespace haetae::config
