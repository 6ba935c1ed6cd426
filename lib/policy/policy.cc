#include "policy/policy.h"

#include <utility>

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

}  // namespace haetae::policy
