#include "config/utf8.h"

#include <cstdint>

#include "base/utf8.h"

namespace haetae::config {

std::size_t first_bad_utf8(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) -> std::uint8_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_size(octet(at), octet(at + 1));
    if (size == 0 || text[at] == '\0') return at;
    for (std::size_t i = 2; i < size; ++i) {
      if (!is_utf8_tail(octet(at + i))) return at;
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
