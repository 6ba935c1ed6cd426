#pragma once

#include <cstdint>

#include "wire/dns_types.h"

namespace haetae::wire {

// How rdata of a type is built, as far as copying a record into another message needs it: fixed
// octets, then character strings, then names, then the tail.
struct RdataLayout {
  static constexpr std::int16_t kAnyTail = -1;

  std::uint8_t prefix_bytes = 0;
  std::uint8_t text_count = 0;
  std::uint8_t name_count = 0;
  std::int16_t tail_bytes = kAnyTail;  // exactly so many, or any number
  // RFC 3597, section 4: only the types of RFC 1035 may be sent with compressed names; those of
  // some later types may still come compressed.
  bool pack = false;
};

// Types without names that may be compressed are all tail: copied as they stand.
RdataLayout rdata_layout(RRType type) noexcept;

}  // namespace haetae::wire
