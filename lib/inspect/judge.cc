#include "inspect/judge.h"

namespace haetae::inspect {
namespace {

using policy::Action;
using policy::Verdict;

// The more, the stricter.
int strictness(const Verdict& verdict) noexcept {
  switch (verdict.action) {
    case Action::Block: return 3;
    case Action::Rewrite: return 2;
    case Action::Allow: return verdict.watched ? 1 : 0;
  }
  return 0;
}

Trace trace_of(const wire::Packet& packet) noexcept {
  Trace trace{packet.interface};
  if (packet.has_macs) trace.mac = packet.source_mac;
  return trace;
}

}  // namespace

Judge::Judge(const Inspector::Parts& parts, const Settings& settings)
    : policy_(parts.policy),
      standing_(parts.standing),
      scratch_(*policy_),
      resolved_(parts.resolved),
      events_(parts.events),
      counters_(parts.counters),
      sightings_(parts.sightings),
      macs_are_devices_(settings.macs_are_devices),
      everybody_(settings.everybody) {}

void Judge::refresh() {
  const bool is_new_policy = policy::refresh_together(policy_, standing_);
  if (is_new_policy) scratch_ = policy::Scratch(*policy_);
  if (sightings_ != nullptr) sightings_->refresh(*policy_, is_new_policy);
}

policy::Identity Judge::identify(const wire::Packet& packet, bool from_client) const noexcept {
  if (everybody_) return *everybody_;
  if (sightings_ != nullptr) {
    const IpAddress& client = from_client ? packet.source : packet.destination;
    return policy_->identify(sightings_->look(client, from_client ? trace_of(packet) : Trace{}));
  }
  policy::Sighting sighting;
  sighting.address = from_client ? packet.source : packet.destination;
  const MacAddress& mac = from_client ? packet.source_mac : packet.destination_mac;
  if (macs_are_devices_ && packet.has_macs) {
    sighting.mac = mac;
    // A cooked link tells the source's MAC alone.
    const bool is_told = mac != MacAddress{};
    sighting.mac_sight = is_told ? policy::MacSight::Seen : policy::MacSight::Missing;
  }
  return policy_->identify(sighting);
}

policy::Identity Judge::identify(const IpAddress& client, const Trace& trace) const noexcept {
  if (everybody_) return *everybody_;
  if (sightings_ != nullptr) return policy_->identify(sightings_->look(client, trace));
  return policy_->identify({.address = client});
}

policy::Resolved::Whose Judge::whose(const policy::Identity& who,
                                     const IpAddress& client) const noexcept {
  return resolved_.whose(*policy_, who, client);
}

void Judge::consider(Seen& seen, const wire::Host& host) noexcept {
  switch (host.kind) {
    case wire::HostKind::Name: return consider(seen, host.name);
    case wire::HostKind::Address: return consider(seen, host.address);
    case wire::HostKind::None:
    case wire::HostKind::Odd: return consider_unread(seen, Unread::Odd);
  }
}

void Judge::consider(Seen& seen, const Name& name) noexcept {
  policy::Request request{seen.who, seen.kind, seen.time, &name};
  request.technique = seen.technique;
  list::UrlName url;
  if (!seen.path.empty()) {
    url = list::url_name(name, as_text(seen.path));
    request.url = &url;
    request.path = as_text(seen.path);
  }
  const Verdict verdict = policy::decide(*policy_, *standing_, request, scratch_);
  take_if_stricter(seen, {.name = &name}, verdict);
}

void Judge::consider(Seen& seen, const IpAddress& address) noexcept {
  policy::Request request{seen.who, seen.kind, seen.time, nullptr, &address};
  request.technique = seen.technique;
  list::UrlName url;
  // Lists of pages write a site's IPv4 address as its host; none has been seen with an IPv6 one,
  // whose text would need memory.
  if (!seen.path.empty() && address.is_v4()) {
    if (const auto host = Name::from_text(address.to_text())) {
      url = list::url_name(*host, as_text(seen.path));
      request.url = &url;
      request.path = as_text(seen.path);
    }
  }
  const Verdict verdict = policy::decide(*policy_, *standing_, request, scratch_);
  take_if_stricter(seen, {.address = &address}, verdict);
}

void Judge::consider_unread(Seen& seen, Unread why) noexcept {
  const policy::Request request{seen.who, seen.kind, seen.time};
  const Verdict verdict = policy::undecidable(*policy_, *standing_, request);
  take_if_stricter(seen, {.address = &seen.server.address, .unread = why}, verdict);
}

void Judge::consider_hidden(Seen& seen, bool wants_name, const Now& now) noexcept {
  seen.kind = policy::Kind::Address;
  policy::Resolved::Known known;
  if (resolved_.find(whose(seen.who, seen.client.address), seen.server.address, now.monotonic,
                     known)) {
    counters_.named_by_resolved.add();
    seen.named_by_resolved = true;
    return consider(seen, known.name);
  }
  consider(seen, seen.server.address);
  if (wants_name) consider_unread(seen, Unread::Hidden);
}

bool Judge::consider_unresolved(Seen& seen, const Now& now) noexcept {
  policy::Resolved::Known known;
  const IpAddress& server = seen.server.address;
  if (resolved_.find(whose(seen.who, seen.client.address), server, now.monotonic, known)) {
    return false;
  }
  consider(seen, server);
  switch (seen.verdict.reason) {
    case policy::Reason::House:
    case policy::Reason::Help:
    case policy::Reason::Granted:
    case policy::Reason::AllowedByGuardian: return false;
    default: break;
  }
  block_unread(seen, Unread::Unresolved);
  return true;
}

void Judge::block_unread(Seen& seen, Unread why) noexcept {
  Verdict verdict;
  verdict.action = Action::Block;
  verdict.reason = policy::Reason::Undecidable;
  verdict.ttl_max_seconds = policy::kBlockTtlSeconds;
  if (policy_->profiles[seen.who.profile].mode == policy::Mode::Watch) {
    verdict.action = Action::Allow;
    verdict.watched = true;
  }
  is_first_ = true;
  take_if_stricter(seen, {.address = &seen.server.address, .unread = why}, verdict);
}

policy::Request Judge::body_request_of(const Seen& seen, list::UrlName& url) noexcept {
  policy::Request request{seen.who, policy::Kind::HttpBody, seen.time};
  if (!seen.has_name) {
    request.address = &seen.address;
    return request;
  }
  request.name = &seen.name;
  if (!seen.path.empty()) {
    url = list::url_name(seen.name, as_text(seen.path));
    request.url = &url;
    request.path = as_text(seen.path);
  }
  return request;
}

bool Judge::page_matters(const Seen& seen) noexcept {
  list::UrlName url;
  return policy::page_matters(*policy_, *standing_, body_request_of(seen, url), scratch_);
}

void Judge::judge_page(Seen& seen, const policy::PageFacts& page) noexcept {
  list::UrlName url;
  const policy::Request request = body_request_of(seen, url);
  seen.verdict = policy::decide_page(*policy_, *standing_, request, page, scratch_);
}

void Judge::take_if_stricter(Seen& seen, const Reading& reading, const Verdict& verdict) noexcept {
  if (!is_first_ && strictness(verdict) <= strictness(seen.verdict)) return;
  is_first_ = false;
  seen.verdict = verdict;
  seen.unread = reading.unread;
  // What was read before it still says best where the request goes, if this reading says nothing.
  if (reading.unread != Unread::No && seen.has_name) return;
  seen.has_name = reading.name != nullptr;
  if (reading.name != nullptr) seen.name = *reading.name;
  if (reading.address != nullptr) seen.address = *reading.address;
}

void Judge::record(const Seen& seen) noexcept {
  counters_.requests.add();
  if (seen.verdict.watched) counters_.watched.add();
  if (seen.verdict.action == Action::Block) {
    counters_.blocked.add();
    counters_.blocked_for[static_cast<std::size_t>(seen.verdict.reason)].add();
  } else {
    counters_.allowed.add();
  }
  if (seen.unread != Unread::No) counters_.undecidable.add();
  switch (seen.protocol) {
    case Protocol::Dns: counters_.dns_queries.add(); break;
    case Protocol::Http: counters_.http_requests.add(); break;
    case Protocol::Tls: counters_.tls_hellos.add(); break;
    case Protocol::Quic: counters_.quic_hellos.add(); break;
    case Protocol::Tcp:
    case Protocol::Udp:
    case Protocol::Other: counters_.flows_by_address.add(); break;
  }
  if (events_ != nullptr && event::is_kept(policy_->profiles[seen.who.profile], seen.verdict)) {
    write_event(seen);
  }
}

void Judge::write_event(const Seen& seen) noexcept {
  event::Event* const event = events_->slot();
  if (event == nullptr) {
    counters_.events_lost.add();
    return;
  }
  event->policy_generation = policy_->generation;
  event->when = seen.time;
  event->peer = seen.client;
  event->who = seen.who;
  event->kind = seen.kind;
  event->record_type = seen.record_type;
  event->technique = seen.technique;
  event->verdict = seen.verdict;
  event->name_size = 0;
  event->clear_answer();
  if (seen.has_name) {
    event->set_name(seen.name);
  } else {
    event->set_answer(seen.address);
  }
  events_->push();
}

}  // namespace haetae::inspect
