#pragma once

#include "config/config.h"
#include "config/value.h"

namespace haetae::config {

// What no key can see alone: duplicates, loops, things that need each other. Adds faults and
// warnings.
// root: the whole file; config: what was read of it.
void check_whole(const Value& root, const Config& config);

// True if the networks together hold at least half of the public IPv4 or IPv6 addresses.
bool covers_internet(const std::vector<Cidr>& networks);

}  // namespace haetae::config
