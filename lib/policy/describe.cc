#include "policy/describe.h"

#include <algorithm>
#include <array>
#include <span>

#include "list/format.h"
#include "list/phrase_set.h"
#include "policy/page.h"

namespace haetae::policy {
namespace {

using list::RuleAction;
using list::RuleScope;
using Holding = list::Lists::Holding;
using AddressHolding = list::Lists::AddressHolding;

std::string normal_form(const Name& name, bool exact) {
  return list::to_text(
      list::Rule{.name = name, .scope = exact ? RuleScope::Exact : RuleScope::Subtree});
}

std::string normal_form(const Name& name, const Holding& holding) {
  return list::to_text(list::Rule{.name = name.suffix(holding.label),
                                  .action = holding.element.action,
                                  .scope = holding.element.scope});
}

// Of several rules of one list the important ones decide, then those of the action asked for, then
// the nearest (holdings come nearest first).
const Holding* deciding(std::span<const Holding> holdings, ListId list, RuleAction action) {
  const Holding* best = nullptr;
  const auto rank = [action](const Holding& holding) {
    return (holding.element.action == action ? 2 : 0) + (holding.element.important ? 1 : 0);
  };
  for (const Holding& holding : holdings) {
    if (holding.element.list != list) continue;
    if (best == nullptr || rank(holding) > rank(*best)) best = &holding;
  }
  return best;
}

std::string category_id(const Policy& policy, CategoryId category) {
  return category < policy.categories.size() ? policy.categories[category].id : std::string();
}

bool counts(const Policy& policy, const Profile& profile, ListId list) {
  const CategoryId category = policy.lists[list].category;
  if (category == kNoCategory) return false;
  return policy.categories[category].kind == CategoryKind::Locked || profile.lists[list];
}

template <typename AnyHolding>
ListId list_of(const AnyHolding& holding) {
  return holding.element.list;
}

// The lists that speak of it and count, but did not decide; in the order of the table.
template <typename AnyHolding>
std::vector<ListId> other_lists(const Policy& policy, const Profile& profile,
                                const Verdict& verdict, std::span<const AnyHolding> holdings) {
  std::vector<ListId> others;
  for (const AnyHolding& holding : holdings) {
    const ListId list = list_of(holding);
    const bool decided = verdict.rule_kind == RuleKind::List && verdict.source == list;
    if (!decided && counts(policy, profile, list)) others.push_back(list);
  }
  std::ranges::sort(others);
  others.erase(std::ranges::unique(others).begin(), others.end());
  return others;
}

std::string well_known_source(const Policy& policy, const Profile& profile,
                              const Verdict& verdict) {
  switch (verdict.reason) {
    case Reason::ServiceBlocked:
    case Reason::ServiceAllowed:
    case Reason::QuotaUsed: return "service:" + policy.services[verdict.source].id;
    case Reason::AllowedByGuardian:
    case Reason::DeniedByGuardian: return "profile:" + profile.name;
    case Reason::SafeSearch: return "safe-search:" + policy.rewrites[verdict.rewrite].engine;
    case Reason::House: return "house";
    case Reason::Help: return "help";
    case Reason::Locked:
    case Reason::Paused:
    case Reason::Focus:
    case Reason::Bedtime:
    case Reason::Granted:
    case Reason::Bypass:
    case Reason::Category:
    case Reason::Pattern:
    case Reason::UnknownBlocked:
    case Reason::Rebinding:
    case Reason::Undecidable:
    case Reason::NoRuleMatched: return {};
  }
  return {};
}

// What holds at a name, and whose name it is: a URL's, whose host has other rules besides.
struct Subject {
  const Name& name;
  const Name& host;
  std::span<const Holding> holdings;
};

void describe_rule(const Policy& policy, const Profile& profile, const Subject& subject,
                   const Verdict& verdict, Description& out) {
  switch (verdict.rule_kind) {
    case RuleKind::None: return;
    case RuleKind::List:
      out.list = policy.lists[verdict.source].name;
      if (const Holding* rule = deciding(subject.holdings, verdict.source, RuleAction::Block)) {
        out.rule = normal_form(subject.name, *rule);
      }
      return;
    case RuleKind::WellKnown:
      out.list = well_known_source(policy, profile, verdict);
      out.rule = normal_form(subject.host.suffix(verdict.rule_label), verdict.rule_exact);
      return;
    case RuleKind::Pattern:
      out.list = "patterns";
      out.rule = policy.patterns(verdict.text).set->patterns()[verdict.source].id;
      return;
    case RuleKind::Phrase:
      out.list = "patterns";
      out.rule = policy.phrases()->phrases()[verdict.source].id;
      return;
    case RuleKind::SelfLabel:
      out.list = "self-label";
      out.rule = to_text(static_cast<SelfLabel>(verdict.source));
      return;
  }
}

Description describe_name(const Policy& policy, const Profile& profile, const Name& name,
                          const Name& host, const Verdict& verdict) {
  NameHashes hashes;
  hash_suffixes(name, policy.names.image().key(), hashes);
  std::array<Holding, list::Delta::kElementsMax> room;
  const auto holdings = std::span<const Holding>(room).first(policy.names.holdings(hashes, room));

  Description description;
  description.category = category_id(policy, verdict.category);
  describe_rule(policy, profile, {name, host, holdings}, verdict, description);

  for (const ListId list : other_lists(policy, profile, verdict, holdings)) {
    description.also.push_back({category_id(policy, policy.lists[list].category),
                                policy.lists[list].name,
                                normal_form(name, *deciding(holdings, list, RuleAction::Allow))});
  }
  return description;
}

}  // namespace

Description describe(const Policy& policy, const Profile& profile, const Name& name,
                     const Verdict& verdict) {
  return describe_name(policy, profile, name, name, verdict);
}

// The list that decided may speak of the page, of the page without the www, or of the host.
Description describe(const Policy& policy, const Profile& profile, const Request& request,
                     const Verdict& verdict) {
  const Name none;
  const Name& host = request.name != nullptr ? *request.name : none;
  const bool by_list = verdict.rule_kind == RuleKind::List;
  if (by_list && request.url != nullptr) {
    Description of_page = describe_name(policy, profile, request.url->name, host, verdict);
    if (!of_page.rule.empty()) return of_page;
    if (const auto bare = list::without_www(*request.url)) {
      of_page = describe_name(policy, profile, bare->name, host, verdict);
      if (!of_page.rule.empty()) return of_page;
    }
  }
  if (request.name == nullptr) return describe(policy, profile, *request.address, verdict);
  const bool tells_page = !by_list && request.url != nullptr;
  return describe_name(policy, profile, tells_page ? request.url->name : host, host, verdict);
}

Description describe(const Policy& policy, const Profile& profile, const IpAddress& address,
                     const Verdict& verdict) {
  const std::vector<AddressHolding> holdings = policy.names.holdings(address);
  // The narrowest prefix of the list.
  const auto rule_of = [&](ListId list) {
    const auto rule = std::ranges::find(holdings, list, &list_of<AddressHolding>);
    return rule == holdings.end() ? std::string() : list::to_text(list::AddressRule{rule->prefix});
  };
  Description description;
  description.category = category_id(policy, verdict.category);
  if (verdict.rule_kind == RuleKind::List) {
    description.list = policy.lists[verdict.source].name;
    description.rule = rule_of(verdict.source);
  }
  for (const ListId list :
       other_lists(policy, profile, verdict, std::span<const AddressHolding>(holdings))) {
    description.also.push_back(
        {category_id(policy, policy.lists[list].category), policy.lists[list].name, rule_of(list)});
  }
  return description;
}

}  // namespace haetae::policy
