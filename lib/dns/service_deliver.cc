// Judging and writing an answer: the third part of dns::Service.
#include <algorithm>

#include "base/limits.h"
#include "dns/own_answer.h"
#include "dns/safe_search_answer.h"
#include "dns/service_impl.h"

namespace haetae::dns {
namespace {

constexpr bool leads_to_addresses(wire::RRType type) noexcept {
  using enum wire::RRType;
  return type == A || type == Aaaa || type == Https || type == Svcb;
}

}  // namespace

Service::Impl::Step Service::Impl::deliver(const Ask& ask, const Decision& decision,
                                           const Wanted& wanted, const Found& found,
                                           const Delivery& delivery) noexcept {
  const CacheEntry* const entry = found.entry;
  if (entry == nullptr || !entry->is_silent_for(decision.who.profile, policy_->generation)) {
    return deliver_judged(ask, decision, wanted, found, delivery);
  }
  tell_resolved(ask, decision, wanted, found.packed);
  Delivery capped = delivery;
  capped.ttl_max_s = std::min(delivery.ttl_max_s, decision.ttl_max_s);
  return reply(ask, decision, write(ask, wanted, found.packed, capped));
}

Service::Impl::Step Service::Impl::deliver_judged(const Ask& ask, const Decision& decision,
                                                  const Wanted& wanted, const Found& found,
                                                  const Delivery& delivery) noexcept {
  const Judgement judgement = judge_.judge({.policy = *policy_,
                                            .standing = *standing_,
                                            .who = decision.who,
                                            .now = ask.now.wall,
                                            .verdict = decision.verdict,
                                            .asked = *wanted.name,
                                            .is_rewrite = wanted.is_rewrite,
                                            .message = found.packed.message},
                                           scratch_);
  count(judgement);
  if (judgement.is_silent && found.entry != nullptr) {
    found.entry->remember_silence(decision.who.profile, policy_->generation);
  }
  Decision judged = decision;
  judged.verdict = judgement.verdict;
  judged.decided_by = judgement.decided_by;
  judged.ttl_max_s = ttl_max_s(judgement.verdict, ask.now.wall);
  Delivery capped = delivery;
  capped.ttl_max_s = std::min(delivery.ttl_max_s, judged.ttl_max_s);
  switch (judgement.finding) {
    case Judgement::Finding::Passes: break;
    // The whole answer, not the record: half of it would be tried, and found not to work.
    case Judgement::Finding::Blocked: return reply(ask, judged, write_block(ask, judged));
    case Judgement::Finding::Null:
      return reply(ask, judged, write_no_address(ask.query, capped.ttl_max_s, ask.out));
  }
  tell_resolved(ask, judged, wanted, found.packed);
  return reply(ask, judged, write(ask, wanted, found.packed, capped));
}

void Service::Impl::tell_resolved(const Ask& ask, const Decision& decision, const Wanted& wanted,
                                  const PackedAnswer& answer) noexcept {
  if (resolved_ == nullptr || !leads_to_addresses(wanted.key.type)) return;
  const auto whose = resolved_->whose(*policy_, decision.who, ask.client.source().address);
  std::size_t told = 0;
  wire::TargetReader reader(answer.message, *wanted.name);
  while (told < limits::kAnswerAddressesMax && reader.next(told_)) {
    if (told_.is_name() || !told_.on_chain) continue;
    ++told;
    const bool is_kept = resolved_->remember({.whose = whose,
                                              .address = told_.address,
                                              // As it was asked for: so browsers call the site.
                                              .name = ask.query.question.name,
                                              .source = policy::Resolved::Source::Answered,
                                              .ttl_s = answer.ttl_s},
                                             ask.now.monotonic);
    (is_kept ? counters_.resolved_told : counters_.resolved_busy).add();
  }
}

void Service::Impl::count(const Judgement& judgement) noexcept {
  if (judgement.is_undecidable) counters_.answers_undecidable.add();
  if (judgement.finding == Judgement::Finding::Null) counters_.answers_null.add();
  if (judgement.finding != Judgement::Finding::Blocked) return;
  counters_.answers_blocked.add();
  if (judgement.verdict.reason == policy::Reason::Rebinding) counters_.answers_rebinding.add();
}

std::size_t Service::Impl::write(const Ask& ask, const Wanted& wanted, const PackedAnswer& answer,
                                 const Delivery& delivery) noexcept {
  if (!wanted.is_rewrite) return write_packed(answer, ask.query, delivery, ask.out);
  counters_.rewritten.add();
  return write_safe_search_chain(*wanted.name, answer, ask.query, delivery, ask.out);
}

Service::Impl::Step Service::Impl::reply(const Ask& ask, const Decision& decision,
                                         std::size_t size) noexcept {
  counters_.replies.add();
  if (decision.verdict.watched) counters_.watched.add();
  constexpr std::size_t kFlagsHighAt = 2;
  constexpr std::uint8_t kTruncatedBit = wire::Header::kTruncated >> 8;
  if ((ask.out[kFlagsHighAt] & kTruncatedBit) != 0) counters_.truncated.add();
  record(ask, decision);
  return {.kind = Step::Kind::Reply, .size = size};
}

// One event per query, written when its answer is certain.
void Service::Impl::record(const Ask& ask, const Decision& decision) noexcept {
  if (!event::is_kept(policy_->profiles[decision.who.profile], decision.verdict)) return;
  event::Event* const event = events_.slot();
  if (event == nullptr) {
    counters_.events_lost.add();
    return;
  }
  event->policy_generation = policy_->generation;
  event->when = ask.now.wall;
  event->peer = ask.client.source();
  event->who = decision.who;
  event->kind = policy::Kind::DnsName;
  event->record_type = static_cast<std::uint16_t>(ask.query.question.type);
  event->technique = policy::Technique::None;
  event->verdict = decision.verdict;
  event->set_name(ask.query.question.name);
  event->clear_answer();
  if (const wire::Target* const target = decision.decided_by) {
    event->kind = policy::Kind::DnsAnswer;
    target->is_name() ? event->set_answer(target->name) : event->set_answer(target->address);
  }
  events_.push();
}

}  // namespace haetae::dns
