// Deciding and answering: the second part of dns::Service.
#include <algorithm>

#include "dns/block_answer.h"
#include "dns/own_answer.h"
#include "dns/safe_search_answer.h"
#include "dns/service_impl.h"
#include "dns/timing.h"

namespace haetae::dns {
namespace {

constexpr bool carries_ech(wire::RRType type) noexcept {
  return type == wire::RRType::Https || type == wire::RRType::Svcb;
}

AnswerForm form_for(const wire::Query& query, bool strip_ech) noexcept {
  AnswerForm form = query.edns.dnssec_ok ? kDnssecForm : kPlainForm;
  if (strip_ech && carries_ech(query.question.type)) form |= kEchStrippedForm;
  return form;
}

bool is_nxdomain(const PackedAnswer& answer) noexcept {
  wire::WireReader in(answer.message);
  return wire::read_header(in)->rcode() == wire::Rcode::NxDomain;
}

}  // namespace

std::uint32_t ttl_max_s(const policy::Verdict& verdict, Time now) noexcept {
  if (verdict.valid_until == kNever) return verdict.ttl_max_seconds;
  if (verdict.valid_until <= now) return 0;
  const auto left = std::chrono::floor<seconds>(verdict.valid_until - now).count();
  return static_cast<std::uint32_t>(std::min<std::int64_t>(left, verdict.ttl_max_seconds));
}

// Decides and answers one query as far as this moment allows.
Service::Impl::Step Service::Impl::settle(const Ask& ask, const Situation& situation) noexcept {
  const wire::Question& question = ask.query.question;
  // Nearly every profile strips ECH; where this guess is wrong, only the facts are looked up anew.
  const AnswerForm likely_form = form_for(ask.query, true);
  CacheEntry* const entry =
      cache_.find({ask.hash, question.name.wire(), question.type, likely_form});
  const Decision decision = decide(ask, entry);
  if (const std::size_t size = answer_alone(ask, decision); size != 0) {
    return reply(ask, decision, size);
  }
  const Wanted wanted = wanted_for(ask, decision);
  const bool found_already = !wanted.is_rewrite && wanted.key.form == likely_form;
  return answer_with(ask, decision, wanted, found_already ? entry : cache_.find(wanted.key),
                     situation);
}

Service::Impl::Decision Service::Impl::decide(const Ask& ask, CacheEntry* entry) noexcept {
  const policy::Policy& policy = *policy_;
  const Name& name = ask.query.question.name;
  policy::NameFacts looked_up;
  policy::NameFacts* facts = entry != nullptr ? &entry->facts : &looked_up;
  if (entry == nullptr || entry->facts_generation != policy.generation) {
    *facts = scratch_.look_up(policy, name);
    if (entry != nullptr) entry->facts_generation = policy.generation;
  }
  Decision decision;
  decision.who = policy.identify(ask.sighting);
  const policy::Request request{decision.who, policy::Kind::DnsName, ask.now.wall, &name};
  decision.verdict = policy::decide(policy, *standing_, request, *facts, scratch_);
  decision.ttl_max_s = ttl_max_s(decision.verdict, ask.now.wall);
  decision.sets_clock =
      ask.now.wall < policy::kClockCredibleFrom && policy::is_time_sync(policy, *facts);
  const policy::Profile& profile = policy.profiles[decision.who.profile];
  if (const policy::SpecialName* special = policy::special_answer(policy, profile, *facts)) {
    decision.special = special->answer;
  }
  return decision;
}

// What needs no upstream, in this order. 0: it does.
std::size_t Service::Impl::answer_alone(const Ask& ask, const Decision& decision) noexcept {
  // Special names lead nowhere, so nothing can leak; and a block answer that gives an address would
  // tell a browser that its canary name exists.
  if (decision.special) return write_special_answer(*decision.special, ask.query, ask.out);
  if (decision.verdict.reason == policy::Reason::House &&
      ask.query.question.name.is_under(own_name_)) {
    return write_own_pages(ask);
  }
  if (decision.verdict.action == policy::Action::Block) return write_block(ask, decision);
  if (ask.query.question.type == wire::RRType::Any) {
    return write_any_answer(ask.query, decision.ttl_max_s, ask.out);
  }
  if (decision.verdict.action != policy::Action::Rewrite) return 0;
  const policy::RewriteTarget& target = policy_->rewrites[decision.verdict.rewrite];
  if (safe_search_step(target, ask.query.question.type) != SafeSearchStep::Answer) return 0;
  counters_.rewritten.add();
  return write_safe_search_answer(target, ask.query, decision.ttl_max_s, ask.out);
}

// Never asked upstream: nobody else knows the name.
std::size_t Service::Impl::write_own_pages(const Ask& ask) noexcept {
  Settings::OwnPages pages = settings_->own_pages;
  if (pages.as_asked) {
    const IpAddress& local = ask.client.local;
    (local.is_v4() ? pages.v4 : pages.v6) = local;
  }
  return write_own_name(pages.v4, pages.v6, ask.query, ask.out);
}

std::size_t Service::Impl::write_block(const Ask& ask, const Decision& decision) noexcept {
  counters_.blocked.add();
  counters_.blocked_for[static_cast<std::size_t>(decision.verdict.reason)].add();
  const Settings& settings = *settings_;
  Reasons reasons;
  if (ask.query.edns.present) {
    reasons.add_block(*policy_, policy_->profiles[decision.who.profile], decision.verdict,
                      settings.site_kind);
    if (gives_address(settings.block_answer, ask.query.question.type)) {
      reasons.add(wire::EdeCode::ForgedAnswer);
    }
  }
  return write_block_answer(settings.block_answer, ask.query, reasons.all(), ask.out);
}

Service::Impl::Wanted Service::Impl::wanted_for(const Ask& ask, const Decision& decision) noexcept {
  const wire::Question& question = ask.query.question;
  if (decision.verdict.action == policy::Action::Rewrite) {
    const policy::RewriteTarget& target = policy_->rewrites[decision.verdict.rewrite];
    if (safe_search_step(target, question.type) == SafeSearchStep::Resolve) {
      const Name& name = *target.cname;
      // Always the plain form: what we forge carries no signatures.
      return {&name, {cache_.hash(name), name.wire(), question.type, kPlainForm}, true};
    }
  }
  const AnswerForm form = form_for(ask.query, decision.verdict.strip_ech);
  return {&question.name,
          {ask.hash, question.name.wire(), question.type, form},
          false,
          decision.sets_clock};
}

Service::Impl::Step Service::Impl::answer_with(const Ask& ask, const Decision& decision,
                                               const Wanted& wanted, CacheEntry* entry,
                                               const Situation& situation) noexcept {
  const bool has_answer = situation.moment == Moment::Answered &&
                          situation.asked->type == wanted.key.type &&
                          situation.asked->name == *wanted.name;
  if (has_answer) return answer_from_upstream(ask, decision, wanted, situation);
  const Monotonic now = ask.now.monotonic;
  if (entry != nullptr && entry->fresh(now)) {
    return answer_from_cache(ask, decision, wanted, *entry);
  }
  switch (situation.moment) {
    case Moment::Arrival:
      // While the upstream is known to be silent or failing, nobody waits for it anew.
      if (entry != nullptr && entry->usable(now) &&
          (now < entry->recheck_at || is_overdue(wanted, ask.now))) {
        return answer_stale(ask, decision, wanted, *entry);
      }
      return {.kind = Step::Kind::AskUpstream, .wanted = wanted};
    case Moment::Answered:  // to another question: the policy changed meanwhile
      return {.kind = Step::Kind::AskUpstream, .wanted = wanted};
    case Moment::Late:
      if (entry == nullptr || !entry->usable(now)) return {};
      return answer_stale(ask, decision, wanted, *entry);
    case Moment::Failed:
    case Moment::GivenUp: return answer_stale_or_fail(ask, decision, wanted, situation.failure);
  }
  return {};
}

Service::Impl::Step Service::Impl::answer_from_cache(const Ask& ask, const Decision& decision,
                                                     const Wanted& wanted,
                                                     CacheEntry& entry) noexcept {
  counters_.cache_hits.add();
  if (entry.failure) return fail(ask, decision, entry.failure_code);
  const std::uint32_t age_s = entry.age_s(ask.now.monotonic);
  const Step step = deliver(ask, decision, wanted, {entry.packed(), &entry}, {.age_s = age_s});
  // A tenth of its life is left and somebody still asks: fetch it anew before it ends.
  const bool is_due = (entry.ttl_s - age_s) * 10ULL <= entry.ttl_s;
  const bool may_ask = !entry.refreshing && ask.now.monotonic >= entry.recheck_at;
  if (is_due && may_ask && entry.ttl_s >= ttl_field(kPrefetchTtlMin)) {
    entry.refreshing = true;
    refresh_ahead(wanted, ask.now);
  }
  return step;
}

Service::Impl::Step Service::Impl::answer_from_upstream(const Ask& ask, const Decision& decision,
                                                        const Wanted& wanted,
                                                        const Situation& situation) noexcept {
  // A client that set CD validates by itself and gets what there is (RFC 4035, section 3.2.2); but
  // never behind a CNAME of ours.
  const bool wants_bogus = ask.query.checking_disabled && !wanted.is_rewrite;
  if (situation.answer->bogus && !wants_bogus) {
    return fail(ask, decision, wire::EdeCode::DnssecBogus);
  }
  const PackedAnswer* const packed = packed_in_form(wanted, situation, ask.now);
  if (packed == nullptr) {
    return answer_stale_or_fail(ask, decision, wanted, wire::EdeCode::NetworkError);
  }
  return deliver(ask, decision, wanted, {*packed, nullptr}, {});
}

const PackedAnswer* Service::Impl::packed_in_form(const Wanted& wanted, const Situation& situation,
                                                  const Now& now) noexcept {
  const AnswerForm form = wanted.key.form;
  if (packed_form_ == form) return &packed_;
  const auto packed = packer_.pack(*situation.answer, *situation.asked, form);
  packed_form_.reset();
  if (!packed) return nullptr;
  packed_form_ = form;
  packed_ = *packed;
  if (packed_.ttl_s > 0 && (stored_forms_ & form_bit(form)) == 0) {
    stored_forms_ |= form_bit(form);
    cache_.store(wanted.key, packed_, now.monotonic);
  }
  return &packed_;
}

Service::Impl::Step Service::Impl::answer_stale_or_fail(const Ask& ask, const Decision& decision,
                                                        const Wanted& wanted,
                                                        wire::EdeCode failure) noexcept {
  CacheEntry* const entry = cache_.find(wanted.key);
  if (entry != nullptr && !entry->failure && entry->usable(ask.now.monotonic)) {
    return answer_stale(ask, decision, wanted, *entry);
  }
  return fail(ask, decision, failure);
}

Service::Impl::Step Service::Impl::answer_stale(const Ask& ask, const Decision& decision,
                                                const Wanted& wanted, CacheEntry& entry) noexcept {
  counters_.cache_stale_hits.add();
  const PackedAnswer packed = entry.packed();
  Reasons reasons;
  reasons.add(is_nxdomain(packed) ? wire::EdeCode::StaleNxDomainAnswer
                                  : wire::EdeCode::StaleAnswer);
  return deliver(ask, decision, wanted, {packed, &entry},
                 {.ttl_max_s = ttl_field(kStaleAnswerTtl), .errors = reasons.all()});
}

Service::Impl::Step Service::Impl::fail(const Ask& ask, const Decision& decision,
                                        wire::EdeCode code) noexcept {
  counters_.servfail.add();
  Reasons reasons;
  reasons.add(code);
  return reply(ask, decision,
               write_empty(ask.query, wire::Rcode::ServFail, reasons.all(), ask.out));
}

}  // namespace haetae::dns
