// Waiting for the upstream: the third part of dns::Service.
#include "dns/service_impl.h"
#include "dns/timing.h"
#include "wire/dns_records.h"

namespace haetae::dns {
namespace {

// SERVFAIL and its like say nothing about the name; only these are answers.
bool is_answer(const UpstreamAnswer& answer) noexcept {
  if (answer.failed || answer.packet.empty()) return false;
  wire::WireReader in(answer.packet);
  const auto header = wire::read_header(in);
  if (!header || header->has(wire::Header::kTruncated)) return false;
  const wire::Rcode rcode = header->rcode();
  return answer.bogus || rcode == wire::Rcode::NoError || rcode == wire::Rcode::NxDomain;
}

wire::EdeCode failure_code(const UpstreamAnswer& answer) noexcept {
  return answer.failed ? wire::EdeCode::NetworkError : wire::EdeCode::NoReachableAuthority;
}

}  // namespace

// The place of the question on its way for what is wanted, opened if need be; kNobody if there is
// no room.
std::uint32_t Service::Impl::question_for(const Wanted& wanted, const Now& now) noexcept {
  std::uint32_t place = pending_.find_question(wanted.key.hash, *wanted.name, wanted.key.type);
  if (place != kNobody) {
    counters_.coalesced.add();
    return place;
  }
  place = pending_.open_question(wanted.key.hash, *wanted.name, wanted.key.type, now.monotonic);
  if (place == kNobody) return kNobody;
  pending_.question(place).sets_clock = wanted.sets_clock;
  to_ask_.push_back(place);
  return place;
}

bool Service::Impl::wait_for(const Ask& ask, const Wanted& wanted) noexcept {
  if (!pending_.has_room_for(ask.client)) return false;
  const std::uint32_t place = question_for(wanted, ask.now);
  if (place == kNobody) return false;
  pending_.question(place).forms |= form_bit(wanted.key.form);
  pending_.add_waiter(place, ask.client, ask.now.monotonic).keep(ask.query);
  return true;
}

void Service::Impl::refresh_ahead(const Wanted& wanted, const Now& now) noexcept {
  const std::uint32_t place = question_for(wanted, now);
  if (place == kNobody) return;
  counters_.prefetches.add();
  pending_.question(place).forms |= form_bit(wanted.key.form);
}

bool Service::Impl::is_overdue(const Wanted& wanted, const Now& now) const noexcept {
  const std::uint32_t place =
      pending_.find_question(wanted.key.hash, *wanted.name, wanted.key.type);
  return place != kNobody && now.monotonic >= pending_.question(place).asked + kStaleAnswerAfter;
}

void Service::Impl::ask_upstream(const Now& now) noexcept {
  // An answer came inside resolve(): the call that is still going on asks what is left, so that no
  // chain of answers runs down the stack.
  if (asking_) return;
  asking_ = true;
  while (!to_ask_.empty()) {
    const std::uint32_t place = to_ask_.back();
    to_ask_.pop_back();
    const PendingQuestion& question = pending_.question(place);
    const std::uint64_t token = pending_.token(place);
    counters_.upstream_queries.add();
    const bool started = upstream_.resolve({.name = question.name,
                                            .type = static_cast<std::uint16_t>(question.type),
                                            .sets_clock = question.sets_clock},
                                           token);
    if (started || pending_.question_of(token) == kNobody) continue;
    counters_.upstream_failures.add();
    fail_question(place, wire::EdeCode::NotReady, false, now);
  }
  asking_ = false;
}

void Service::Impl::on_answer(std::uint64_t token, const UpstreamAnswer& answer,
                              const Now& now) noexcept {
  refresh();
  const std::uint32_t place = pending_.question_of(token);
  if (place == kNobody) return;  // it came after its time
  if (answer.bogus) counters_.upstream_bogus.add();
  if (!is_answer(answer)) {
    counters_.upstream_failures.add();
    fail_question(place, failure_code(answer), true, now);
    return ask_upstream(now);
  }
  packed_form_.reset();
  stored_forms_ = 0;
  const PendingQuestion& question = pending_.question(place);
  const wire::Question asked{question.name, question.type, wire::RRClass::In, {}};
  const Situation situation{.moment = Moment::Answered, .asked = &asked, .answer = &answer};
  settle_all(place, situation, now);
  // Those who stopped waiting, and refreshes: the answer still fills the cache.
  for (AnswerForm form = 0; form < kFormsCount && !answer.bogus; ++form) {
    if ((question.forms & form_bit(form)) == 0 || (stored_forms_ & form_bit(form)) != 0) continue;
    const Wanted wanted{&asked.name, {question.hash, asked.name.wire(), asked.type, form}};
    packed_in_form(wanted, situation, now);
  }
  pending_.close_question(place);
  ask_upstream(now);
}

void Service::Impl::settle_all(std::uint32_t place, const Situation& situation,
                               const Now& now) noexcept {
  for (std::uint32_t waiter = pending_.first_waiter(place); waiter != kNobody;
       waiter = pending_.first_waiter(place)) {
    if (settle_waiter(waiter, situation, now)) continue;
    // Nothing more can be done for it at this question.
    settle_waiter(waiter, {.moment = Moment::GivenUp, .failure = wire::EdeCode::NotReady}, now);
  }
}

// Sends the waiter's reply, or lets it wait for another question. False: it stays where it is.
bool Service::Impl::settle_waiter(std::uint32_t waiter, const Situation& situation,
                                  const Now& now) noexcept {
  Waiter& waiting = pending_.waiter(waiter);
  wire::Query query;
  waiting.restore(query);
  const Client client = waiting.client;
  const Step step = settle({query, client, now, room_for(client, query, *reply_room_),
                            look_at(client).sighting, cache_.hash(query.question.name)},
                           situation);
  switch (step.kind) {
    case Step::Kind::Wait: return false;
    case Step::Kind::Reply:
      pending_.remove_waiter(waiter);
      replies_.send(client, Bytes{*reply_room_}.first(step.size));
      return true;
    case Step::Kind::AskUpstream: break;
  }
  if (waiting.restarts == limits::kPendingRestartsMax) return false;
  const std::uint32_t other = question_for(step.wanted, now);
  if (other == kNobody) return false;
  ++waiting.restarts;
  pending_.question(other).forms |= form_bit(step.wanted.key.form);
  pending_.move_waiter(waiter, other);
  return true;
}

// remember: the upstream said so, and will not be asked again for a while.
void Service::Impl::fail_question(std::uint32_t place, wire::EdeCode code, bool remember,
                                  const Now& now) noexcept {
  settle_all(place, {.moment = Moment::Failed, .failure = code}, now);
  if (remember) remember_failure(pending_.question(place), code, now);
  pending_.close_question(place);
}

void Service::Impl::remember_failure(const PendingQuestion& question, wire::EdeCode code,
                                     const Now& now) noexcept {
  const wire::Question asked{question.name, question.type, wire::RRClass::In, {}};
  for (AnswerForm form = 0; form < kFormsCount; ++form) {
    if ((question.forms & form_bit(form)) == 0) continue;
    const CacheKey key{question.hash, asked.name.wire(), asked.type, form};
    CacheEntry* const entry = cache_.find(key);
    if (entry != nullptr && !entry->failure && entry->usable(now.monotonic)) {
      entry->recheck_at = now.monotonic + kStaleRecheckAfter;
      entry->refreshing = false;
    } else {
      cache_.store(key, packer_.pack_failure(asked, code), now.monotonic);
    }
  }
}

void Service::Impl::on_tick(const Now& now) noexcept {
  refresh();
  release_overdue(now);
  const auto is_due = [&](std::uint32_t waiter, milliseconds after) {
    return waiter != kNobody && now.monotonic >= pending_.waiter(waiter).since + after;
  };
  while (is_due(pending_.oldest_patient(), kStaleAnswerAfter)) {
    const std::uint32_t waiter = pending_.oldest_patient();
    if (!settle_waiter(waiter, {.moment = Moment::Late}, now)) pending_.mark_overdue(waiter);
  }
  while (is_due(pending_.oldest_overdue(), kGiveUpAfter)) {
    counters_.upstream_timeouts.add();
    const Situation situation{.moment = Moment::GivenUp,
                              .failure = wire::EdeCode::NoReachableAuthority};
    settle_waiter(pending_.oldest_overdue(), situation, now);
  }
  while (pending_.oldest_question() != kNobody &&
         now.monotonic >=
             pending_.question(pending_.oldest_question()).asked + kForgetQuestionAfter) {
    fail_question(pending_.oldest_question(), wire::EdeCode::NoReachableAuthority, true, now);
  }
  ask_upstream(now);
}

}  // namespace haetae::dns
