#pragma once

#include <vector>

#include "base/address.h"
#include "lan/links.h"

namespace haetae::daemon {

// Who may ask under `dns.allow_from: auto`: loopback, private, unique local and link-local
// addresses (RFC 1918, 6598, 4193, 4291, 3927), and the prefixes of this machine's own interfaces.
std::vector<Cidr> local_networks(const lan::Links& links);

}  // namespace haetae::daemon
