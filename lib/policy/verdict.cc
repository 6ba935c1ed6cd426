#include "policy/verdict.h"

namespace haetae::policy {

// No switch here has a default: a new enumerator does not compile until it has its words.

std::string_view to_text(Action action) noexcept {
  switch (action) {
    case Action::Allow: return "allow";
    case Action::Block: return "block";
    case Action::Rewrite: return "rewrite";
  }
  return "";
}

std::string_view to_text(Reason reason) noexcept {
  switch (reason) {
    case Reason::Locked: return "locked";
    case Reason::House: return "house";
    case Reason::Help: return "help";
    case Reason::Paused: return "paused";
    case Reason::Focus: return "focus";
    case Reason::Bedtime: return "bedtime";
    case Reason::QuotaUsed: return "quota_used";
    case Reason::Granted: return "granted";
    case Reason::AllowedByGuardian: return "allowed_by_guardian";
    case Reason::DeniedByGuardian: return "denied_by_guardian";
    case Reason::Bypass: return "bypass";
    case Reason::ServiceBlocked: return "service_blocked";
    case Reason::ServiceAllowed: return "service_allowed";
    case Reason::Category: return "category";
    case Reason::Pattern: return "pattern";
    case Reason::UnknownBlocked: return "unknown_blocked";
    case Reason::SafeSearch: return "safe_search";
    case Reason::Rebinding: return "rebinding";
    case Reason::Undecidable: return "undecidable";
    case Reason::NoRuleMatched: return "no_rule_matched";
  }
  return "";
}

std::string_view sentence(Reason reason) noexcept {
  switch (reason) {
    case Reason::Locked:
      return "The site holds illegal content or a legal order forbids it; nobody can open it.";
    case Reason::House: return "Your own network needs this name, so it always works.";
    case Reason::Help: return "A help line: it is reachable at any hour and never recorded.";
    case Reason::Paused: return "The internet is paused for this child right now.";
    case Reason::Focus: return "It is focus time: only the sites chosen for it are open.";
    case Reason::Bedtime: return "It is bedtime; the internet comes back in the morning.";
    case Reason::QuotaUsed: return "The time set aside for this is used up for now.";
    case Reason::Granted: return "You allowed this for a while.";
    case Reason::AllowedByGuardian: return "The site is on your own allow list.";
    case Reason::DeniedByGuardian: return "The site is on your own deny list.";
    case Reason::Bypass: return "The site helps to get round the filter.";
    case Reason::ServiceBlocked: return "The app or site is switched off for this child now.";
    case Reason::ServiceAllowed: return "You allowed this app or site for this child.";
    case Reason::Category: return "The site is in a category that this profile blocks.";
    case Reason::Pattern:
      return "Its name, its address, its text or the words searched for read like a category that "
             "this profile blocks.";
    case Reason::UnknownBlocked:
      return "Nobody has looked at this site yet; only known ones are open.";
    case Reason::SafeSearch: return "Search results are shown without adult content.";
    case Reason::Rebinding:
      return "The site's answer led to a device inside your own network, as attacks do.";
    case Reason::Undecidable:
      return "The request hides where it goes, so this profile's rule decides.";
    case Reason::NoRuleMatched: return "No rule speaks of this site, so it is open.";
  }
  return "";
}

}  // namespace haetae::policy
