#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/address.h"
#include "base/bytes.h"

// Messages of the kernel's rtnetlink (rtnetlink(7)): links, their addresses, and the neighbours
// seen on them. All numbers are in the byte order of this machine.
namespace haetae::wire {

// An entry of the neighbour cache (ARP, RFC 826; Neighbor Discovery, RFC 4861) is new, changed or
// gone. Entries of bridges, of multicast and of proxies are left out.
struct NeighbourMessage {
  std::uint32_t interface = 0;
  IpAddress address;
  std::optional<MacAddress> mac{};  // nothing: the kernel knows none, or no longer
  bool has_failed = false;          // it asked, and nobody answered
};

struct LinkMessage {
  std::uint32_t interface = 0;
  std::string_view name{};  // borrowed from the datagram; may be empty when it is gone
  bool shows_macs = false;  // Ethernet or what looks like it: neighbours have 48-bit addresses
  bool is_gone = false;
};

// An address of this machine, with the prefix that is on the link.
struct AddressMessage {
  std::uint32_t interface = 0;
  IpAddress address;
  int prefix_bits = 0;  // in the address's own family
  bool is_gone = false;
};

// The end of what a request asked for, or its failure.
struct EndMessage {
  std::uint32_t sequence = 0;
  int error = 0;  // an errno; 0: all is said
};

using NetlinkMessage = std::variant<NeighbourMessage, LinkMessage, AddressMessage, EndMessage>;

// Reads one datagram, which may hold many messages.
class NetlinkReader {
 public:
  explicit NetlinkReader(Bytes datagram) noexcept : rest_(datagram) {}

  // The next message that is one of the above; others are skipped. False at the end.
  bool next(NetlinkMessage& out) noexcept;
  // Messages that are not well formed. A length that cannot be true ends the reading.
  std::size_t malformed() const noexcept { return malformed_; }

 private:
  Bytes rest_;
  std::size_t malformed_ = 0;
};

inline constexpr std::size_t kNetlinkRequestBytesMax = 64;

// Requests. Each writes into out, of kNetlinkRequestBytesMax octets at least, and returns the size.
enum class NetlinkTable : std::uint8_t { Links, Addresses, Neighbours };
// All that the table holds; ends with an EndMessage of this sequence number.
std::size_t write_dump_request(NetlinkTable table, std::uint32_t sequence,
                               MutableBytes out) noexcept;
// What the neighbour cache holds of one address: a NeighbourMessage, or an EndMessage if nothing.
std::size_t write_get_request(std::uint32_t interface, const IpAddress& address,
                              std::uint32_t sequence, MutableBytes out) noexcept;
// Makes the kernel ask who has the address (NTF_USE). Only failure is answered.
std::size_t write_probe_request(std::uint32_t interface, const IpAddress& address,
                                std::uint32_t sequence, MutableBytes out) noexcept;

}  // namespace haetae::wire
