#include <algorithm>

#include "base/limits.h"
#include "config/settings.h"
#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::size_t kNamesMax = 65'536;  // allow and deny of one profile; more belong into a list
constexpr std::size_t kIdsMax = 1024;
constexpr int kThresholdMax = 1000;

// The word in `block` that stands for everything the age band blocks.
constexpr std::string_view kByAge = "age";

struct ScheduleEntry {
  policy::Weekdays days = policy::kEveryDay;
  std::optional<policy::LocalDay> from;
  std::optional<policy::LocalDay> to;
  std::vector<policy::Window> bedtime;
  std::vector<policy::Window> focus;
  std::vector<policy::Window> open;

  policy::ScheduleRow row(const std::vector<policy::Window>& windows) const {
    return {days, from, to, windows};
  }
};

Type<std::vector<policy::Window>> windows() {
  return list_of(time_window(), limits::kSchedulesMax);
}

// The part of a schedule entry that says on which days it holds.
std::vector<Row<ScheduleEntry>> day_rows() {
  return {
      row("days", &ScheduleEntry::days, weekdays(), "all", "The days on which its windows start."),
      row("from", &ScheduleEntry::from, maybe(calendar_day()), "", "The first date it holds."),
      row("to", &ScheduleEntry::to, maybe(calendar_day()), "", "The last date it holds."),
  };
}

const Table<ScheduleEntry>& schedule_table() {
  static const Table<ScheduleEntry> table = [] {
    std::vector<Row<ScheduleEntry>> rows = day_rows();
    rows.push_back(row("bedtime", &ScheduleEntry::bedtime, windows(), "",
                       "When the internet is off but for help; may run past midnight."));
    rows.push_back(row("focus", &ScheduleEntry::focus, windows(), "",
                       "When only what `focus` names is reachable."));
    return Table<ScheduleEntry>{std::move(rows)};
  }();
  return table;
}

const Table<ScheduleEntry>& service_hours_table() {
  static const Table<ScheduleEntry> table = [] {
    std::vector<Row<ScheduleEntry>> rows = day_rows();
    rows.push_back(row("open", &ScheduleEntry::open, windows(), kRequired,
                       "The hours in which the service is reachable, as 16:00-18:00."));
    return Table<ScheduleEntry>{std::move(rows)};
  }();
  return table;
}

void check_dates(const Value& value, const std::vector<ScheduleEntry>& entries) {
  for (const ScheduleEntry& entry : entries) {
    if (entry.from && entry.to && *entry.to < *entry.from) {
      value.fault("an entry ends before it begins", "'from' is the first date, 'to' the last");
    }
  }
}

Type<Profile> schedule() {
  Type<std::vector<ScheduleEntry>> type = list_of(section(schedule_table()), limits::kSchedulesMax);
  return {type.words,
          [read = type.read](const Value& value, Profile& profile) {
            std::vector<ScheduleEntry> entries;
            read(value, entries);
            check_dates(value, entries);
            for (const ScheduleEntry& entry : entries) {
              if (!entry.bedtime.empty()) profile.bedtime.push_back(entry.row(entry.bedtime));
              if (!entry.focus.empty()) profile.focus.push_back(entry.row(entry.focus));
              if (entry.bedtime.empty() && entry.focus.empty()) {
                value.fault("an entry has neither bedtime nor focus", "add one, or remove it");
              }
            }
          },
          type.inner, type.below};
}

// `hours:` is a Map whose keys are services.
Type<std::vector<Profile::ServiceHours>> service_hours() {
  Type<std::vector<ScheduleEntry>> type =
      list_of(section(service_hours_table()), limits::kSchedulesMax);
  return {
      "list a service",
      [read = type.read](const Value& value, std::vector<Profile::ServiceHours>& out) {
        if (value.node.kind != Node::Kind::Map) {
          return value.fault("a section is wanted here", "write `youtube: [{open: 16:00-18:00}]`");
        }
        for (const Node::Entry& entry : value.node.entries) {
          const Node key{.kind = Node::Kind::Scalar, .line = entry.line, .text = entry.key};
          Profile::ServiceHours hours;
          service_id().read({key, value.context, value.path}, hours.service);
          if (std::ranges::find(out, hours.service, &Profile::ServiceHours::service) != out.end()) {
            value.at(entry).fault(
                fmt::format("'{}' has its hours already, by another name", entry.key),
                "write all its hours in one place");
          }
          std::vector<ScheduleEntry> entries;
          read(value.at(entry), entries);
          check_dates(value.at(entry), entries);
          for (const ScheduleEntry& e : entries) hours.rows.push_back(e.row(e.open));
          out.push_back(std::move(hours));
        }
      },
      ".SERVICE[]", type.below};
}

