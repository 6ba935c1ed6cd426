#pragma once

#include <cstdint>

namespace haetae::wire {

// From one of TCP's sequence numbers to another: they have no order but this (RFC 9293, section
// 3.4). Below 0: `to` stands before `from`.
constexpr std::int32_t sequence_distance(std::uint32_t from, std::uint32_t to) noexcept {
  return static_cast<std::int32_t>(to - from);
}

}  // namespace haetae::wire
