#include <algorithm>

#include "base/assert.h"
#include "policy/policy.h"

namespace haetae::policy {
namespace {

using list::Element;
using list::RuleAction;
using list::RuleScope;

// What one list, taken alone, says of a name: its exceptions beat its blocks wherever they stand,
// its important rules beat both.
enum class Word : std::uint8_t { Nothing, Blocks, BlocksImportantly, Excepts };

Word word_of(ListId list, std::span<const Element> holding) noexcept {
  bool blocks = false;
  bool blocks_importantly = false;
  bool excepts = false;
  bool excepts_importantly = false;
  for (const Element& element : holding) {
    // A rule that depends on more than the name says nothing of the name alone.
    if (element.list != list || element.condition != 0) continue;
    const bool is_block = element.action == RuleAction::Block;
    blocks |= is_block;
    blocks_importantly |= is_block && element.important;
    excepts |= !is_block;
    excepts_importantly |= !is_block && element.important;
  }
  if (excepts_importantly) return Word::Excepts;
  if (blocks_importantly) return Word::BlocksImportantly;
  if (excepts) return Word::Excepts;
  return blocks ? Word::Blocks : Word::Nothing;
}

CategoryKind kind_of(const Policy& policy, const ListEntry& entry) noexcept {
  return policy.categories[entry.category].kind;
}

// A Locked list counts for everybody: no profile chooses it away.
bool counts(const Policy& policy, const Profile& profile, ListId list) noexcept {
  const ListEntry& entry = policy.lists[list];
  if (entry.category == kNoCategory) return false;
  return kind_of(policy, entry) == CategoryKind::Locked || profile.lists[list];
}

// Calls take(list, word) once for every list that counts here and says something.
template <typename Take>
void for_each_list(const Policy& policy, const Profile& profile, std::span<const Element> holding,
                   const Take& take) noexcept {
  for (std::size_t i = 0; i < holding.size(); ++i) {
    const ListId list = holding[i].list;
    const auto earlier = holding.first(i);
    const auto is_same = [list](const Element& element) { return element.list == list; };
    if (std::ranges::any_of(earlier, is_same) || !counts(policy, profile, list)) continue;
    const Word word = word_of(list, holding);
    if (word != Word::Nothing) take(list, word);
  }
}

bool excepted_by_site(const Policy& policy, const Profile& profile,
                      std::span<const Element> holding) noexcept {
  bool excepted = false;
  for_each_list(policy, profile, holding, [&](ListId list, Word word) {
    excepted |= word == Word::Excepts && policy.lists[list].exceptions_site;
  });
  return excepted;
}

// Whether a list's word that blocks stands against an exception that holds for the whole site: only
// that of a list which speaks for the site itself, and importantly. Locked yields to nobody.
bool stands(const Policy& policy, ListId list, Word word, bool excepted) noexcept {
  if (word == Word::Excepts) return false;
  const ListEntry& entry = policy.lists[list];
  return !excepted || kind_of(policy, entry) == CategoryKind::Locked ||
         (word == Word::BlocksImportantly && entry.exceptions_site);
}

bool blocks_category(const Profile& profile, CategoryId category, CategoryKind kind) noexcept {
  switch (kind) {
    case CategoryKind::Harm:
    case CategoryKind::Nuisance:
    case CategoryKind::Topic: return profile.blocked.test(category);
    case CategoryKind::Bypass: return profile.block_bypass || profile.blocked.test(category);
    case CategoryKind::KnownGood: return false;
    case CategoryKind::Locked: return true;
  }
  return false;
}

// The list that decides among several: an enforcing one first, so that a watching list shadows
// nobody; then the first of the table, whatever the order of the elements.
struct Candidate {
  ListId list = kNoList;
  bool watched = false;

  void offer(ListId other, bool other_watched) noexcept {
    const bool better = list == kNoList || (watched && !other_watched) ||
                        (watched == other_watched && other < list);
    if (better) *this = {other, other_watched};
  }
};

// Locked always enforces, whatever its list's mode.
bool is_watched(const ListEntry& entry, CategoryKind kind) noexcept {
  return entry.mode == Mode::Watch && kind != CategoryKind::Locked;
}

}  // namespace

Outcome work_out(const Policy& policy, const Profile& profile,
                 std::span<const Element> holding) noexcept {
  Outcome outcome;
  if (holding.empty()) return outcome;
  outcome.excepted = excepted_by_site(policy, profile, holding);
  Candidate locked;
  Candidate bypass;
  Candidate category;
  for_each_list(policy, profile, holding, [&](ListId list, Word word) {
    outcome.known = true;
    if (!stands(policy, list, word, outcome.excepted)) return;
    const ListEntry& entry = policy.lists[list];
    const CategoryKind kind = kind_of(policy, entry);
    outcome.focus |= profile.focus_categories.test(entry.category);
    outcome.known_good |= kind == CategoryKind::KnownGood;
    if (!blocks_category(profile, entry.category, kind)) return;
    Candidate& step = kind == CategoryKind::Locked   ? locked
                      : kind == CategoryKind::Bypass ? bypass
                                                     : category;
    step.offer(list, is_watched(entry, kind));
  });
  outcome.locked = locked.list != kNoList;
  outcome.locked_list = locked.list;
  outcome.bypass = bypass.list != kNoList;
  outcome.bypass_list = bypass.list;
  outcome.bypass_watched = bypass.watched;
  outcome.category = category.list != kNoList;
  outcome.category_list = category.list;
  outcome.category_watched = category.watched;
  return outcome;
}

Categories categories_of(const Policy& policy, const Profile& profile,
                         std::span<const Element> holding) noexcept {
  Categories categories;
  const bool excepted = excepted_by_site(policy, profile, holding);
  for_each_list(policy, profile, holding, [&](ListId list, Word word) {
    if (!stands(policy, list, word, excepted)) return;
    const ListEntry& entry = policy.lists[list];
    const CategoryKind kind = kind_of(policy, entry);
    if (kind == CategoryKind::Locked) return;
    categories.listed.set(entry.category);
    if (entry.mode == Mode::Enforce && blocks_category(profile, entry.category, kind)) {
      categories.blocking.set(entry.category);
    }
  });
  return categories;
}

void fill_outcomes(Policy& policy) {
  const list::Image& image = policy.names.image();
  HAETAE_ASSERT(policy.lists.size() == image.lists().size());
  for (Profile& profile : policy.profiles) {
    HAETAE_ASSERT(profile.lists.size() == policy.lists.size());
    profile.outcomes.assign(2 * std::size_t{image.set_count()}, {});
  }
  std::vector<Element> below;  // of a set: what holds below its name
  for (list::SetId set = 0; set < image.set_count(); ++set) {
    const std::span<const Element> whole = image.elements(set);
    below.clear();
    std::ranges::copy_if(whole, std::back_inserter(below), [](const Element& element) {
      return element.scope == RuleScope::Subtree;
    });
    for (Profile& profile : policy.profiles) {
      profile.outcomes[2 * std::size_t{set}] = work_out(policy, profile, below);
      profile.outcomes[2 * std::size_t{set} + 1] = work_out(policy, profile, whole);
    }
  }
}

}  // namespace haetae::policy
