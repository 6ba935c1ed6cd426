#include "dns/service.h"

#include <algorithm>

#include "base/random_key.h"
#include "dns/reply.h"
#include "dns/service_impl.h"

namespace haetae::dns {
namespace {

// Types that are no data: transfers and what stands in messages only (RFC 6895, section 3.1).
constexpr bool is_served(wire::RRType type) noexcept {
  switch (type) {
    case wire::RRType::Opt:
    case wire::RRType::Tkey:
    case wire::RRType::Tsig:
    case wire::RRType::Ixfr:
    case wire::RRType::Axfr: return false;
    default: break;  // the values come from the network, most have no name here
  }
  constexpr std::uint16_t kReserved = 0;
  constexpr std::uint16_t kMailB = 253;
  constexpr std::uint16_t kMailA = 254;
  const auto number = static_cast<std::uint16_t>(type);
  return number != kReserved && number != kMailB && number != kMailA;
}

}  // namespace

Service::Service(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
Service::~Service() = default;

void Service::begin_batch() noexcept {
  impl_->refresh();
}
bool Service::may_ask(const IpAddress& address) const noexcept {
  return impl_->allow_from_.contains(address);
}
bool Service::sends_proxy_header(const IpAddress& peer) const noexcept {
  return impl_->trusted_peers_.of(peer).has(config::PeerSends::Proxy);
}
std::optional<Bytes> Service::take_proxy_header(Bytes octets, Client& client) noexcept {
  return impl_->take_proxy_header(octets, client);
}
Effect Service::on_query(Bytes query, const Client& client, const Now& now,
                         MutableBytes out) noexcept {
  Impl::ReadQuery& read = impl_->ahead_.front();
  impl_->read(query, read);
  return impl_->on_query(read, query, client, now, out);
}
void Service::on_queries(std::span<Arrival> arrivals, const Now& now) noexcept {
  impl_->on_queries(arrivals, now);
}
void Service::on_answer(std::uint64_t token, const UpstreamAnswer& answer,
                        const Now& now) noexcept {
  impl_->on_answer(token, answer, now);
}
void Service::on_tick(const Now& now) noexcept {
  impl_->on_tick(now);
}
void Service::on_neighbours(const Now& now) noexcept {
  impl_->on_neighbours(now);
}
std::size_t Service::waiting() const noexcept {
  return impl_->pending_.waiter_count() + impl_->held_.count();
}
std::size_t Service::held() const noexcept {
  return impl_->held_.count();
}
void Service::forget_connection(std::uint64_t connection) noexcept {
  impl_->pending_.forget_connection(connection);
  impl_->held_.forget_connection(connection);
}

Service::Impl::Impl(const Parts& parts)
    : policy_(parts.policy),
      standing_(parts.standing),
      settings_(parts.settings),
      upstream_(parts.upstream),
      replies_(parts.replies),
      events_(parts.events),
      counters_(parts.counters),
      lan_(parts.lan),
      resolved_(parts.resolved),
      sightings_(parts.lan, *policy_),
      allow_from_(settings_->allow_from),
      trusted_peers_(settings_->trusted_peers),
      scratch_(*policy_),
      cache_key_(random_key()),
      cache_(settings_->cache_bytes, cache_key_),
      reply_room_(std::make_unique_for_overwrite<decltype(reply_room_)::element_type>()) {}

void Service::Impl::refresh() noexcept {
  const std::uint64_t policy_before = policy_->generation;
  if (policy::refresh_together(policy_, standing_)) scratch_ = policy::Scratch(*policy_);
  sightings_.refresh(*policy_, policy_->generation != policy_before);
  const std::uint64_t cache_bytes = settings_->cache_bytes;
  if (!settings_.refresh()) return;
  allow_from_ = AllowFrom(settings_->allow_from);
  trusted_peers_ = TrustedPeers(settings_->trusted_peers);
  if (settings_->cache_bytes != cache_bytes) {
    cache_ = AnswerCache(settings_->cache_bytes, cache_key_);
  }
}

void Service::Impl::on_queries(std::span<Arrival> arrivals, const Now& now) noexcept {
  while (!arrivals.empty()) {
    const std::span<Arrival> few = arrivals.first(std::min(arrivals.size(), ahead_.size()));
    for (std::size_t i = 0; i < few.size(); ++i) read(few[i].query, ahead_[i]);
    for (std::size_t i = 0; i < few.size(); ++i) fetch_ahead(ahead_[i]);
    for (std::size_t i = 0; i < few.size(); ++i) {
      Arrival& arrival = few[i];
      arrival.effect = on_query(ahead_[i], arrival.query, arrival.client, now, arrival.out);
    }
    arrivals = arrivals.subspan(few.size());
  }
}

void Service::Impl::read(Bytes bytes, ReadQuery& out) const noexcept {
  out.parsed = wire::parse_query(bytes, out.query);
  if (!out.parsed) return;
  out.hash = cache_.hash(out.query.question.name);
  cache_.prefetch_slot(out.hash);
}

// What is cached needs its entry; what is not, the lists' word on its name.
void Service::Impl::fetch_ahead(const ReadQuery& read) noexcept {
  if (!read.parsed || cache_.prefetch_entry(read.hash)) return;
  scratch_.prefetch(*policy_, read.query.question.name);
}

Effect Service::Impl::on_query(const ReadQuery& read, Bytes bytes, const Client& client,
                               const Now& now, MutableBytes out) noexcept {
  counters_.queries.add();
  const bool is_allowed = allow_from_.contains(client.source().address);
  if (!read.parsed) {
    // Strangers get no help with their malformed messages.
    if (is_allowed) return refuse_malformed(bytes, read.parsed.error(), out);
    counters_.refused_client.add();
    return {};
  }
  const wire::Query& query = read.query;
  const MutableBytes room = room_for(client, query, out);
  if (!is_allowed) return refuse_stranger(query, room);
  const PeerTrust trust = trust_in(client);
  if (!query.edns.names_client && !trust.has_options()) return take_in(read, client, now, room);
  Client told = client;
  take_claims(query, trust, told);
  return take_in(read, told, now, room);
}

// Answers a query of somebody who may ask, or lets it wait.
Effect Service::Impl::take_in(const ReadQuery& read, const Client& client, const Now& now,
                              MutableBytes out) noexcept {
  const Sightings::Look look = look_at(client);
  const Ask ask{read.query, client, now, out, look.sighting, read.hash};
  if (const std::size_t size = refuse_unserved(ask); size != 0) {
    return {Effect::Kind::Reply, size};
  }
  if (hold(read.query, client, look, now)) return {Effect::Kind::Pending, 0};
  const Effect effect = proceed(ask);
  ask_upstream(now);  // what the query waits for, or a refresh ahead of its time
  return effect;
}

Effect Service::Impl::proceed(const Ask& ask) noexcept {
  const Step step = settle(ask, {});
  if (step.kind == Step::Kind::Reply) return {Effect::Kind::Reply, step.size};
  counters_.cache_misses.add();
  if (wait_for(ask, step.wanted)) return {Effect::Kind::Pending, 0};
  // No room to wait. A stale answer is better than none; what gets none over UDP is asked again. On
  // a stream others wait too: one query must not end it.
  counters_.dropped_pending_full.add();
  const Step stale = settle(ask, {.moment = Moment::Late});
  if (stale.kind == Step::Kind::Reply) return {Effect::Kind::Reply, stale.size};
  if (ask.client.transport == Transport::Udp) return {};
  Reasons reasons;
  reasons.add(wire::EdeCode::NotReady);
  counters_.replies.add();
  counters_.servfail.add();
  return {Effect::Kind::Reply,
          write_empty(ask.query, wire::Rcode::ServFail, reasons.all(), ask.out)};
}

Effect Service::Impl::refuse_stranger(const wire::Query& query, MutableBytes out) noexcept {
  counters_.refused_client.add();
  counters_.replies.add();
  Reasons reasons;
  reasons.add(wire::EdeCode::Prohibited);
  return {Effect::Kind::Reply, write_empty(query, wire::Rcode::Refused, reasons.all(), out)};
}

Effect Service::Impl::refuse_malformed(Bytes bytes, wire::ParseError error,
                                       MutableBytes out) noexcept {
  const std::size_t size = wire::write_refusal(bytes, error, out);
  if (size == 0) {
    (error == wire::ParseError::NotAQuery ? counters_.dropped_response : counters_.dropped_short)
        .add();
    return {};
  }
  (error == wire::ParseError::OpcodeNotQuery ? counters_.notimp : counters_.formerr).add();
  counters_.replies.add();
  return {Effect::Kind::Reply, size};
}

// Classes other than IN (version.bind and id.server among them: who we are is nobody's business),
// and types that are no data. 0: the question is served.
std::size_t Service::Impl::refuse_unserved(const Ask& ask) noexcept {
  const wire::Question& question = ask.query.question;
  if (question.klass == wire::RRClass::In && is_served(question.type)) return 0;
  counters_.refused_question.add();
  counters_.replies.add();
  Reasons reasons;
  reasons.add(wire::EdeCode::NotSupported);
  return write_empty(ask.query, wire::Rcode::Refused, reasons.all(), ask.out);
}

MutableBytes Service::Impl::room_for(const Client& client, const wire::Query& query,
                                     MutableBytes out) const noexcept {
  if (client.transport != Transport::Udp) return out;
  const std::size_t client_bytes =
      query.edns.present ? std::max<std::size_t>(query.edns.udp_payload_bytes, wire::kUdpBytesMin)
                         : wire::kUdpBytesMin;
  return out.first(std::min({client_bytes, std::size_t{wire::kUdpBytesOffered}, out.size()}));
}

}  // namespace haetae::dns
