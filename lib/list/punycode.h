#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace haetae::list {

// Decodes the part of an A-label after "xn--" (RFC 3492, section 6.2) and writes it as UTF-8.
// label: lower-case ASCII. Returns the octets written; 0 if it is no Punycode, stands for a
// surrogate or a number above U+10FFFF, is longer than a DNS label, or does not fit. Hot path: no
// allocation.
std::size_t decode_punycode(std::string_view label, std::span<char> out) noexcept;

}  // namespace haetae::list
