#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "list/format.h"

namespace haetae::list {

// Refuses what is no list at all, whatever its declared format: no text, NUL octets, UTF-16, HTML
// or XML. head: the first limits::kListHeadBytesMax octets of the source, unpacked. Error: a
// sentence for the report.
std::expected<void, std::string> check_is_text(std::string_view head);

// The dialect most lines of the head are written in. May be one that this version does not act on.
// Error: a sentence for the report, from check_is_text or because no line looks like a rule.
std::expected<Format, std::string> detect_format(std::string_view head);

}  // namespace haetae::list
