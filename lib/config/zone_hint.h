#pragma once

#include <string>
#include <string_view>

namespace haetae::config {

// True if the system's zone data knows the zone ("Asia/Seoul").
bool is_time_zone(std::string_view name);

// What the person may have meant: "did you mean 'Asia/Seoul'?".
std::string time_zone_hint(std::string_view name);

}  // namespace haetae::config
