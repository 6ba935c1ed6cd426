#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"

// From a frame to what its transport carries: link layer, IP, tunnels, TCP or UDP. Nothing is
// allocated, nothing is put together and no checksum is looked at: captures on the sending machine
// hold what the network card was still to fill in.
namespace haetae::wire {

// What a frame starts with: LINKTYPE_ numbers, as capture files hold them
// (tcpdump.org/linktypes.html).
enum class LinkType : std::uint16_t {
  Null = 0,  // BSD loopback: an address family in the byte order of whoever captured
  Ethernet = 1,
  Ppp = 9,
  Raw = 101,  // IPv4 or IPv6, as its first four bits say
  Loop = 108,
  LinuxCooked = 113,  // the "any" device of Linux
  Ipv4 = 228,
  Ipv6 = 229,
  LinuxCooked2 = 276,
};

enum class PacketError : std::uint8_t {
  UnknownLink,  // a LinkType that is not named above
  NotIp,        // a frame of another protocol, such as ARP: nothing is wrong with it
  Truncated,    // the capture ends within a header; the wire may have had the rest
  BadValue,     // a length or version that its header does not allow; receivers drop it
  TooDeep,      // more tags, headers or tunnels than packet_limits.h allows
};

// A sentence for people; never empty.
std::string_view describe(PacketError error) noexcept;

// Protocol numbers of IP (IANA "Protocol Numbers") that are acted upon here and above.
namespace ip_protocol {
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kIpv4 = 4;  // IPv4 inside (RFC 2003, RFC 2473)
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIpv6 = 41;  // IPv6 inside (RFC 4213)
inline constexpr std::uint8_t kGre = 47;
inline constexpr std::uint8_t kEsp = 50;
inline constexpr std::uint8_t kIcmpV6 = 58;
}  // namespace ip_protocol

// Flags of a TCP header (RFC 9293, section 3.1).
namespace tcp_flag {
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
inline constexpr std::uint8_t kUrg = 0x20;
}  // namespace tcp_flag

// Which part of a whole a packet is (RFC 791, section 3.2; RFC 8200, section 4.5). Parts belong
// together that have the same source, destination and id, and in IPv4 the same protocol.
struct Fragment {
  std::uint32_t id = 0;
  std::uint32_t offset = 0;  // of the payload within the whole, in octets: a multiple of 8
  bool more = false;         // others follow behind it
};

// One packet. Views point into the frame. Of a tunnel, everything speaks of the packet inside, but
// for the MAC addresses: those are the outermost frame's, which is where a device is known.
struct Packet {
  // The link told hardware addresses. A cooked link tells the source's only: the other one is then
  // all zeros, which no device has.
  bool has_macs = false;
  MacAddress source_mac;
  MacAddress destination_mac;
  // Where it came in, by the kernel's index, if whoever hands the frame on says so; 0: not known.
  std::uint32_t interface = 0;

  IpAddress source;
  IpAddress destination;
  // What the payload's owner is: the number of TCP or UDP, whose header lies behind us; any other,
  // whose own header starts the payload. Extension headers of IPv6 and AH are stepped over. 59
  // means that there is nothing.
  std::uint8_t protocol = 0;

  // TCP and UDP; 0 otherwise.
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  // TCP; 0 otherwise.
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t tcp_flags = 0;

  // TCP and UDP: header and payload, as their checksums cover them; empty otherwise.
  Bytes segment;
  // What TCP or UDP carries; of other protocols and of fragments, what IP does. Padding of the
  // link is not part of it.
  Bytes payload;
  // How many octets the wire had behind the payload that the capture has not: it kept only the
  // start of each packet (snap length).
  std::uint32_t missing_bytes = 0;

  // It came inside of another packet: everything but the MAC addresses is that of the inner one.
  bool is_tunnelled = false;

  // Set for a part of a larger whole. Then there are no ports yet, `protocol` is what the whole
  // starts with, and `payload` is the part.
  std::optional<Fragment> fragment;
};

// Reads a frame: Ethernet with up to limits::kVlanTagsMax tags (IEEE 802.1Q), LLC and SNAP, or
// PPPoE sessions (RFC 2516) in it, PPP (RFC 1661), loopback, cooked; IPv4 (RFC 791), IPv6 (RFC
// 8200); one tunnel of IP in IP or GRE (RFC 2784, RFC 2890; Ethernet inside too); AH (RFC 4302);
// TCP (RFC 9293), UDP (RFC 768).
// A length of 0 in an IP header means that a network card was to cut the packet up: it goes to the
// end of the frame. A frame that is longer than its packet was padded; one that is shorter was cut,
// see missing_bytes.
std::expected<Packet, PacketError> parse_packet(LinkType link, Bytes frame) noexcept;
// The same into a Packet that stands already, which is of no use after an error.
std::expected<void, PacketError> parse_packet(LinkType link, Bytes frame, Packet& out) noexcept;

// Reads on where a fragmented packet was put together: `whole` is what its parts make, `packet` the
// part at offset 0. Sets everything that follows from the transport header, as parse_packet does;
// packet.fragment is gone, unless a tunnel's packet inside is a fragment in turn. The packet then
// points into whole. Its addresses stay, but for a tunnel. After an error it is of no use.
std::expected<void, PacketError> parse_transport(Bytes whole, Packet& packet) noexcept;

// The VLAN tags behind an Ethernet frame's addresses, each with the EtherType that announces it;
// empty if there is none. At most limits::kVlanTagsMax.
Bytes vlan_tags(Bytes frame) noexcept;

}  // namespace haetae::wire
