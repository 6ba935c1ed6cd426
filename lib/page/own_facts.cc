#include <algorithm>

#include "base/idn.h"
#include "event/sensitive.h"
#include "page/limits.h"
#include "page/own_page.h"
#include "policy/decide.h"

namespace haetae::page {
namespace {

using policy::Action;
using policy::Policy;
using policy::Profile;
using policy::ServiceRule;

// The first moment at which the profile may be online again.
std::optional<When> end_of_stop(const Policy& policy, const policy::Standing& standing,
                                policy::ProfileId profile, policy::Verdict verdict, Time now) {
  for (int edge = 0; edge < limits::kOpeningEdgesMax; ++edge) {
    const Time next = verdict.valid_until;
    if (next == kNever || next <= now) return std::nullopt;
    verdict = policy::presence(policy, standing, profile, next);
    if (verdict.action != Action::Block) return when_of(next, now, policy.zone);
  }
  return std::nullopt;
}

// The moment within a day at which bedtime stops the profile: a guardian may have lifted the first.
std::optional<Time> begin_of_bedtime(const Policy& policy, const policy::Standing& standing,
                                     policy::ProfileId profile, policy::Verdict verdict, Time now) {
  constexpr std::chrono::hours kDay{24};
  for (int edge = 0; edge < limits::kOpeningEdgesMax; ++edge) {
    const Time next = verdict.valid_until;
    if (next == kNever || next <= now || next - now >= kDay) return std::nullopt;
    verdict = policy::presence(policy, standing, profile, next);
    if (verdict.action == Action::Block && verdict.reason == policy::Reason::Bedtime) return next;
  }
  return std::nullopt;
}

void add_time(OwnFacts& facts, const Policy& policy, const policy::Standing& standing,
              const OwnPageAsker& asker) {
  const policy::ProfileId id = asker.who.profile;
  const Profile& profile = policy.profiles[id];
  const policy::Verdict verdict = policy::presence(policy, standing, id, asker.now);
  if (verdict.action == Action::Block) {
    facts.stopped = verdict.reason;
    facts.stopped_until = end_of_stop(policy, standing, id, verdict, asker.now);
    return;
  }
  // presence() speaks of a focus only where it leaves nothing open.
  const auto focus = profile.focus.at(asker.now, policy.zone);
  const bool is_focus_on = id < standing.profiles.size() && standing.profiles[id].focus_until &&
                           asker.now < *standing.profiles[id].focus_until;
  if (focus.active || is_focus_on) {
    facts.stopped = policy::Reason::Focus;
    const Time until = is_focus_on ? *standing.profiles[id].focus_until : focus.next_edge;
    if (until != kNever) facts.stopped_until = when_of(until, asker.now, policy.zone);
  }
  if (const auto begin = begin_of_bedtime(policy, standing, id, verdict, asker.now)) {
    facts.bedtime_begins = when_of(*begin, asker.now, policy.zone);
    facts.until_bedtime = *begin - asker.now;
  }
}

// Sites of a profile's own list that may be named.
std::vector<std::string> sites_of(const Policy& policy,
                                  const std::vector<config::NameRule>& rules) {
  std::vector<std::string> sites;
  for (const config::NameRule& rule : rules) {
    if (sites.size() >= limits::kRuleNamesMax) break;
    if (event::sensitive_categories(policy, rule.name).none()) {
      sites.push_back(to_user_text(rule.name));
    }
  }
  return sites;
}

void add_rules(OwnFacts& facts, const Site& site, const Policy& policy, const Profile& profile) {
  for (std::size_t id = 0; id < policy.categories.size(); ++id) {
    if (!profile.blocked.test(id)) continue;
    // "When you are very sad" is no kind of page to name here.
    if (policy.help_categories.test(id)) continue;
    // Those two have a sentence of their own, or need none.
    const policy::CategoryKind kind = policy.categories[id].kind;
    if (kind == policy::CategoryKind::Locked || kind == policy::CategoryKind::Bypass) continue;
    facts.closed_categories.push_back(policy.categories[id].id);
  }
  for (std::size_t id = 0; id < profile.services.size(); ++id) {
    const ServiceRule rule = profile.services[id].rule;
    if (rule == ServiceRule::Block) facts.closed_services.push_back(policy.services[id].id);
    if (rule == ServiceRule::Allow) facts.open_services.push_back(policy.services[id].id);
  }
  facts.safe_search = profile.safe_search != policy::Strictness::Off;
  facts.youtube = profile.youtube != policy::Strictness::Off;
  facts.bypass_closed = profile.block_bypass;
  facts.unknown_closed = profile.unknown_blocked;
  const auto written =
      std::ranges::find(site.config().profiles, profile.name, &config::Profile::name);
  if (written == site.config().profiles.end()) return;
  facts.denied = sites_of(policy, written->deny);
  facts.allowed = sites_of(policy, written->allow);
  facts.log_reason = written->log_reason;
}

}  // namespace

OwnFacts own_facts(const Site& site, const Policy& policy, const policy::Standing& standing,
                   OwnPageAsker asker) {
  OwnFacts facts;
  const Profile& profile = policy.profiles[asker.who.profile];
  if (asker.who.device < policy.devices.size()) {
    facts.device = policy.devices[asker.who.device].name;
  }
  facts.address = asker.address.to_text();
  facts.profile = profile.name;
  facts.is_filtered = profile.filtered;
  facts.is_watched = profile.mode == policy::Mode::Watch;
  add_time(facts, policy, standing, asker);
  facts.log = profile.log;
  facts.is_list_kept =
      profile.log == policy::LogLevel::Blocked || profile.log == policy::LogLevel::All;
  if (facts.is_list_kept) facts.recent = std::move(asker.recent);
  add_rules(facts, site, policy, profile);
  return facts;
}

}  // namespace haetae::page
