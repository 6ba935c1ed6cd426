#include "support/random_world.h"

#include <algorithm>
#include <array>

namespace haetae::test {

using namespace std::chrono_literals;
using policy::CategoryId;
using policy::CategoryKind;
using policy::Grant;
using policy::GrantSubject;
using policy::ListId;
using policy::MarkKind;
using policy::Mode;
using policy::Profile;
using policy::ProfileId;
using policy::ProfileService;
using policy::ProfileStanding;
using policy::Schedule;
using policy::ScheduleRow;
using policy::ServiceId;
using policy::ServiceRule;
using policy::Strictness;
using policy::TimeZone;
using policy::Weekdays;

RandomWorld::RandomWorld(unsigned seed) : random(seed) {
  constexpr std::array kZones = {"UTC", "Europe/Berlin", "Asia/Seoul", "America/New_York"};
  constexpr std::array kDays = {std::chrono::sys_days{std::chrono::year{2025} / 3 / 29},
                                std::chrono::sys_days{std::chrono::year{2025} / 10 / 25},
                                std::chrono::sys_days{std::chrono::year{2025} / 6 / 11}};
  maker.zone = *TimeZone::load(kZones[below(kZones.size())]);
  base = kDays[below(kDays.size())] + 12h;
  add_categories_and_lists();
  add_services_and_engines();
  add_profiles();
  add_marks();
  if (one_in(3)) add_edits();
  add_standing();
  policy = maker.make();
}

std::string RandomWorld::random_name() {
  constexpr std::array kLabels = {"a", "b", "bad"};
  std::string name = "example";
  for (int labels = below(4); labels > 0; --labels) {
    name.insert(0, std::string(kLabels[below(kLabels.size())]) + ".");
  }
  return name;
}

Time RandomWorld::random_time() {
  if (one_in(20)) return Time{} + std::chrono::hours(below(10'000));  // a clock not set
  return base + std::chrono::minutes(below(4 * 1440) - 1440) + milliseconds(below(60'000));
}

std::string RandomWorld::random_rule() {
  const std::string name = random_name();
  std::string rule = one_in(3) ? name : "||" + name + "^";
  if (one_in(4)) rule.insert(0, "@@");
  if (one_in(5)) rule += "$important";
  return rule;
}

void RandomWorld::add_categories_and_lists() {
  maker.category("adult", CategoryKind::Harm);
  maker.category("games", CategoryKind::Topic);
  maker.category("ads", CategoryKind::Nuisance);
  maker.category("bypass", CategoryKind::Bypass);
  maker.category("education", CategoryKind::KnownGood);
  maker.category("illegal", CategoryKind::Locked);
  rules.resize(below(6));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (int n = below(4); n >= 0; --n) rules[i].insert(random_rule());
    const ListId list = maker.list("list-" + std::to_string(i), any_of<CategoryId>(kCategories),
                                   {rules[i].begin(), rules[i].end()});
    if (one_in(4)) maker.entry(list).mode = Mode::Watch;
    maker.entry(list).exceptions_site = one_in(3);
  }
  // Compiling patterns is slow; a few worlds have them.
  if (one_in(8)) maker.pattern("adult/bad", "bad", 0, 60 + below(2) * 40);
}

void RandomWorld::add_services_and_engines() {
  service_count_ = below(3);
  for (int i = 0; i < service_count_; ++i) {
    maker.service("service-" + std::to_string(i), {random_name(), random_entry()},
                  {random_entry()});
  }
  for (int i = below(3); i > 0; --i) {
    const std::string host = random_entry();
    const bool is_youtube = one_in(3);
    engine_hosts.push_back({host, maker.engine("engine-" + std::to_string(i), {host}, is_youtube)});
  }
}

Schedule RandomWorld::random_schedule() {
  ScheduleRow row;
  row.days = one_in(2) ? policy::kEveryDay : static_cast<Weekdays>(random() & policy::kEveryDay);
  for (int i = below(2); i >= 0; --i) {
    row.windows.push_back(
        {static_cast<std::uint16_t>(below(1440)), static_cast<std::uint16_t>(below(1441))});
  }
  return Schedule({row});
}

void RandomWorld::add_profiles() {
  constexpr std::array kLevels = {Strictness::Off, Strictness::Moderate, Strictness::Strict};
  for (int i = 0; i < kProfiles; ++i) {
    Profile& profile = maker.at(maker.profile("profile-" + std::to_string(i)));
    for (int n = below(4); n > 0; --n) profile.blocked.set(any_of<std::size_t>(kCategories));
    if (one_in(4)) profile.mode = Mode::Watch;
    if (one_in(3)) profile.bedtime = random_schedule();
    if (one_in(5)) {
      profile.focus = random_schedule();
      profile.focus_categories.set(any_of<std::size_t>(kCategories));
    }
    profile.block_bypass = one_in(2);
    profile.unknown_blocked = one_in(3);
    profile.undecidable_blocked = one_in(2);
    profile.has_quota = one_in(4);
    profile.safe_search = kLevels[below(3)];
    profile.youtube = kLevels[below(3)];
    profile.lists.assign(rules.size(), true);
    for (std::size_t n = 0; n < rules.size(); ++n) profile.lists[n] = !one_in(5);
  }
  for (int i = 0; i < kProfiles * service_count_; ++i) {
    ProfileService& rule = maker.service_of(static_cast<ProfileId>(i % kProfiles),
                                            static_cast<ServiceId>(i / kProfiles));
    rule.rule = static_cast<ServiceRule>(below(3));
    rule.has_quota = one_in(3);
    if (one_in(3)) rule.hours = random_schedule();
  }
}

void RandomWorld::add_marks() {
  if (one_in(6)) maker.mark(MarkKind::House, random_entry());
  if (one_in(6)) maker.mark(MarkKind::Help, random_entry());
  for (int n = below(4); n > 0; --n) {
    WrittenName entry{random_entry(), any_of<std::uint16_t>(kProfiles), one_in(2), false};
    entry.lifts_safe_search = entry.is_allow && one_in(3);
    maker.mark(entry.is_allow ? MarkKind::GuardianAllow : MarkKind::GuardianDeny, entry.text,
               entry.subject, entry.lifts_safe_search);
    guardian.push_back(entry);
  }
  if (one_in(4)) {
    maker.mark(MarkKind::FocusAllow, random_entry(), any_of<std::uint16_t>(kProfiles));
  }
}

void RandomWorld::add_edits() {
  if (rules.empty()) return;
  for (int n = below(4); n >= 0; --n) {
    const auto list = any_of<ListId>(rules.size());
    const bool add = rules[list].empty() || one_in(2);
    const std::string rule = add ? random_rule() : *rules[list].begin();
    maker.edit(list, add, rule);
    add ? void(rules[list].insert(rule)) : void(rules[list].erase(rule));
  }
}

void RandomWorld::add_standing() {
  const auto soon = [&] { return base + std::chrono::minutes(below(2 * 1440) - 720); };
  standing.profiles.resize(below(kProfiles + 1));
  for (ProfileStanding& on : standing.profiles) {
    if (one_in(4)) {
      on.paused_since = soon();
      if (one_in(2)) on.paused_until = soon();
    }
    if (one_in(5)) on.focus_until = soon();
    if (one_in(5)) on.quota_used_until = soon();
    if (service_count_ > 0 && one_in(3)) {
      on.used_services.push_back({any_of<ServiceId>(service_count_), soon()});
    }
  }
  for (int n = below(4); n > 0; --n) {
    Grant grant;
    grant.profile = any_of<ProfileId>(kProfiles);
    grant.subject = static_cast<GrantSubject>(below(5));
    grant.id = any_of<std::uint16_t>(kCategories);
    grant.name = name_of(random_name());
    grant.lifts_safe_search = one_in(3);
    grant.made = soon();
    grant.from = soon();
    grant.until = grant.from + std::chrono::minutes(below(600));
    standing.grants.push_back(grant);
  }
  std::ranges::stable_sort(standing.grants, {}, &Grant::profile);
}

bool speaks_of(const std::string& entry, const Name& name) {
  return entry.starts_with('=') ? name == name_of(entry.substr(1)) : name.is_under(name_of(entry));
}

}  // namespace haetae::test
