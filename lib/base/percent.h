#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ascii_text.h"

namespace haetae {

inline constexpr std::size_t kEscapeBytes = 3;

// The octet that an escape such as "%41" at the text's start stands for (RFC 3986, section 2.1);
// nothing if the text does not start with one.
constexpr std::optional<std::uint8_t> escaped_octet(std::string_view text) noexcept {
  if (text.size() < kEscapeBytes || text[0] != '%') return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<std::uint8_t>(high * 16 + low);
}

}  // namespace haetae