const Table<Profile>& services_table() {
  static const Table<Profile> table{{
      row("block", &Profile::services_block, list_of(service_id(), kIdsMax), "[]",
          "Apps and sites that are off, as tiktok."),
      row("allow", &Profile::services_allow, list_of(service_id(), kIdsMax), "[]",
          "Apps and sites that stay on though their category is blocked."),
      row("hours", &Profile::service_hours, service_hours(), "",
          "Apps and sites that are on in certain hours only."),
  }};
  return table;
}

const Table<Profile>& focus_table() {
  static const Table<Profile> table{{
      row("allow", &Profile::focus_allow, list_of(name_rule(), kNamesMax), "[]",
          "Sites that stay reachable in focus or an exam."),
      row("categories", &Profile::focus_categories, list_of(category_id(), kIdsMax), "[education]",
          "Categories that stay reachable in focus or an exam."),
  }};
  return table;
}

const Table<Quota>& quota_table() {
  static const Table<Quota> table{{
      row("service", &Quota::service, service_id(), "", "The app or site; left out: everything."),
      row("minutes_per_day", &Quota::minutes_per_day, number(1, 24 * 60), "", "Minutes a day."),
      row("minutes_per_week", &Quota::minutes_per_week, number(1, 7 * 24 * 60), "",
          "Minutes a week."),
  }};
  return table;
}

Type<std::vector<Quota>> quotas() {
  Type<std::vector<Quota>> type = list_of(section(quota_table()), kIdsMax);
  return {type.words,
          [read = type.read](const Value& value, std::vector<Quota>& out) {
            read(value, out);
            check_unique(value, "service");
            for (const Quota& quota : out) {
              if (quota.minutes_per_day == 0 && quota.minutes_per_week == 0) {
                value.fault("a quota names no time", "add minutes_per_day or minutes_per_week");
              }
            }
          },
          type.inner, type.below};
}

// `all`, or names of lists.
Type<Profile> counting_lists() {
  Type<std::vector<std::string>> names = list_of(list_name(), limits::kListsMax);
  return {"all | " + names.words, [read = names.read](const Value& value, Profile& profile) {
            profile.lists.clear();
            profile.all_lists = value.node.text == "all";
            if (!profile.all_lists) read(value, profile.lists);
          }};
}

void add_once(std::vector<std::string>& ids, const std::string& id) {
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
}

std::vector<std::string> blocked_by_age(const Rules& rules, const std::string& age) {
  std::vector<std::string> ids;
  for (const CategoryRule& category : rules.categories) {
    // Ways round the filter have a setting of their own; what is locked needs none.
    if (category.kind == policy::CategoryKind::Bypass) continue;
    if (category.kind == policy::CategoryKind::Locked) continue;
    if (std::ranges::find(category.blocked_ages, age) != category.blocked_ages.end()) {
      ids.push_back(category.id);
    }
  }
  return ids;
}

// Adds a written category: where its kind has a setting of its own, that one is set.
void add_blocked(const Value& value, const CategoryRule& category, Profile& profile) {
  switch (category.kind) {
    case policy::CategoryKind::Bypass: profile.block_bypass = true; return;
    case policy::CategoryKind::KnownGood:
      return value.warn(fmt::format("'{}' is a known good: lists of it never block", category.id));
    case policy::CategoryKind::Locked:
      return value.warn(fmt::format("'{}' is always blocked, for everybody", category.id));
    case policy::CategoryKind::Harm:
    case policy::CategoryKind::Nuisance:
    case policy::CategoryKind::Topic: add_once(profile.block, category.id); return;
  }
}

void read_block(const Value& value, Profile& profile) {
  const std::vector<std::string> by_age = std::move(profile.block);
  profile.block.clear();
  const auto read_one = [&](const Value& item) {
    if (item.node.kind == Node::Kind::Scalar && item.node.text == kByAge) {
      if (profile.age.empty()) {
        return item.fault("'age' stands for what the age band blocks, and none is given",
                          "add `age: 7-9` to the profile");
      }
      for (const std::string& id : by_age) add_once(profile.block, id);
      return;
    }
    std::string id;
    category_id().read(item, id);
    const Rules* rules = item.context.rules;
    const CategoryRule* category = rules == nullptr ? nullptr : rules->category(id);
    if (category != nullptr) add_blocked(item, *category, profile);
  };
  if (value.node.kind != Node::Kind::List) return read_one(value);
  for (std::size_t i = 0; i < value.node.items.size(); ++i) read_one(value.at(i));
}

void read_unblock(const Value& value, Profile& profile) {
  std::vector<std::string> ids;
  list_of(category_id(), kIdsMax).read(value, ids);
  for (const std::string& id : ids) {
    if (std::erase(profile.block, id) == 0) value.warn(fmt::format("'{}' is not blocked here", id));
  }
}

