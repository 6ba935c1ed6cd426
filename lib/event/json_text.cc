#include "event/json_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>

namespace haetae::event {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

std::uint8_t octet(char c) {
  return static_cast<std::uint8_t>(c);
}

// Octets of the well-formed UTF-8 sequence (RFC 3629) at the start of text; 0 if there is none.
std::size_t sequence_size(std::string_view text) {
  const std::uint8_t first = octet(text[0]);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(text[i]) & 0xc0) != 0x80) return 0;
  }
  const std::uint8_t second = octet(text[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : size;
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (octet(c) < 0x20 || c == 0x7f) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet(c));
  } else {
    out += c;
  }
}

// Eight octets in one number.
constexpr std::uint64_t kEach = 0x0101010101010101ULL;
constexpr std::uint64_t kHighBits = 0x80 * kEach;

constexpr std::uint64_t zero_octets(std::uint64_t octets) {
  return (octets - kEach) & ~octets & kHighBits;
}

// Whether one of the octets may not stand in a JSON string as it is, or is not ASCII.
constexpr bool any_is_special(std::uint64_t octets) {
  const std::uint64_t below_space = (octets - ' ' * kEach) & ~octets;
  const std::uint64_t from_delete = octets | (octets + kEach);
  return ((below_space | from_delete) & kHighBits) != 0 || zero_octets(octets ^ '"' * kEach) != 0 ||
         zero_octets(octets ^ '\\' * kEach) != 0;
}

// Octets at the start that stand as they are: nearly all text that we write. May tell a few less
// than there are.
std::size_t plain_size(std::string_view text) {
  std::size_t size = 0;
  for (; text.size() - size >= 8; size += 8) {
    std::uint64_t octets;
    std::memcpy(&octets, text.data() + size, sizeof octets);
    if (any_is_special(octets)) return size;
  }
  return size;
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_size(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t size = sequence_size(text);
    if (size == 1) {
      append_ascii(out, text[0]);
    } else {
      out += size == 0 ? kReplacement : text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  out += '"';
}

}  // namespace haetae::event
