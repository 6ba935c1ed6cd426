#pragma once

#include <span>

#include "base/address.h"

namespace haetae {

// What an address means to the house, whatever family it is written in.

// The IPv4 address that an IPv6 address leads to: behind NAT64's well-known prefix (RFC 6052,
// section 2.1), 6to4 (RFC 3056, section 2) or written as ::a.b.c.d (RFC 4291, section 2.5.5.1).
// Others, :: and ::1 among them, come back as they are; mapped ones are IPv4 already.
IpAddress led_to(const IpAddress& address) noexcept;

// 0.0.0.0 and ::, however written: what a filter upstream answers in place of an address.
bool is_unspecified(const IpAddress& address) noexcept;

// Leads to this machine, to the house or to the provider's own network, never to a site of the
// internet: this network, private, shared (RFC 6598), loopback, link-local, unique local and
// site-local, however written. The unspecified address too.
bool is_local(const IpAddress& address) noexcept;
std::span<const Cidr> local_prefixes() noexcept;

// No address of a site at all: multicast, reserved, broadcast, and the prefixes behind which an
// IPv4 address stands.
std::span<const Cidr> siteless_prefixes() noexcept;

// True if an address is in both.
bool overlap(const Cidr& a, const Cidr& b) noexcept;

}  // namespace haetae
