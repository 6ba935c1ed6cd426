#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "wire/packet.h"

namespace haetae::wire {

// The internet checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words.
// What is added piece by piece stands one behind the other; only the last piece may have an odd
// number of octets.
class Checksum {
 public:
  void add(Bytes octets) noexcept;
  void add(std::size_t value) noexcept { sum_ += value; }
  std::uint16_t value() const noexcept;

 private:
  std::uint64_t sum_ = 0;
};

// Whether a TCP or UDP packet's checksum is what its receiver works out: any other it drops. Not
// for what a network card was still to fill in. True where nothing can be told: other protocols,
// parts of a packet, IPv4's UDP without a checksum (RFC 768), and what the capture has not whole.
bool has_right_checksum(const Packet& packet) noexcept;

}  // namespace haetae::wire
