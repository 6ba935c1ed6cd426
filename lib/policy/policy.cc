#include "policy/policy.h"

#include <utility>

#include "list/phrase_set.h"

namespace haetae::policy {

Identity Policy::identify(const Sighting& sighting) const noexcept {
  return identities.find(sighting).value_or(Identity{kUnknownDevice, default_profile});
}

void Policy::use_patterns(list::PatternText text, std::shared_ptr<const list::PatternSet> set) {
  PatternsOfText& patterns = patterns_[static_cast<std::size_t>(text)];
  patterns = {std::move(set), {}};
  if (patterns.set == nullptr) return;
  for (const CategoryId category : patterns.set->categories()) {
    if (category < kCategoriesMax) patterns.categories.set(category);
  }
}

void Policy::use_phrases(std::shared_ptr<const list::PhraseSet> phrases) {
  phrases_ = std::move(phrases);
  phrase_categories_.reset();
  if (phrases_ == nullptr) return;
  for (const CategoryId category : phrases_->categories()) {
    if (category < kCategoriesMax) phrase_categories_.set(category);
  }
}

CategorySet LabelCategories::all() const noexcept {
  CategorySet set;
  for (const CategoryId category : {adult, violence, drugs, gambling}) {
    if (category < kCategoriesMax) set.set(category);
  }
  return set;
}

}  // namespace haetae::policy
