#include <algorithm>

#include "policy/decider.h"

namespace haetae::policy {

// Whichever step gave the Allow, its duties are the same: no permission opens a search engine's
// unfiltered results, and no answer outlives the moment that changes its verdict.
Verdict Decider::shape() noexcept {
  watch();
  lead_to_help();
  lead_page_to_help();
  // In an answer, a search engine's name stands for its servers only: the browser sends the name
  // that was asked, to which no engine answers as itself.
  // A page's request was rewritten, if it was to be.
  if (verdict_.action == Action::Allow && !is_in_answer() && page_ == nullptr) {
    rewrite_search();
    verdict_.strip_ech = profile_.filtered;
  }
  cap_ttl();
  verdict_.reach = std::max(reach(), request_.reach);
  return verdict_;
}

void Decider::watch() noexcept {
  if (verdict_.action == Action::Block) {
    // Locked is no choice of the profile's: it always enforces.
    if (profile_.mode == Mode::Enforce || verdict_.reason == Reason::Locked) return;
    verdict_.action = Action::Allow;
    verdict_.watched = true;
  } else if (watched_) {
    verdict_ = *watched_;
    verdict_.action = Action::Allow;
    verdict_.watched = true;
  }
}

void Decider::rewrite_search() noexcept {
  for (const Mark& mark : marks_) {
    if (mark.kind != MarkKind::SafeSearch || !mark_counts(mark)) continue;
    const Policy::EngineRow& engine = policy_.engines[mark.subject];
    const Strictness wanted = engine.is_youtube ? profile_.youtube : profile_.safe_search;
    if (wanted == Strictness::Off) return;
    const bool is_strict = wanted == Strictness::Strict;
    // An engine that knows one level only gives that one: better than nothing.
    std::uint16_t target = is_strict ? engine.strict : engine.moderate;
    if (target == kNone) target = is_strict ? engine.moderate : engine.strict;
    if (target == kNone || safe_search_lifted()) return;
    verdict_.action = Action::Rewrite;
    verdict_.rewrite = target;
    if (verdict_.watched) return;  // the reason stays what it would have been
    verdict_.category = kNoCategory;
    settle(Action::Rewrite, Reason::SafeSearch, mark);
    verdict_.source = mark.subject;
    return;
  }
}

// An Allow covers, in its answer, the steps at and below the one that gave it: whoever says yes to
// a site means the servers it runs on, whose names nobody knows.
Reach Decider::reach() const noexcept {
  // Where safe search leads was chosen by rules/, not by the site.
  if (verdict_.action == Action::Rewrite) return Reach::Guardian;
  if (verdict_.action == Action::Block || verdict_.watched) return Reach::Nothing;
  switch (verdict_.reason) {
    // A child in need must reach help, whatever else runs on the same CDN: the host of a help
    // line's pages may stand in any list, a court's too, for what others keep there.
    case Reason::Help: return Reach::Help;
    case Reason::House:
    case Reason::AllowedByGuardian: return Reach::Guardian;
    case Reason::Granted:
      // A grant of a category lifts that category, in the answer too, and nothing else there.
      if (granted_by_name_) return Reach::Guardian;
      break;
    // A parent who allows an app expects it to work, also from servers that a list of advertising
    // or another app's entry names; what the parent denied by name, and ways round the filter, stay
    // shut: both stand above services.
    case Reason::ServiceAllowed: return Reach::Services;
    case Reason::Locked:
    case Reason::Paused:
    case Reason::Focus:
    case Reason::Bedtime:
    case Reason::QuotaUsed:
    case Reason::DeniedByGuardian:
    case Reason::Bypass:
    case Reason::ServiceBlocked:
    case Reason::Category:
    case Reason::Pattern:
    case Reason::UnknownBlocked:
    case Reason::SafeSearch:
    case Reason::Rebinding:
    case Reason::Undecidable:
    case Reason::NoRuleMatched: break;
  }
  if (outcome_.excepted) return Reach::Categories;
  return outcome_.known_good ? Reach::Patterns : Reach::Nothing;
}

void Decider::cap_ttl() noexcept {
  verdict_.valid_until = edge_;
  if (verdict_.action == Action::Block) {
    verdict_.ttl_max_seconds = kBlockTtlSeconds;
  } else if (short_answer_) {
    verdict_.ttl_max_seconds = kShortTtlSeconds;
  }
  if (edge_ == kNever) return;
  // Rounded down: an answer that dies within the second before the edge is better than one after.
  const auto left = std::chrono::floor<seconds>(edge_ - request_.now).count();
  verdict_.ttl_max_seconds =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 0, verdict_.ttl_max_seconds));
}

}  // namespace haetae::policy
