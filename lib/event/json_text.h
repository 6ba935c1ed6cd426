#pragma once

#include <string>
#include <string_view>

namespace haetae::event {

// Appends text as a JSON string in quotes (RFC 8259, section 7). Octets that are no UTF-8 become
// U+FFFD, so that the line is valid whatever a configuration or a name holds.
void append_json(std::string& out, std::string_view text);

}  // namespace haetae::event
