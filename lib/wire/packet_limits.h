#pragma once

#include <cstddef>

// Limits of the packet parser. Each bounds a loop over what a stranger sent; what goes beyond is
// refused as PacketError::TooDeep, which the caller counts.
namespace haetae::limits {

// VLAN tags of one frame, some 2 ns each. QinQ has two.
inline constexpr std::size_t kVlanTagsMax = 4;
// Extension headers of one packet, those of a tunnel included, some 3 ns each. Real packets have
// one or two; RFC 8504, section 5.3, lets a host refuse more than 8.
inline constexpr std::size_t kExtensionHeadersMax = 32;
// IP headers behind one another: the tunnel's own and the one inside. What a further tunnel holds
// is not looked into: the packet ends as one of protocol 4, 41 or 47.
inline constexpr std::size_t kIpHeadersMax = 2;

}  // namespace haetae::limits
