// What trusted peers say of who asks: a part of dns::Service.
#include "dns/service_impl.h"
#include "wire/proxy_header.h"

namespace haetae::dns {

std::optional<Bytes> Service::Impl::take_proxy_header(Bytes octets, Client& client) noexcept {
  if (!trusted_peers_.of(client.peer.address).has(config::PeerSends::Proxy)) return octets;
  const auto header = wire::parse_proxy_header(octets);
  if (!header) {
    counters_.dropped_proxy_header.add();
    return std::nullopt;
  }
  client.spoken_for = header->source;
  return octets.subspan(header->size_bytes);
}

// A balancer may add options of its own, or hand on those of a forwarder before it.
PeerTrust Service::Impl::trust_in(const Client& client) const noexcept {
  const PeerTrust trust = trusted_peers_.of(client.peer.address);
  return client.spoken_for ? trust | trusted_peers_.of(client.spoken_for->address) : trust;
}

void Service::Impl::take_claims(const wire::Query& query, PeerTrust trust,
                                Client& client) noexcept {
  // Behind a balancer the address is the client's own, unless a forwarder stands there too.
  client.is_forwarded = trusted_peers_.of(client.source().address).has_options();
  if (!query.edns.names_client) return;
  const ReadClaims read = read_claims(query.edns.options, trust);
  if (read.ignored) counters_.claims_ignored.add();
  if (read.malformed) counters_.claims_malformed.add();
  client.claims = read.claims;
  if (!read.claims.address) return;
  client.spoken_for = Peer{*read.claims.address, 0};
  client.is_forwarded = false;
}

}  // namespace haetae::dns
