// Holding a query until the network has said who sent it: the fourth part of dns::Service.
#include "dns/service_impl.h"
#include "dns/sighting.h"
#include "dns/timing.h"

namespace haetae::dns {

Sightings::Look Service::Impl::look_at(const Client& client) const noexcept {
  // Whoever hands a query on for others is not who asks: its own MAC says nothing.
  if (client.is_forwarded || client.claims.mac) return {.sighting = sighting_of(client)};
  // Behind a balancer the client may still be our neighbour, by an interface that only its address
  // tells: its MAC then guards the address as anybody's does.
  const std::uint32_t interface = client.spoken_for ? 0 : client.interface_index;
  Sightings::Look look = sightings_.look(client.source().address, interface);
  look.sighting.credential = client.claims.id.view();
  return look;
}

// True if the query is held: the MAC behind its address would tell whose it is, and nobody knows it
// yet. A device's first packet of a new address is decided rightly that way.
bool Service::Impl::hold(const wire::Query& query, const Client& client,
                         const Sightings::Look& look, const Now& now) noexcept {
  const IpAddress& address = client.source().address;
  if (!look.is_unsettled || !policy_->identities.asks_for_mac(address)) return false;
  if (!held_.has_room_for(client)) {
    counters_.identity_not_held.add();
    return false;
  }
  counters_.identity_held.add();
  held_.add(query, client, now.monotonic);
  lan_->search.look_for(look.interface, address);
  return true;
}

void Service::Impl::on_neighbours(const Now& now) noexcept {
  refresh();
  for (std::uint32_t place = held_.first(); place != kNobody;) {
    const std::uint32_t after = held_.after(place);
    const Client& client = held_.at(place).client;
    if (!look_at(client).is_unsettled) release(place, now);
    // A reply may have closed its connection, and that forgets all that came over it.
    place = after == kNobody || held_.is_taken(after) ? after : held_.first();
  }
}

void Service::Impl::release_overdue(const Now& now) noexcept {
  while (held_.first() != kNobody &&
         now.monotonic >= held_.at(held_.first()).since + kHoldForIdentity) {
    counters_.identity_timeouts.add();
    release(held_.first(), now);
  }
}

// The query goes its way, with what is known by now.
void Service::Impl::release(std::uint32_t place, const Now& now) noexcept {
  const Waiter waiter = held_.at(place);
  held_.remove(place);
  wire::Query query;
  waiter.restore(query);
  const Client& client = waiter.client;
  const Ask ask{query,
                client,
                now,
                room_for(client, query, *reply_room_),
                look_at(client).sighting,
                cache_.hash(query.question.name)};
  const Effect effect = proceed(ask);
  if (effect.kind == Effect::Kind::Reply) {
    replies_.send(client, Bytes{*reply_room_}.first(effect.size));
  }
  ask_upstream(now);
}

}  // namespace haetae::dns
