#pragma once

#include <optional>

#include "base/address.h"
#include "policy/policy.h"
#include "wire/dns_message.h"

namespace haetae::dns {

// Answers that we know by ourselves, without asking upstream.

// A special name (RFC 6761 and its kin, rules/special_names.yaml). answer: not Forward.
std::size_t write_special_answer(policy::SpecialAnswer answer, const wire::Query& query,
                                 MutableBytes out) noexcept;

// The house's own name, and what is below it. Without an address of the family that is asked for it
// exists, and has none.
std::size_t write_own_name(const std::optional<IpAddress>& v4, const std::optional<IpAddress>& v6,
                           const wire::Query& query, MutableBytes out) noexcept;

// There is no address: in place of a null one (0.0.0.0, ::) that a filter upstream gave.
std::size_t write_no_address(const wire::Query& query, std::uint32_t ttl_max_s,
                             MutableBytes out) noexcept;

// Type ANY: one HINFO that says why there is no more (RFC 8482, section 4.2). Over any transport,
// since what ANY would bring past safe search and ECH stripping nobody judges.
std::size_t write_any_answer(const wire::Query& query, std::uint32_t ttl_max_s,
                             MutableBytes out) noexcept;

}  // namespace haetae::dns
