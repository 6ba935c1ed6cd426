#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace haetae {

inline constexpr std::size_t kEscapeBytes = 3;

// The octet that an escape such as "%41" at the text's start stands for (RFC 3986, section 2.1);
// nothing if the text does not start with one.
constexpr std::optional<std::uint8_t> escaped_octet(std::string_view text) noexcept {
  if (text.size() < kEscapeBytes || text[0] != '%') return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  const int high = digit(text[1]);
  const int low = digit(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<std::uint8_t>(high * 16 + low);
}

}  // namespace haetae
