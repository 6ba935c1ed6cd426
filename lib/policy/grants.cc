#include <algorithm>

#include "policy/decider.h"

namespace haetae::policy {
namespace {

void add(const Grant& grant, Time now, Cover& cover) noexcept {
  if (now < grant.from) {
    cover.edge = std::min(cover.edge, grant.from);
  } else {
    cover.holds = true;
    cover.edge = std::min(cover.edge, grant.until);
  }
}

}  // namespace

bool is_of_category(const Grant& grant, const CategorySet& categories) noexcept {
  return grant.subject == GrantSubject::Category && grant.id < kCategoriesMax &&
         categories.test(grant.id);
}

// All grants of the profile that concern the thing and are not over yet.
template <typename Concerns>
Cover Decider::cover_of(const Concerns& concerns) const noexcept {
  Cover cover;
  for (const Grant& grant : grants_) {
    const bool is_over = request_.now >= grant.until || grant.until <= grant.from;
    if (!is_over && concerns(grant)) add(grant, request_.now, cover);
  }
  return cover;
}

bool Decider::take(const Cover& cover) noexcept {
  note(cover.edge);
  short_answer_ |= cover.holds;
  return cover.holds;
}

bool Decider::lifted(GrantSubject subject) noexcept {
  if (grants_.empty()) return false;
  return take(cover_of([&](const Grant& grant) { return grant.subject == subject; }));
}

bool Decider::category_granted(CategoryId category) noexcept {
  if (grants_.empty()) return false;
  return take(cover_of([&](const Grant& grant) {
    return grant.subject == GrantSubject::Category && grant.id == category;
  }));
}

// Whether a grant of a name or a service means this name.
bool Decider::grant_names(const Grant& grant) const noexcept {
  switch (grant.subject) {
    case GrantSubject::Name: return request_.name != nullptr && request_.name->is_under(grant.name);
    case GrantSubject::Service:
      // Shared names too: without its CDN and sign-in a granted service does not work.
      return std::ranges::any_of(marks_, [&](const Mark& mark) {
        const bool is_service =
            mark.kind == MarkKind::ServiceOwn || mark.kind == MarkKind::ServiceShared;
        return is_service && mark.subject == grant.id && mark_counts(mark);
      });
    case GrantSubject::Category:
    case GrantSubject::Bedtime:
    case GrantSubject::Quota: return false;
  }
  return false;
}

Categories Decider::categories_of_subject() const noexcept {
  // As decide() reads the lists, but with all that they say and not only what decides.
  Elements room;
  return categories_of(policy_, profile_, elements_of_subject(room));
}

// A grant of a category lifts that category and no other: a name that two categories block needs
// both.
bool Decider::name_granted(Time made_after) noexcept {
  if (grants_.empty()) return false;
  const auto counts = [&](const Grant& grant) { return grant.made > made_after; };
  const bool named =
      take(cover_of([&](const Grant& grant) { return counts(grant) && grant_names(grant); }));
  granted_by_name_ |= named;
  if (named) return true;
  const auto lifts_category = [&](const Grant& grant) {
    return grant.subject == GrantSubject::Category && counts(grant);
  };
  if (std::ranges::none_of(grants_, lifts_category)) return false;
  const Categories categories = categories_of_subject();
  CategorySet granted;
  const Cover cover = cover_of([&](const Grant& grant) {
    if (!counts(grant) || !is_of_category(grant, categories.listed)) return false;
    if (request_.now >= grant.from) granted.set(grant.id);
    return true;
  });
  note(cover.edge);
  if (granted.none() || (categories.blocking & ~granted).any()) return false;
  return take(cover);
}

bool Decider::safe_search_lifted() noexcept {
  // The guardian's own entry counts whichever step gave the Allow, if it is the one that would
  // decide: a longer entry without `safe_search: off` brings the duty back.
  const Mark* const word = nearest_guardians_mark();
  if (word != nullptr && word->kind == MarkKind::GuardianAllow && word->lifts_safe_search) {
    return true;
  }
  const auto lifts = [](const Grant& grant) { return grant.lifts_safe_search; };
  if (request_.name == nullptr || std::ranges::none_of(grants_, lifts)) return false;
  const CategorySet listed = categories_of_subject().listed;
  return take(cover_of([&](const Grant& grant) {
    return lifts(grant) && (grant_names(grant) || is_of_category(grant, listed));
  }));
}

}  // namespace haetae::policy
