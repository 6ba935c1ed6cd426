#include "support/slow_lists.h"

#include "base/limits.h"

namespace haetae::test {
namespace {

using list::Element;
using list::Rule;
using list::RuleScope;

Element element_of(list::ListId list, const Rule& rule, std::uint32_t condition) {
  return {.list = list,
          .action = rule.action,
          .scope = rule.scope,
          .important = rule.important,
          .inherited = false,
          .condition = condition};
}

}  // namespace

void SlowLists::add(list::ListId list, const Rule& rule, std::uint32_t condition) {
  std::set<Element>& elements = names_[rule.name.to_text()];
  const bool is_full = elements.size() >= limits::kImageSetElementsMax;
  const Element element = element_of(list, rule, condition);
  if (!is_full) elements.insert(element);
  met_limit_ |= is_full && !elements.contains(element);
}

void SlowLists::remove(list::ListId list, const Rule& rule) {
  const auto found = names_.find(rule.name.to_text());
  if (found == names_.end()) return;
  found->second.erase(element_of(list, rule, 0));
  if (found->second.empty()) names_.erase(found);
}

std::optional<SlowLists::Found> SlowLists::find(const Name& name) const {
  for (std::size_t i = 0; i <= name.label_count(); ++i) {
    const auto found = names_.find(name.suffix(i).to_text());
    if (found == names_.end()) continue;
    std::set<Element> elements = found->second;
    for (std::size_t above = i + 1; above <= name.label_count(); ++above) {
      const auto ancestor = names_.find(name.suffix(above).to_text());
      if (ancestor == names_.end()) continue;
      for (Element element : ancestor->second) {
        if (element.scope == RuleScope::Exact || found->second.contains(element)) continue;
        element.inherited = true;
        if (elements.contains(element)) continue;
        if (elements.size() >= limits::kImageSetElementsMax) {
          met_limit_ = true;
          continue;
        }
        elements.insert(element);
      }
    }
    return Found{static_cast<std::uint8_t>(i), {elements.begin(), elements.end()}};
  }
  return std::nullopt;
}

std::vector<list::Lists::Holding> SlowLists::holdings(const Name& name) const {
  std::vector<list::Lists::Holding> all;
  for (std::size_t i = 0; i <= name.label_count(); ++i) {
    const auto found = names_.find(name.suffix(i).to_text());
    if (found == names_.end()) continue;
    for (const Element& element : found->second) {
      if (i > 0 && element.scope == RuleScope::Exact) continue;
      all.push_back({element, static_cast<std::uint8_t>(i)});
    }
  }
  return all;
}

}  // namespace haetae::test
