#include "policy/decide.h"

#include <algorithm>

#include "base/assert.h"
#include "base/local_address.h"
#include "policy/decider.h"

namespace haetae::policy {
namespace {

constexpr Time kEveryGrant = Time::min();  // each one was made after it

struct ByProfile {
  bool operator()(const Grant& grant, ProfileId profile) const noexcept {
    return grant.profile < profile;
  }
  bool operator()(ProfileId profile, const Grant& grant) const noexcept {
    return profile < grant.profile;
  }
};

std::span<const Grant> grants_of(const Standing& standing, ProfileId profile) noexcept {
  if (standing.grants.empty()) return {};
  const auto [first, last] =
      std::equal_range(standing.grants.begin(), standing.grants.end(), profile, ByProfile{});
  return {first, last};
}

const Profile& profile_of(const Policy& policy, const Request& request) noexcept {
  HAETAE_ASSERT(request.who.profile < policy.profiles.size());
  return policy.profiles[request.who.profile];
}

std::span<const Mark> marks_of(const Policy& policy, const NameFacts& facts) noexcept {
  if (facts.marks == 0) return {};
  const Policy::MarkSpan span = policy.mark_spans[facts.marks];
  return {policy.marks.data() + span.first, span.count};
}

}  // namespace

Verdict decide(const Policy& policy, const Standing& standing, const Request& request,
               NameFacts& facts, Scratch& scratch) noexcept {
  if (request.name == nullptr && request.address == nullptr) {
    return undecidable(policy, standing, request);
  }
  Decider decider({policy, standing, request, facts, &scratch});
  return request.kind == Kind::DnsAnswer ? decider.decide_in_answer() : decider.decide();
}

Verdict decide(const Policy& policy, const Standing& standing, const Request& request,
               Scratch& scratch) noexcept {
  NameFacts facts = scratch.look_up(policy, request);
  return decide(policy, standing, request, facts, scratch);
}

Verdict undecidable(const Policy& policy, const Standing& standing,
                    const Request& request) noexcept {
  NameFacts nothing;
  return Decider({policy, standing, request, nothing, nullptr}).decide_unknown_subject();
}

Verdict presence(const Policy& policy, const Standing& standing, ProfileId profile,
                 Time now) noexcept {
  NameFacts nothing;
  const Request request{.who = {.profile = profile}, .now = now};
  return Decider({policy, standing, request, nothing, nullptr}).decide_presence();
}

bool is_silent(const Policy& policy, const Request& request, NameFacts& facts,
               Scratch& scratch) noexcept {
  const Standing nothing_on;
  return Decider({policy, nothing_on, request, facts, &scratch}).is_silent();
}

bool may_lead_home(const Policy& policy, const Name& name, const NameFacts& facts) noexcept {
  if (!policy.rebinding_protected || name.label_count() <= 1) return true;
  return std::ranges::any_of(marks_of(policy, facts), [&](const Mark& mark) {
    const bool is_trusted = mark.kind == MarkKind::LocalAnswers || mark.kind == MarkKind::House ||
                            mark.kind == MarkKind::Help;
    return is_trusted && (!mark.exact || facts.marks_whole_name);
  });
}

bool is_time_sync(const Policy& policy, const NameFacts& facts) noexcept {
  return std::ranges::any_of(marks_of(policy, facts), [&](const Mark& mark) {
    return mark.kind == MarkKind::House && mark.subject == kTimeSync &&
           (!mark.exact || facts.marks_whole_name);
  });
}

const SpecialName* special_answer(const Policy& policy, const Profile& profile,
                                  const NameFacts& facts) noexcept {
  for (const Mark& mark : marks_of(policy, facts)) {
    if (mark.kind != MarkKind::Special || (mark.exact && !facts.marks_whole_name)) continue;
    const SpecialName& special = policy.special_names[mark.subject];
    if (!profile.filtered && special.filtered_profiles_only) continue;
    return special.answer == SpecialAnswer::Forward ? nullptr : &special;
  }
  return nullptr;
}

Decider::Decider(const Case& asked) noexcept
    : policy_(asked.policy),
      profile_(profile_of(asked.policy, asked.request)),
      standing_(asked.request.who.profile < asked.standing.profiles.size()
                    ? &asked.standing.profiles[asked.request.who.profile]
                    : nullptr),
      grants_(grants_of(asked.standing, asked.request.who.profile)),
      request_(asked.request),
      facts_(asked.facts),
      scratch_(asked.scratch),
      states_(asked.scratch == nullptr ? nullptr
                                       : &asked.scratch->states_[asked.request.who.profile]),
      marks_(marks_of(asked.policy, asked.facts)) {}

// First match wins. The order is the product: each line says why it stands at its height.
Verdict Decider::decide() noexcept {
  outcome_ = outcome_of_subject();
  // Illegal content and legal orders: above everything, so that nothing a person sets up, not even
  // a help line that a list wrongly names, opens what the law closes.
  (locked()
   // A house without time, sign-in pages and its own dashboard cannot be repaired from inside, and
   // a child in need must reach help at any hour: above pause and bedtime.
   || house_or_help()
   // Off means off, even for homework sites on the allow list: above every other permission. Only
   // what a guardian granted later, knowing of the pause, goes on.
   || paused()
   // An exam is narrower than an evening: whoever started it wants its list and nothing else.
   || focus()
   // Sleep and the day's total are about the screen, not about the site: above all rules on names.
   || bedtime() ||
   total_quota()
   // What a guardian said just now beats what the same guardian wrote down once.
   || granted()
   // The guardian knows the child: the own list beats every list that others keep.
   || guardians_word()
   // A way round the filter makes every rule below void: judged before them.
   || bypass()
   // A word on an app is more particular than a word on its category: above categories.
   || services()
   // Lists are kept by people who looked at the site: above guesses.
   || categories()
   // A guess from the letters of a name, or from the words that somebody searches for, is better
   // than nothing where nobody has looked.
   || patterns()
   // Names of which nothing is known.
   || unknown() || nothing_matched());
  return shape();
}

// A name or address that an answer leads through: only what is said of it counts. Whether the
// device may be online now, and whether the asked site is known, was decided with the question. An
// Allow of the question reaches the steps at and below its own height (reach() in shape.cc).
Verdict Decider::decide_in_answer() noexcept {
  outcome_ = outcome_of_subject();
  // Nobody who allows a site means that it may open the router.
  (rebinding() ||
   covered(Reach::Help)
   // Illegal content stays shut, whatever a guardian says of a site that leads to it.
   || locked() ||
   covered(Reach::Guardian)
   // From here on as in decide(), for the names that have a word of their own.
   || house_or_help() || granted() || guardians_word() || bypass() || covered(Reach::Services) ||
   services() || covered(Reach::Categories) || categories() || covered(Reach::Patterns) ||
   patterns() || nothing_matched());
  return shape();
}

// Without a name only the steps that are about time can speak; then the profile's own rule. In an
// answer those have spoken, and what a guardian allowed is not doubted.
Verdict Decider::decide_unknown_subject() noexcept {
  const bool is_settled =
      is_in_answer() ? covered(Reach::Guardian) : paused() || focus() || bedtime() || total_quota();
  if (!is_settled) {
    profile_.undecidable_blocked ? block(Reason::Undecidable) : allow(Reason::Undecidable);
  }
  return shape();
}

// The steps that are about time alone, each as it stands in decide().
Verdict Decider::decide_presence() noexcept {
  (paused() || (focus_opens_nothing() && focus()) || bedtime() || total_quota() ||
   nothing_matched());
  return shape();
}

// Every step of decide_in_answer() that may block, asked whether it ever could. A step that learns
// to block for a new reason must be asked here too.
bool Decider::is_silent() noexcept {
  outcome_ = outcome_of_subject();
  if (outcome_.locked || outcome_.bypass || outcome_.category || rebinding()) return false;
  const bool may_block = std::ranges::any_of(marks_, [&](const Mark& mark) {
    if (!mark_counts(mark)) return false;
    if (mark.kind == MarkKind::GuardianDeny) return mark.subject == request_.who.profile;
    if (mark.kind != MarkKind::ServiceOwn || mark.subject >= profile_.services.size()) return false;
    const ProfileService& service = profile_.services[mark.subject];
    return service.rule == ServiceRule::Block || service.has_quota || !service.hours.empty();
  });
  return !may_block && !patterns();
}

bool Decider::rebinding() noexcept {
  if (request_.address == nullptr || request_.may_lead_home || !is_local(*request_.address)) {
    return false;
  }
  return block(Reason::Rebinding);
}

bool Decider::covered(Reach by) noexcept {
  return request_.reach >= by && allow(Reason::NoRuleMatched);
}

bool Decider::locked() noexcept {
  if (!outcome_.locked) return false;
  return block_by_list(Reason::Locked, outcome_.locked_list, false);
}

bool Decider::house_or_help() noexcept {
  for (const Mark& mark : marks_) {
    if (!mark_counts(mark)) continue;
    if (mark.kind == MarkKind::House) return settle(Action::Allow, Reason::House, mark);
    if (mark.kind == MarkKind::Help) return settle(Action::Allow, Reason::Help, mark);
  }
  return false;
}

bool Decider::paused() noexcept {
  if (standing_ == nullptr || !standing_->paused_since) return false;
  const Time since = *standing_->paused_since;
  if (!clock_is_credible()) {
    note(kClockCredibleFrom);  // whether it is over cannot be known: it holds
  } else if (request_.now >= standing_->paused_until) {
    return false;
  } else if (request_.now < since) {
    note(since);
    return false;
  } else {
    note(standing_->paused_until);
  }
  return !name_granted(since) && block(Reason::Paused);
}

bool Decider::focus() noexcept {
  // Asked first: what stays reachable in focus does not change when focus begins or ends.
  if (reachable_in_focus()) return false;
  return in_focus() && block(Reason::Focus);
}

bool Decider::in_focus() noexcept {
  if (standing_ != nullptr && standing_->focus_until && request_.now < *standing_->focus_until) {
    note(*standing_->focus_until);
    return true;
  }
  return schedule_active(profile_.focus, states_ == nullptr ? nullptr : &states_->focus, true);
}

bool Decider::reachable_in_focus() const noexcept {
  if (outcome_.focus) return true;
  return std::ranges::any_of(marks_, [&](const Mark& mark) {
    return mark.kind == MarkKind::FocusAllow && mark.subject == request_.who.profile &&
           mark_counts(mark);
  });
}

bool Decider::focus_opens_nothing() const noexcept {
  return profile_.focus_categories.none() &&
         std::ranges::none_of(policy_.marks, [&](const Mark& mark) {
           return mark.kind == MarkKind::FocusAllow && mark.subject == request_.who.profile;
         });
}

bool Decider::bedtime() noexcept {
  if (!schedule_active(profile_.bedtime, states_ == nullptr ? nullptr : &states_->bedtime, true)) {
    return false;
  }
  return !lifted(GrantSubject::Bedtime) && block(Reason::Bedtime);
}

bool Decider::total_quota() noexcept {
  short_answer_ |= profile_.has_quota;
  if (standing_ == nullptr || !standing_->quota_used_until) return false;
  if (request_.now >= *standing_->quota_used_until) return false;
  note(*standing_->quota_used_until);
  return !lifted(GrantSubject::Quota) && block(Reason::QuotaUsed);
}

bool Decider::granted() noexcept {
  return name_granted(kEveryGrant) && allow(Reason::Granted);
}

bool Decider::guardians_word() noexcept {
  const Mark* const word = nearest_guardians_mark();
  if (word == nullptr) return false;
  if (word->kind == MarkKind::GuardianAllow) {
    return settle(Action::Allow, Reason::AllowedByGuardian, *word);
  }
  return settle(Action::Block, Reason::DeniedByGuardian, *word);
}

bool Decider::bypass() noexcept {
  // What shows by itself needs no list that names it.
  if (request_.technique != Technique::None && profile_.block_bypass) return block(Reason::Bypass);
  if (!outcome_.bypass) return false;
  return block_by_list(Reason::Bypass, outcome_.bypass_list, outcome_.bypass_watched);
}

// Of services that share a name the one that holds the longest suffix speaks; an allow wins a tie,
// as in the guardian's own lists. Shared names are never blocked for a service: others need them.
bool Decider::services() noexcept {
  const Mark* blocking = nullptr;
  Reason reason = Reason::ServiceBlocked;
  for (const Mark& mark : marks_) {
    if (mark.kind != MarkKind::ServiceOwn || !mark_counts(mark)) continue;
    if (blocking != nullptr && mark.label_count < blocking->label_count) break;
    switch (rule_service(mark.subject)) {
      case Ruling::Silent: continue;
      case Ruling::Allow: return settle(Action::Allow, Reason::ServiceAllowed, mark);
      case Ruling::BlockRule:
        blocking = &mark;
        reason = Reason::ServiceBlocked;
        continue;
      case Ruling::BlockQuota:
        blocking = &mark;
        reason = Reason::QuotaUsed;
        continue;
    }
  }
  return blocking != nullptr && settle(Action::Block, reason, *blocking);
}

Decider::Ruling Decider::rule_service(ServiceId service) noexcept {
  if (service >= profile_.services.size()) return Ruling::Silent;
  const ProfileService& rule = profile_.services[service];
  if (rule.rule == ServiceRule::Block) return Ruling::BlockRule;
  if (!rule.hours.empty()) {
    Scratch::KnownState* const known = states_ == nullptr ? nullptr : &states_->hours[service];
    if (!schedule_active(rule.hours, known, false)) return Ruling::BlockRule;
  }
  short_answer_ |= rule.has_quota;
  if (rule.has_quota && service_used_up(service) && !lifted(GrantSubject::Quota))
    return Ruling::BlockQuota;
  return rule.rule == ServiceRule::Allow ? Ruling::Allow : Ruling::Silent;
}

bool Decider::service_used_up(ServiceId service) noexcept {
  if (standing_ == nullptr) return false;
  for (const ProfileStanding::UsedService& used : standing_->used_services) {
    if (used.service != service || request_.now >= used.until) continue;
    note(used.until);
    return true;
  }
  return false;
}

bool Decider::categories() noexcept {
  if (!outcome_.category) return false;
  return block_by_list(Reason::Category, outcome_.category_list, outcome_.category_watched);
}

bool Decider::unknown() noexcept {
  return profile_.unknown_blocked && !is_known() && block(Reason::UnknownBlocked);
}

bool Decider::is_known() const noexcept {
  if (outcome_.known) return true;
  return std::ranges::any_of(marks_, [&](const Mark& mark) {
    const bool is_service =
        mark.kind == MarkKind::ServiceOwn || mark.kind == MarkKind::ServiceShared;
    const bool is_for_focus =
        mark.kind == MarkKind::FocusAllow && mark.subject == request_.who.profile;
    return (is_service || is_for_focus) && mark_counts(mark);
  });
}

bool Decider::nothing_matched() noexcept {
  return allow(Reason::NoRuleMatched);
}

// The longest suffix that the guardian wrote down; an allow wins a tie.
const Mark* Decider::nearest_guardians_mark() const noexcept {
  const Mark* nearest = nullptr;
  for (const Mark& mark : marks_) {
    const bool is_allow = mark.kind == MarkKind::GuardianAllow;
    if (!is_allow && mark.kind != MarkKind::GuardianDeny) continue;
    if (mark.subject != request_.who.profile || !mark_counts(mark)) continue;
    if (nearest != nullptr && mark.label_count < nearest->label_count) break;
    const bool wins_tie =
        is_allow &&
        (nearest == nullptr || nearest->kind == MarkKind::GuardianDeny || mark.lifts_safe_search);
    if (nearest == nullptr || wins_tie) nearest = &mark;
  }
  return nearest;
}

Outcome Decider::outcome_of_subject() const noexcept {
  const Outcome outcome = outcome_of_host();
  return request_.url == nullptr ? outcome : with_path(outcome);
}

Outcome Decider::outcome_of_host() const noexcept {
  const list::Match& match = facts_.listed;
  if (!match.edited) {
    return profile_.outcomes[2 * std::size_t{match.set} + (match.whole_name() ? 1 : 0)];
  }
  Elements room;
  return work_out(policy_, profile_, elements_of_host(room));
}

std::span<const list::Element> Decider::elements_of_subject(Elements& room) const noexcept {
  const auto of_host = elements_of_host(room);
  if (request_.url == nullptr) return of_host;
  // In an image they stand elsewhere than in the room.
  if (of_host.data() != room.data()) std::ranges::copy(of_host, room.begin());
  const std::size_t of_path = elements_of_path(std::span(room).subspan(of_host.size()));
  return std::span(room).first(of_host.size() + of_path);
}

std::span<const list::Element> Decider::elements_of_host(Elements& room) const noexcept {
  if (request_.name == nullptr) return policy_.names.image().elements(facts_.listed.set);
  const Name& name = *request_.name;
  return std::span(room).first(elements_at(name, name.label_count(), room));
}

// What holds at the name by rules that start at one of its first labels up to `last`, nearest
// first; returns how many, as far as there is room.
std::size_t Decider::elements_at(const Name& name, std::size_t last,
                                 std::span<list::Element> room) const noexcept {
  NameHashes hashes;
  hash_suffixes(name, policy_.names.image().key(), hashes);
  std::array<list::Lists::Holding, list::Delta::kElementsMax> holdings;
  const std::size_t found = policy_.names.holdings(hashes, holdings);
  std::size_t count = 0;
  for (const auto& holding : std::span(holdings).first(found)) {
    if (holding.label > last || count == room.size()) break;
    room[count++] = holding.element;
  }
  return count;
}

bool Decider::schedule_active(const Schedule& schedule, Scratch::KnownState* known,
                              bool stricter) noexcept {
  if (schedule.empty()) return false;
  if (!clock_is_credible()) {
    note(kClockCredibleFrom);
    return stricter;
  }
  if (known == nullptr) {
    const ScheduleState state = schedule.at(request_.now, policy_.zone);
    note(state.next_edge);
    return state.active;
  }
  if (request_.now < known->since || request_.now >= known->state.next_edge) {
    *known = {request_.now, schedule.at(request_.now, policy_.zone)};
  }
  note(known->state.next_edge);
  return known->state.active;
}

bool Decider::allow(Reason reason) noexcept {
  verdict_.action = Action::Allow;
  verdict_.reason = reason;
  return true;
}

bool Decider::block(Reason reason) noexcept {
  verdict_.action = Action::Block;
  verdict_.reason = reason;
  return true;
}

bool Decider::settle(Action action, Reason reason, const Mark& mark) noexcept {
  verdict_.action = action;
  verdict_.reason = reason;
  verdict_.rule_kind = RuleKind::WellKnown;
  verdict_.rule_label = static_cast<std::uint8_t>(request_.name->label_count() - mark.label_count);
  verdict_.rule_exact = mark.exact;
  if (mark.kind == MarkKind::ServiceOwn) verdict_.source = mark.subject;
  return true;
}

// A list in mode watch does not settle the case: a later step that enforces must not be shadowed.
// What it would have done is told if nothing else blocks.
bool Decider::block_by_list(Reason reason, ListId list, bool is_watched) noexcept {
  Verdict by_list;
  by_list.action = Action::Block;
  by_list.reason = reason;
  by_list.rule_kind = RuleKind::List;
  by_list.source = list;
  by_list.category = policy_.lists[list].category;
  if (!is_watched) {
    verdict_ = by_list;
    return true;
  }
  if (!watched_) watched_ = by_list;
  return false;
}

}  // namespace haetae::policy
