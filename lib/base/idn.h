#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/name.h"

namespace haetae {

// Reads a name that a person typed or a list holds: UTF-8 or ASCII, any case, dots of other scripts
// (U+3002) too, turned to A-labels (RFC 5890; UTS #46, non-transitional). "한국.example" gives
// xn--3e0b707e.example; ASCII names take a path without ICU.
// Error: a sentence that says what is wrong with the name.
std::expected<Name, std::string> name_from_user_text(std::string_view text);

// The name as a person reads it: A-labels turned to Unicode where they are valid ("xn--…" stays as
// it is otherwise). For pages and messages, never for decisions.
std::string to_user_text(const Name& name);

}  // namespace haetae
