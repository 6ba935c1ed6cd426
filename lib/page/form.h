#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haetae::page {

// The first value with this name in the body of a form (application/x-www-form-urlencoded, WHATWG
// URL, section 5.1), decoded; the octets need not be UTF-8. Nothing: there is none.
std::optional<std::string> form_value(std::string_view body, std::string_view name);

}  // namespace haetae::page
