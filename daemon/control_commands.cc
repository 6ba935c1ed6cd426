#include "daemon/control_commands.h"

#include <boost/json.hpp>

#include "daemon/clock.h"
#include "daemon/control_answer.h"

namespace haetae::daemon {

namespace json = boost::json;

namespace {

class StatusWriter {
 public:
  StatusWriter(const standing::Overview& overview, const policy::TimeZone& zone)
      : overview_(overview), zone_(zone) {}

  json::object write() const {
    json::array profiles;
    for (const auto& profile : overview_.profiles) profiles.push_back(of(profile));
    json::array waiting;
    for (const standing::Entry* const entry : overview_.waiting) waiting.push_back(of(*entry));
    return {{"time", zone_.rfc3339(overview_.now.wall)},
            {"clock_is_set", overview_.clock_is_set},
            {"profiles", std::move(profiles)},
            {"waiting", std::move(waiting)}};
  }

 private:
  json::value time_or_null(Time time) const {
    return time == kNever ? json::value(nullptr) : json::value(zone_.rfc3339(time));
  }
  json::object of(const standing::Entry& entry) const {
    return {{"id", entry.id},
            {"profile", entry.profile},
            {"what", word_of(entry)},
            {"thing", entry.thing.empty() ? json::value(nullptr) : json::value(entry.thing)},
            {"safe_search", !entry.lifts_safe_search},
            {"from", zone_.rfc3339(entry.from)},
            {"until", time_or_null(entry.until)}};
  }
  json::value of(const standing::Entry* entry) const {
    return entry == nullptr ? json::value(nullptr) : json::value(of(*entry));
  }
  json::value of(const policy::ScheduleState& state) const {
    if (!state.active) return nullptr;
    return json::object{{"until", time_or_null(state.next_edge)}};
  }
  json::object of(const standing::ProfileOverview& profile) const {
    json::array grants;
    for (const standing::Entry* const grant : profile.grants) grants.push_back(of(*grant));
    return {{"profile", profile.profile},
            {"pause", of(profile.pause)},
            {"focus", of(profile.focus)},
            {"bedtime", of(profile.bedtime)},
            {"timetabled_focus", of(profile.timetabled_focus)},
            {"grants", std::move(grants)}};
  }
  static std::string_view word_of(const standing::Entry& entry) {
    switch (entry.kind) {
      case standing::Kind::Pause: return "pause";
      case standing::Kind::Focus: return "focus";
      case standing::Kind::Grant: break;
    }
    switch (entry.subject) {
      case policy::GrantSubject::Name: return "site";
      case policy::GrantSubject::Service: return "service";
      case policy::GrantSubject::Category: return "category";
      case policy::GrantSubject::Bedtime: return "bedtime";
      case policy::GrantSubject::Quota: return "quota";
    }
    return {};
  }

  const standing::Overview& overview_;
  const policy::TimeZone& zone_;
};

}  // namespace

std::string ControlCommands::answer(std::string_view line) {
  const auto request = read_request(line);
  if (!request) return refusal_line(request.error());
  if (request->command == "status") return status();
  if (request->command == "asks") return asks();
  return carry_out(request->command, request->words);
}

std::string ControlCommands::carry_out(std::string_view command,
                                       const std::vector<std::string>& words) {
  const auto done = keeper_.carry_out(command, words);
  if (!done) return refusal_line(done.error().message, done.error().hint);
  if (keeper_.has_changed()) standing_.publish(keeper_.standing());
  json::object answer{{"ok", true},
                      {"said", json::array(done->said.begin(), done->said.end())},
                      {"kept", done->why_not_kept.empty()}};
  if (!done->why_not_kept.empty()) answer["why_not_kept"] = done->why_not_kept;
  return json::serialize(answer);
}

std::string ControlCommands::status() {
  const standing::Overview overview = keeper_.overview();
  const auto lines = standing::status_lines(overview, keeper_.zone());
  return json::serialize(json::object{{"ok", true},
                                      {"said", json::array(lines.begin(), lines.end())},
                                      {"status", StatusWriter(overview, keeper_.zone()).write()}});
}

std::string ControlCommands::asks() {
  const auto all = asks_.all(read_clock().wall);
  json::array said;
  for (const std::string& line : page::lines_of(all, keeper_.zone())) {
    said.push_back(json::value(line));
  }
  json::array asks;
  for (const page::Ask& ask : all) asks.push_back(json::parse(page::ask_line(ask)));
  return json::serialize(
      json::object{{"ok", true}, {"said", std::move(said)}, {"asks", std::move(asks)}});
}

}  // namespace haetae::daemon