Type<std::string> age_band() {
  return {"age band, or a number of years", [](const Value& value, std::string& out) {
            const auto text = value.text("an age band");
            const Rules* rules = value.context.rules;
            if (!text || rules == nullptr) return;
            if (const AgeBand* band = rules->age_band(*text)) {
              out = band->id;
              return;
            }
            std::vector<std::string> known;
            for (const AgeBand& band : rules->ages) known.push_back(band.id);
            value.fault(fmt::format("there is no age band '{}'", *text), nearest_hint("", known));
          }};
}

// The age band's word on every key that it speaks of; what is written is read later and wins.
void apply_age(const Value& value, Profile& profile) {
  const auto age = value.find("age");
  const Rules* rules = value.context.rules;
  if (!age || age->node.kind != Node::Kind::Scalar || rules == nullptr) return;
  const AgeBand* band = rules->age_band(age->node.text);
  if (band == nullptr) return;  // told when the key itself is read
  profile.age = band->id;
  profile.log = band->log;
  profile.safe_search = band->safe_search;
  profile.youtube = band->youtube;
  profile.block_bypass = band->block_bypass;
  profile.unknown_blocked = band->unknown_blocked;
  profile.undecidable_blocked = band->undecidable_blocked;
  profile.threshold = band->threshold;
  profile.page_threshold = band->page_threshold;
  profile.block = blocked_by_age(*rules, band->id);
}

Type<policy::Strictness> strictness() {
  return choice<policy::Strictness>({{"strict", policy::Strictness::Strict},
                                     {"moderate", policy::Strictness::Moderate},
                                     {"off", policy::Strictness::Off}});
}

Type<bool> allow_or_block() {
  return choice<bool>({{"allow", false}, {"block", true}});
}

Table<Profile> make_profile_table() {
  return {
      {
          row("age", &Profile::age, age_band(), "",
              "Sets sensible defaults for everything below; anything written wins."),
          row("mode", &Profile::mode,
              choice<policy::Mode>(
                  {{"enforce", policy::Mode::Enforce}, {"watch", policy::Mode::Watch}}),
              "enforce", "watch: say what would be blocked, block nothing."),
          row("log", &Profile::log,
              choice<policy::LogLevel>({{"none", policy::LogLevel::None},
                                        {"counters", policy::LogLevel::Counters},
                                        {"blocked", policy::LogLevel::Blocked},
                                        {"all", policy::LogLevel::All}}),
              "blocked", "What is recorded: nothing, numbers, what was blocked, or everything."),
          row("log_reason", &Profile::log_reason, text(), "",
              "Why everything is recorded; needed with `log: all`, shown to the child."),
          whole_row<Profile>("block", {"list of category", read_block}, "[]",
                             "Categories that are blocked; 'age' stands for the age band's."),
          whole_row<Profile>("unblock", {"list of category", read_unblock}, "",
                             "Categories of the age band that are not blocked after all."),
          row("block_bypass", &Profile::block_bypass, yes_no(), "false",
              "Block ways round the filter: foreign resolvers, VPN, proxies."),
          whole_row("lists", counting_lists(), "all", "The lists that count here."),
          whole_row("services", section(services_table()), "{}", "Apps and sites by name."),
          row("safe_search", &Profile::safe_search, strictness(), "off",
              "Search engines leave out what is not for children."),
          row("youtube", &Profile::youtube, strictness(), "off", "YouTube's restricted mode."),
          row("allow", &Profile::allow, list_of(name_rule(), kNamesMax), "[]",
              "Sites that stay on, with all below them; =site for the name alone."),
          row("deny", &Profile::deny, list_of(name_rule(), kNamesMax), "[]",
              "Sites that stay off, written the same way."),
          row("unknown", &Profile::unknown_blocked, allow_or_block(), "allow",
              "Sites that nothing is known of."),
          row("undecidable", &Profile::undecidable_blocked, allow_or_block(), "allow",
              "Requests that hide what they want."),
          row("threshold", &Profile::threshold, number(1, kThresholdMax), "60",
              "How many points of suspicious words block a name; less is stricter."),
          row("phrases", &Profile::page_threshold, number_or_off(kThresholdMax), "100",
              "How many points of phrases block a page of plain HTTP; off: pages are not read."),
          whole_row("schedule", schedule(), "", "Bedtimes and hours of work."),
          whole_row("focus", section(focus_table()), "{}", "What stays on in focus or an exam."),
          row("quotas", &Profile::quotas, quotas(), "[]", "Minutes a day or week.",
              "this version does not count minutes; quotas do nothing yet"),
      },
      apply_age};
}

}  // namespace

const Table<Profile>& profile_table() {
  static const Table<Profile> table = make_profile_table();
  return table;
}

}  // namespace haetae::config
