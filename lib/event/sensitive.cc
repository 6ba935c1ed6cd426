#include "event/sensitive.h"

#include <array>
#include <span>

namespace haetae::event {

using policy::CategorySet;
using policy::Policy;

bool is_sensitive(const Policy& policy, policy::CategoryId category) {
  return category < policy.categories.size() && policy.categories[category].sensitive;
}

CategorySet sensitive_categories(const Policy& policy, const Name& name) {
  NameHashes hashes;
  hash_suffixes(name, policy.names.image().key(), hashes);
  std::array<list::Lists::Holding, list::Delta::kElementsMax> room;
  CategorySet found;
  for (const auto& holding : std::span(room).first(policy.names.holdings(hashes, room))) {
    const policy::CategoryId category = policy.lists[holding.element.list].category;
    if (is_sensitive(policy, category)) found.set(category);
  }
  return found;
}

CategorySet sensitive_categories(const Policy& policy, const IpAddress& address) {
  CategorySet found;
  for (const list::Element& element :
       policy.names.image().elements(policy.names.find(address).set)) {
    const policy::CategoryId category = policy.lists[element.list].category;
    if (is_sensitive(policy, category)) found.set(category);
  }
  return found;
}

}  // namespace haetae::event
