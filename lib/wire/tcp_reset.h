#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "wire/packet.h"
#include "wire/packet_limits.h"

// A TCP segment that ends a connection of which one packet was seen.
namespace haetae::wire {

// Whom a reset ends the connection for. Each believes one only whose sequence number is exactly the
// octet that it wants next (RFC 5961, section 3.2), and what that is depends on what has arrived.
enum class ResetFor : std::uint8_t {
  Sender,           // who sent the packet: wants what the packet acknowledges
  Receiver,         // whom it went to, and who has it: wants what follows it
  ReceiverWithout,  // whom it went to, where it will not arrive: still wants its first octet
};

// A reset that seems to come from the other end; IPv4 (RFC 791) or IPv6 (RFC 8200) as the packet
// is, checksums filled in (RFC 1071), no options. Owns its octets.
class TcpReset {
 public:
  // From the IP header on.
  Bytes packet() const noexcept {
    return Bytes(octets_).subspan(kFrameHeaderBytesMax, packet_bytes_);
  }
  // The same behind an Ethernet header. tags: of the VLANs, as vlan_tags() finds them.
  Bytes frame(const MacAddress& source, const MacAddress& destination, Bytes tags = {}) noexcept;

 private:
  friend std::optional<TcpReset> make_tcp_reset(const Packet& seen, ResetFor whom) noexcept;
  TcpReset() = default;

  static constexpr std::size_t kEthernetBytes = 14;
  static constexpr std::size_t kTagsBytesMax = 4 * limits::kVlanTagsMax;
  static constexpr std::size_t kFrameHeaderBytesMax = kEthernetBytes + kTagsBytesMax;
  static constexpr std::size_t kPacketBytesMax = 60;  // IPv6 and TCP
  // The packet stands behind the room for the longest frame header.
  std::array<std::uint8_t, kFrameHeaderBytesMax + kPacketBytesMax> octets_{};
  std::size_t packet_bytes_ = 0;
};

// Sequence and acknowledgement as in RFC 9293, sections 3.5.2 and 3.10.7: also an end that is still
// opening the connection believes it. None for a packet that is not TCP, is a part of one (its
// ports are not known), or is a reset itself, which nobody answers.
std::optional<TcpReset> make_tcp_reset(const Packet& seen, ResetFor whom) noexcept;

}  // namespace haetae::wire
