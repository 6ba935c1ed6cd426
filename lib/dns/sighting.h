#pragma once

#include "dns/service.h"
#include "policy/sighting.h"

namespace haetae::dns {

// What is known of who sent a query: what a trusted peer says goes before what we see of the peer
// itself. Borrows from the client.
policy::Sighting sighting_of(const Client& client) noexcept;

}  // namespace haetae::dns
