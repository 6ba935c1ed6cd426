#pragma once

#include <cstddef>
#include <expected>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "wire/parse_error.h"

namespace haetae::wire {

// A header of the PROXY protocol, version 2: what a load balancer puts in front of each datagram,
// and once at the start of each stream, to tell whose it is. Source: "The PROXY protocol", HAProxy
// Technologies, section 2.2 (haproxy.org/download/2.9/doc/proxy-protocol.txt). Version 1, a line of
// text for streams only, is not taken.
struct ProxyHeader {
  std::size_t size_bytes = 0;  // of all of it: what it speaks of comes after
  // Who asks. Nothing under the command LOCAL: the balancer itself does, to see whether we live.
  std::optional<Peer> source;
};

// The part with a fixed size: signature, version and command, family and protocol, length.
inline constexpr std::size_t kProxyFixedBytes = 16;

// The size of the whole header, from its first kProxyFixedBytes octets or more: what a stream must
// have brought before parse_proxy_header() can read it. Truncated: fewer octets. BadValue: another
// signature or version, or more than limits::kProxyHeaderBytesMax.
std::expected<std::size_t, ParseError> proxy_header_bytes(Bytes start) noexcept;

// Reads the header at the start of `bytes`, whatever follows it. Taken are LOCAL, whose addresses
// are ignored as the protocol wants it, and PROXY with IPv4 or IPv6 addresses of a datagram's or a
// stream's sender: a balancer may ask us over UDP what it was asked over TCP. Additional values are
// stepped over; a CRC32c among them must be right (section 2.2.2).
// Truncated: the octets end before the header does. BadValue: everything else, among it PROXY
// without an address that we could act on, which a receiver is free to refuse: who asks is not
// guessed.
std::expected<ProxyHeader, ParseError> parse_proxy_header(Bytes bytes) noexcept;

}  // namespace haetae::wire
