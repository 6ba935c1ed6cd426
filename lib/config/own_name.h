#pragma once

#include <string_view>

namespace haetae::config {

// The name under which everybody in the house finds the filter's own pages; our DNS answers it.
// Below .internal, which is nobody's on the internet (ICANN, 2024).
inline constexpr std::string_view kOwnName = "haetae.internal";

}  // namespace haetae::config
