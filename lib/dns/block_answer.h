#pragma once

#include <span>

#include "config/config.h"
#include "wire/dns_message.h"
#include "wire/edns.h"

namespace haetae::dns {

// The rcode and records by which a blocked name is answered (`dns.block_answer`). All of it lives
// for kBlockTtl, so that a guardian's "yes" is real at once.
//   nxdomain      the name does not exist; SOA
//   null_address  0.0.0.0 or ::; other types are empty, with SOA
//   address       the block page's; types without an address there are empty, with SOA
//   refused       REFUSED
// True if a record is given: EDE 4 goes beside the reason then.
bool gives_address(const config::BlockAnswer& how, wire::RRType type) noexcept;
std::size_t write_block_answer(const config::BlockAnswer& how, const wire::Query& query,
                               std::span<const wire::ExtendedError> errors,
                               MutableBytes out) noexcept;

}  // namespace haetae::dns
