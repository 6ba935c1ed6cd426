#include "standing/overview.h"

#include <fmt/format.h>

#include <unordered_map>

#include "policy/decide.h"
#include "standing/draft.h"
#include "standing/publish.h"

namespace haetae::standing {
namespace {

void add(const Entry& entry, const Moment& now, ProfileOverview& out) {
  switch (entry.kind) {
    case Kind::Pause: out.pause = &entry; return;
    case Kind::Focus: out.focus = &entry; return;
    case Kind::Grant: break;
  }
  out.grants.push_back(&entry);
  out.bedtime_is_lifted |= entry.subject == policy::GrantSubject::Bedtime && entry.from <= now.wall;
}

// Writes one profile's lines.
class Lines {
 public:
  Lines(const Overview& overview, const policy::TimeZone& zone, std::vector<std::string>& out)
      : overview_(overview), zone_(zone), out_(out) {}

  void add(const ProfileOverview& profile) {
    const std::size_t before = out_.size();
    if (profile.pause != nullptr) say(profile, "paused", *profile.pause);
    if (profile.focus != nullptr) say(profile, "in focus", *profile.focus);
    if (profile.timetabled_focus.active) {
      say(profile, "in focus by the timetable", profile.timetabled_focus.next_edge);
    }
    add_bedtime(profile);
    for (const Entry* const grant : profile.grants) {
      std::string what = "may use " + thing_text(*grant);
      if (grant->subject == policy::GrantSubject::Bedtime) what = "may stay up";
      if (grant->subject == policy::GrantSubject::Quota) what = "has more time";
      if (grant->lifts_safe_search) what += ", without safe search,";
      if (grant->from > overview_.now.wall) what += fmt::format(" from {}", at(grant->from));
      say(profile, what, *grant);
    }
    if (out_.size() == before) out_.push_back(fmt::format("{}: nothing is on", profile.profile));
  }
  std::string at(Time time) const { return clock_text(time, overview_.now, zone_); }

 private:
  void add_bedtime(const ProfileOverview& profile) {
    if (!profile.has_bedtime) return;
    if (profile.bedtime.active) {
      say(profile, profile.bedtime_is_lifted ? "bedtime, lifted for now," : "bedtime",
          profile.bedtime.next_edge);
    } else {
      out_.push_back(
          fmt::format("{}: bedtime begins at {}", profile.profile, at(profile.bedtime.next_edge)));
    }
  }
  void say(const ProfileOverview& profile, std::string_view what, Time until) {
    out_.push_back(fmt::format("{}: {} until {}", profile.profile, what, at(until)));
  }
  void say(const ProfileOverview& profile, std::string_view what, const Entry& entry) {
    const std::string end = entry.until == kNever ? "it is ended" : at(entry.until);
    out_.push_back(fmt::format("{}: {} until {} [{}]", profile.profile, what, end, entry.id));
  }

  const Overview& overview_;
  const policy::TimeZone& zone_;
  std::vector<std::string>& out_;
};

}  // namespace

Overview overview(const Book& book, const policy::Policy& policy, const Moment& now) {
  Overview out;
  out.now = now;
  out.clock_is_set = now.wall >= policy::kClockCredibleFrom;
  out.waiting = waiting(book, policy, now);
  std::unordered_map<std::string_view, std::size_t> places;
  for (const policy::Profile& profile : policy.profiles) {
    places.emplace(profile.name, out.profiles.size());
    ProfileOverview row{.profile = profile.name};
    row.has_bedtime = !profile.bedtime.empty() && out.clock_is_set;
    if (out.clock_is_set) {
      row.bedtime = profile.bedtime.at(now.wall, policy.zone);
      row.timetabled_focus = profile.focus.at(now.wall, policy.zone);
    }
    out.profiles.push_back(std::move(row));
  }
  auto waits = out.waiting.begin();  // by id, as the book
  for (const auto& [id, entry] : book.entries) {
    if (waits != out.waiting.end() && *waits == &entry) {
      ++waits;
    } else if (!is_over(entry, now)) {
      add(entry, now, out.profiles[places.at(entry.profile)]);
    }
  }
  return out;
}

std::vector<std::string> status_lines(const Overview& overview, const policy::TimeZone& zone) {
  std::vector<std::string> out;
  Lines lines(overview, zone, out);
  if (overview.clock_is_set) {
    out.push_back(fmt::format("it is {}", lines.at(overview.now.wall)));
  } else {
    out.push_back(
        "the clock of this machine is not set yet: bedtime and focus hold for everybody "
        "who has them, and so does every pause");
  }
  for (const ProfileOverview& profile : overview.profiles) lines.add(profile);
  for (const Entry* const entry : overview.waiting) {
    out.push_back(fmt::format("waiting: {} of {}, which the configuration does not know [{}]",
                              thing_text(*entry), entry->profile, entry->id));
  }
  return out;
}

}  // namespace haetae::standing
