#pragma once

#include <cstddef>
#include <cstdint>

// Every queue, table, loop and buffer of Haetae has its maximum here. Each comment says what the
// limit costs and what happens when it is reached.
namespace haetae::limits {

// RFC 1035, section 3.1: a name is at most 255 octets on the wire, hence at most 127 labels.
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kLabelBytesMax = 63;
inline constexpr std::size_t kNameLabelsMax = 127;

}  // namespace haetae::limits
