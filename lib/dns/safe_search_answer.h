#pragma once

#include "dns/packed_answer.h"
#include "policy/policy.h"
#include "wire/dns_message.h"

namespace haetae::dns {

// What safe search does to a question for a search engine's name.
enum class SafeSearchStep : std::uint8_t {
  Answer,   // write_safe_search_answer() has it all
  Resolve,  // the target's name must be resolved first, then write_safe_search_chain()
  Forward,  // a type that leads nowhere: answered as asked
};
SafeSearchStep safe_search_step(const policy::RewriteTarget& target, wire::RRType type) noexcept;

// The target's fixed addresses behind its CNAME, or nothing (with SOA) where it has none of that
// family and for HTTPS and SVCB, whose hints would lead past it.
std::size_t write_safe_search_answer(const policy::RewriteTarget& target, const wire::Query& query,
                                     std::uint32_t ttl_max_s, MutableBytes out) noexcept;

// The target's CNAME and what the upstream said of the target. delivery.errors are added to "safe
// search".
std::size_t write_safe_search_chain(const Name& target, const PackedAnswer& answer,
                                    const wire::Query& query, const Delivery& delivery,
                                    MutableBytes out) noexcept;

}  // namespace haetae::dns
