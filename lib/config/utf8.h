#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace haetae::config {

// Where the first octet stands that is no UTF-8 text (RFC 3629) or is NUL; text.size() if all is
// well. A byte-order mark is text.
std::size_t first_bad_utf8(std::string_view text) noexcept;

// The text with every en dash as a hyphen: people and word processors write "21:00–07:00" and
// "7–9", and mean the same.
std::string with_hyphens(std::string_view text);

}  // namespace haetae::config
