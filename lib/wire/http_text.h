#pragma once

#include "base/ascii_text.h"

// What the readers of HTTP's parts share of it.
namespace haetae::wire {

using haetae::ascii_lower;
using haetae::hex_value;
using haetae::is_blank;
using haetae::is_same_word;
using haetae::take_until;
using haetae::trim_blanks;

}  // namespace haetae::wire
