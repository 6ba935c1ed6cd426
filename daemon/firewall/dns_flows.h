#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lan/links.h"

namespace haetae::daemon {

// Makes the kernel forget the DNS flows of the inside's devices, where they lead: a flow that it
// knows already goes where it went, whatever rules say of new ones, and a resolver that always asks
// from one port would be refused for ever. This machine's own flows stay. Returns how many.
std::size_t forget_dns_flows(const lan::Links& links, const std::vector<std::string>& inside);

}  // namespace haetae::daemon
