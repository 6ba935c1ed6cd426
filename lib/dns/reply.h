#pragma once

#include <span>

#include "wire/dns_message.h"
#include "wire/dns_writer.h"
#include "wire/edns.h"

namespace haetae::dns {

// Our OPT for a client that sent one (RFC 6891, section 6.1.1).
inline wire::EdnsReply edns_reply(const wire::Query& query,
                                  std::span<const wire::ExtendedError> errors) noexcept {
  return {.dnssec_ok = query.edns.dnssec_ok, .errors = errors};
}

// Ends a reply: with an OPT and the reasons only if the client sent an OPT.
inline std::size_t finish(wire::DnsWriter& writer, const wire::Query& query,
                          std::span<const wire::ExtendedError> errors = {}) noexcept {
  return query.edns.present ? writer.finish(edns_reply(query, errors)) : writer.finish();
}

// What a negative answer of our own carries (RFC 2308, section 3): an SOA of the asked name whose
// TTL and minimum are how long "no" lasts.
void add_negative_soa(wire::DnsWriter& writer, const wire::Query& query,
                      std::uint32_t ttl_s) noexcept;

}  // namespace haetae::dns
