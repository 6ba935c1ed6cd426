#include "page/block_facts.h"

#include "base/idn.h"
#include "event/sensitive.h"
#include "page/limits.h"

namespace haetae::page {
namespace {

using policy::Action;
using policy::CategorySet;
using policy::Reason;
using policy::RuleKind;
using policy::Verdict;

// Sensitive categories that hold what was asked for, whatever decided.
CategorySet sensitive_in(const Blocked& blocked) {
  CategorySet found;
  const policy::Request& request = blocked.request;
  if (request.name != nullptr) found = event::sensitive_categories(blocked.policy, *request.name);
  if (request.url != nullptr) {
    found |= event::sensitive_categories(blocked.policy, request.url->name);
  }
  if (request.address != nullptr) {
    found |= event::sensitive_categories(blocked.policy, *request.address);
  }
  if (event::is_sensitive(blocked.policy, blocked.verdict.category)) {
    found.set(blocked.verdict.category);
  }
  return found;
}

std::optional<When> opening_of(const Blocked& blocked, policy::Scratch& scratch) {
  policy::Request later = blocked.request;
  Verdict verdict = policy::decide(blocked.policy, blocked.standing, later, scratch);
  // What is in a page, or what a name's answer leads to, is closed at any hour.
  if (verdict.action != Action::Block) return std::nullopt;
  for (int edge = 0; edge < limits::kOpeningEdgesMax; ++edge) {
    if (verdict.valid_until == kNever || verdict.valid_until <= later.now) return std::nullopt;
    later.now = verdict.valid_until;
    verdict = policy::decide(blocked.policy, blocked.standing, later, scratch);
    if (verdict.action != Action::Block) {
      return when_of(later.now, blocked.request.now, blocked.policy.zone);
    }
  }
  return std::nullopt;
}

// Whether the host would open but for the page.
bool is_page_alone(const Blocked& blocked, policy::Scratch& scratch) {
  if (blocked.request.kind == policy::Kind::HttpBody) return true;
  if (blocked.request.url == nullptr) return false;
  policy::Request host = blocked.request;
  host.url = nullptr;
  host.path = {};
  return policy::decide(blocked.policy, blocked.standing, host, scratch).action != Action::Block;
}

AskFor ask_for(const BlockFacts& facts, bool is_page) {
  if (is_about_time(facts.reason) && facts.service.empty()) return AskFor::Time;
  const bool can_be_opened = facts.reason != Reason::Locked && facts.reason != Reason::Rebinding &&
                             facts.reason != Reason::Undecidable;
  if (!can_be_opened || facts.host.empty()) return AskFor::Nothing;
  return is_page ? AskFor::Page : AskFor::Site;
}

std::string host_of(const policy::Request& request) {
  if (request.name != nullptr) return to_user_text(*request.name);
  return request.address == nullptr ? std::string() : request.address->to_text();
}

}  // namespace

bool is_about_time(Reason reason) noexcept {
  return reason == Reason::Paused || reason == Reason::Focus || reason == Reason::Bedtime ||
         reason == Reason::QuotaUsed;
}

BlockFacts block_facts(const Blocked& blocked, policy::Scratch& scratch) {
  const policy::Policy& policy = blocked.policy;
  const Verdict& verdict = blocked.verdict;
  BlockFacts facts;
  facts.now = blocked.request.now;
  facts.reason = verdict.reason;
  const CategorySet sensitive = sensitive_in(blocked);
  facts.is_private = sensitive.any();
  facts.is_search =
      verdict.rule_kind == RuleKind::Pattern && verdict.text == list::PatternText::Search;
  if (!facts.is_private) {
    facts.host = host_of(blocked.request);
    if (verdict.category < policy.categories.size()) {
      facts.category = policy.categories[verdict.category].id;
    }
  }
  const bool is_service =
      verdict.rule_kind == RuleKind::WellKnown &&
      (verdict.reason == Reason::ServiceBlocked || verdict.reason == Reason::QuotaUsed);
  if (is_service && verdict.source < policy.services.size() && !facts.is_private) {
    facts.service = policy.services[verdict.source].id;
  }
  if (verdict.reason != Reason::Locked) facts.opens = opening_of(blocked, scratch);
  facts.shows_help = verdict.reason == Reason::Locked || verdict.help != policy::kNoCategory ||
                     (sensitive & policy.help_categories).any();
  facts.ask_for = ask_for(facts, is_page_alone(blocked, scratch));
  return facts;
}

}  // namespace haetae::page
