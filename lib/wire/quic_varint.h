#pragma once

#include <cstdint>

#include "wire/reader.h"

namespace haetae::wire {

// A variable-length integer (RFC 9000, section 16); also one that is longer than it has to be.
inline std::uint64_t read_varint(WireReader& in) noexcept {
  const std::uint8_t first = in.u8();
  std::uint64_t value = first & 0x3f;
  for (int more = (1 << (first >> 6)) - 1; more > 0; --more) value = value << 8 | in.u8();
  return in.ok() ? value : 0;
}

}  // namespace haetae::wire
