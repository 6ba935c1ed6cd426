#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace haetae::page {

// The language that an Accept-Language header wants most of those we have (RFC 9110, section
// 12.5.4), by its first subtag in small letters: "zh-TW;q=0.9" wants "zh". Of equal ones the first.
// Empty: none of ours. header: any octets. has: whether we have this one.
std::string wanted_language(std::string_view header,
                            const std::function<bool(const std::string&)>& has);

}  // namespace haetae::page
