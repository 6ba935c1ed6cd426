#pragma once

#include <string_view>

#include "base/fold.h"

namespace haetae::content {

// The longest name of a letter, and digits enough for any number.
inline constexpr std::size_t kReferenceBytesMax = 24;

// The character that a reference stands for (WHATWG HTML, section 13.2.5.72).
// name: what stands between "&" and ";": "eacute", "#112", "#x70". is_ended: a ';' stood behind it;
// a number does without, and so do some names.
// kNoCharacter: a sign or something that is no letter. 0: no reference at all, its octets stand
// for themselves.
char32_t referenced_character(std::string_view name, bool is_ended) noexcept;

}  // namespace haetae::content
