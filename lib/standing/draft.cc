#include "standing/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "policy/decide.h"

namespace haetae::standing {
namespace {

using policy::GrantSubject;

// What waits for a profile that is gone, and has no end of its own, is forgotten after a while.
bool waits_in_vain(const Entry& entry, const World& world) {
  const auto& profiles = world.known.policy().profiles;
  const bool is_known =
      std::ranges::find(profiles, entry.profile, &policy::Profile::name) != profiles.end();
  return !is_known && entry.until == kNever &&
         world.now.wall - entry.made > limits::kStandingWaitsMax;
}

// The manual pause or focus that is on for a profile.
const Entry* entry_of(const World& world, Kind kind, const std::string& profile) {
  for (const auto& [id, entry] : world.book.entries) {
    if (entry.kind == kind && entry.profile == profile && !is_over(entry, world.now)) return &entry;
  }
  return nullptr;
}

bool bedtime_is_lifted(const World& world, const std::string& profile) {
  return std::ranges::any_of(world.book.entries, [&](const auto& row) {
    const Entry& entry = row.second;
    return entry.kind == Kind::Grant && entry.subject == GrantSubject::Bedtime &&
           entry.profile == profile && entry.from <= world.now.wall && !is_over(entry, world.now);
  });
}

std::string obstacle_text(const Entry& entry, std::string_view what, Time until,
                          const World& world) {
  const std::string end = until == kNever
                              ? "until it is ended"
                              : "until " + clock_text(until, world.now, world.known.policy().zone);
  return fmt::format("note: {}'s {} holds {} all the same", entry.profile, what, end);
}

}  // namespace

Entry Draft::entry(Kind kind, const std::string& profile, const std::optional<End>& end) {
  const Moment& now = world_.now;
  Entry entry;
  entry.id = next_id_++;
  entry.kind = kind;
  entry.profile = profile;
  entry.made = entry.from = now.wall;
  if (end && end->until) entry.until = *end->until;
  if (end && end->length) {
    entry.until = now.wall + *end->length;
    entry.anchor = {now.boot, now.since_boot + *end->length};
  }
  return entry;
}

std::expected<Done, Refusal> Draft::finish() {
  if (done_.changes.empty()) return std::move(done_);
  std::set<std::uint64_t> ended;
  std::size_t begun = 0;
  for (const Change& change : done_.changes) {
    if (change.put) {
      ++begun;
    } else {
      ended.insert(change.ended);
    }
  }
  for (const auto& [id, entry] : world_.book.entries) {
    if (!is_over(entry, world_.now) && !waits_in_vain(entry, world_)) continue;
    if (ended.insert(id).second) end(entry);
  }
  if (world_.book.entries.size() - ended.size() + begun > limits::kStandingEntriesMax) {
    return std::unexpected(Refusal{"too much is on already", "end something first: haetae status"});
  }
  return std::move(done_);
}

std::string Draft::until_text(Time until) const {
  return "until " + clock_text(until, world_.now, policy().zone);
}

std::expected<std::vector<std::string>, Refusal> named_profiles(const World& world, Words words,
                                                                bool to_end) {
  if (words.empty()) {
    return std::unexpected(Refusal{"whose?", "name a profile, or all"});
  }
  const std::string& word = words.front();
  const policy::Policy& policy = world.known.policy();
  const auto profile = world.known.profile(word);
  if (profile) return std::vector{policy.profiles[*profile].name};
  const auto is_on_for = [&](const auto& row) { return row.second.profile == word; };
  if (to_end && std::ranges::any_of(world.book.entries, is_on_for)) return std::vector{word};
  if (word != "all") return std::unexpected(profile.error());
  std::set<std::string> names;
  for (const policy::ProfileId id : world.known.all()) names.insert(policy.profiles[id].name);
  if (to_end) {
    for (const auto& [id, entry] : world.book.entries) names.insert(entry.profile);
  }
  if (names.empty()) {
    return std::unexpected(
        Refusal{"`all` means nobody here: there are only adults and things", "name a profile"});
  }
  return std::vector(names.begin(), names.end());
}

std::string names_text(std::span<const std::string> names) {
  if (names.size() < 2) return names.empty() ? std::string("nobody") : names.front();
  return fmt::format("{} and {}", fmt::join(names.first(names.size() - 1), ", "), names.back());
}

std::string names_with_verb(std::span<const std::string> names) {
  return names_text(names) + (names.size() < 2 ? " is" : " are");
}

std::string thing_text(const Entry& entry) {
  switch (entry.kind) {
    case Kind::Pause: return "pause";
    case Kind::Focus: return "focus";
    case Kind::Grant: break;
  }
  switch (entry.subject) {
    case GrantSubject::Name: return "site " + entry.thing;
    case GrantSubject::Service: return "service " + entry.thing;
    case GrantSubject::Category: return "category " + entry.thing;
    case GrantSubject::Bedtime: return "bedtime";
    case GrantSubject::Quota: return "quota";
  }
  return {};
}

// In the order of policy::decide(): pause, focus, bedtime, then what is granted.
std::string obstacle_to(const Entry& entry, const World& world) {
  const auto profile = world.known.profile(entry.profile);
  if (!profile || world.now.wall < policy::kClockCredibleFrom) return {};
  const policy::Policy& policy = world.known.policy();
  const policy::Profile& rules = policy.profiles[*profile];
  const bool is_grant = entry.kind == Kind::Grant;
  const bool names_something =
      is_grant && entry.subject != GrantSubject::Bedtime && entry.subject != GrantSubject::Quota;
  if (is_grant && !names_something) {
    const Entry* const pause = entry_of(world, Kind::Pause, entry.profile);
    if (pause != nullptr) return obstacle_text(entry, "pause", pause->until, world);
  }
  if (is_grant) {
    const Entry* const focus = entry_of(world, Kind::Focus, entry.profile);
    if (focus != nullptr) return obstacle_text(entry, "focus", focus->until, world);
  }
  const policy::ScheduleState focus = rules.focus.at(world.now.wall, policy.zone);
  if (focus.active) {
    return obstacle_text(entry, "focus by the timetable", focus.next_edge, world);
  }
  if (entry.kind == Kind::Focus || (is_grant && !names_something)) return {};
  const policy::ScheduleState bedtime = rules.bedtime.at(world.now.wall, policy.zone);
  if (!bedtime.active || bedtime_is_lifted(world, entry.profile)) return {};
  return obstacle_text(entry, "bedtime", bedtime.next_edge, world);
}

}  // namespace haetae::standing
