#include "wire/checksum.h"

#include <bit>
#include <cstring>

namespace haetae::wire {

// In this machine's byte order, four octets at a time: the sum comes out in that order, too (RFC
// 1071, section 2).
void Checksum::add(Bytes octets) noexcept {
  std::uint64_t sum = 0;
  while (octets.size() >= sizeof(std::uint32_t)) {
    std::uint32_t word = 0;
    std::memcpy(&word, octets.data(), sizeof word);
    sum += word;
    octets = octets.subspan(sizeof word);
  }
  std::uint32_t last = 0;
  if (!octets.empty()) std::memcpy(&last, octets.data(), octets.size());
  sum += last;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  const auto folded = static_cast<std::uint16_t>(sum);
  sum_ += std::endian::native == std::endian::little ? std::byteswap(folded) : folded;
}

std::uint16_t Checksum::value() const noexcept {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

bool has_right_checksum(const Packet& packet) noexcept {
  if (packet.segment.empty() || packet.missing_bytes > 0) return true;
  constexpr std::size_t kUdpChecksumAt = 6;
  const bool is_udp = packet.protocol == ip_protocol::kUdp;
  if (is_udp && packet.source.is_v4() && packet.segment[kUdpChecksumAt] == 0 &&
      packet.segment[kUdpChecksumAt + 1] == 0) {
    return true;
  }
  // With the pseudo header of RFC 9293, section 3.1; IPv6's says the same in wider fields (RFC
  // 8200, section 8.1). Over all, the checksum itself included, the sum is 0.
  Checksum sum;
  sum.add(packet.source.wire());
  sum.add(packet.destination.wire());
  sum.add(std::size_t{packet.protocol});
  sum.add(packet.segment.size());
  sum.add(packet.segment);
  return sum.value() == 0;
}

}  // namespace haetae::wire
