#pragma once

#include <cstddef>

namespace haetae::content {

// Copies a text from a letter or digit of ASCII on: letters made small, digits, and one blank for
// as many signs as stand between two of them. Stops in front of a stop, an apostrophe, NUL or an
// octet beyond ASCII; where fewer than kWideBytes octets are left; and, on a processor that cannot
// do it fast, at once. Returns where. The last octet written may be a blank. May write up to
// kWideBytes octets behind what it copied.
struct Stops {
  char first, second;
};
inline constexpr std::ptrdiff_t kWideBytes = 16;
const char* copy_text_run(const char* at, const char* end, Stops stops, char*& out) noexcept;

}  // namespace haetae::content
