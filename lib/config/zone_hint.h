#pragma once

#include <string>
#include <string_view>

namespace haetae::config {

// True if the system's zone data knows the zone ("Asia/Seoul").
bool is_time_zone(std::string_view name);

// What the person may have meant: "did you mean 'Asia/Seoul'?".
std::string time_zone_hint(std::string_view name);

// The country that most people of the zone live in, as ISO 3166-1 has it: "KR"; empty: the zone
// data does not say.
std::string country_of_zone(std::string_view name);

}  // namespace haetae::config
