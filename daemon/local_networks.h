#pragma once

#include <ifaddrs.h>

#include <optional>
#include <vector>

#include "base/address.h"
#include "lan/links.h"

namespace haetae::daemon {

// Who may ask under `dns.allow_from: auto`: loopback, private, unique local and link-local
// addresses (RFC 1918, 6598, 4193, 4291, 3927), and the prefixes of this machine's own interfaces.
std::vector<Cidr> local_networks(const lan::Links& links);
// The same at this moment, for a command that does not stay.
std::vector<Cidr> local_networks_now();

// This machine's interfaces at this moment, for a command that does not stay.
lan::Links links_now();

// An interface's address with the network it is in.
struct InterfaceAddress {
  IpAddress address;
  Cidr prefix;
};
// Of one row of getifaddrs(3); nothing for rows that hold no IP address.
std::optional<InterfaceAddress> interface_address(const ifaddrs& row);

}  // namespace haetae::daemon
