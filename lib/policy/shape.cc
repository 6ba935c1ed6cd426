#include <algorithm>

#include "policy/decider.h"

namespace haetae::policy {

// Whichever step gave the Allow, its duties are the same: no permission opens a search engine's
// unfiltered results, and no answer outlives the moment that changes its verdict.
Verdict Decider::shape() noexcept {
  watch();
  if (verdict_.action == Action::Allow) {
    rewrite_search();
    verdict_.strip_ech = profile_.filtered;
  }
  cap_ttl();
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
