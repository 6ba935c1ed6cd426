#pragma once

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "standing/order.h"
#include "standing/publish.h"
#include "support/policy_maker.h"

namespace haetae::standing {

using namespace std::chrono_literals;

// A family in Seoul on a Wednesday evening: Minji goes to bed at 21:00, Jun at 23:00 and has focus
// from 16:00 to 17:00; guests have no timetable; parents are adults.
struct Family {
  Family() {
    maker.zone = *policy::TimeZone::load("Asia/Seoul");
    maker.category("adult");
    maker.category("games", policy::CategoryKind::Topic);
    maker.category("illegal", policy::CategoryKind::Locked);
    maker.service("youtube", {"youtube.com"});
    maker.service("khan-academy", {"khanacademy.org"});
    for (const char* const name : {"minji", "jun", "guests", "parents"}) add_profile(name);
    maker.at(0).bedtime = window(21 * 60, 7 * 60);
    maker.at(1).bedtime = window(23 * 60, 6 * 60);
    maker.at(1).focus = window(16 * 60, 17 * 60);
    loaded.config.profiles.back().age = "adult";
    config::Rules rules;
    rules.ages.resize(1);
    rules.ages[0].id = "adult";
    rules.ages[0].meant_by_all = false;
    rules.services = {
        {.id = "youtube", .aliases = {"yt"}, .name = {{"en", "YouTube"}, {"ko", "유튜브"}}},
        {.id = "khan-academy", .aliases = {}, .name = {{"en", "Khan Academy"}}}};
    rules.categories = {{.id = "adult", .aliases = {"porn"}},
                        {.id = "games", .aliases = {}},
                        {.id = "illegal", .aliases = {}}};
    loaded.rules = std::make_shared<const config::Rules>(std::move(rules));
    now.wall = seoul(20, 0);
    now.since_boot = 100h;
    now.boot = 0xb007;
  }

  // Today at that time.
  static Time seoul(int hour, int minute, int second = 0) {
    return Time(std::chrono::sys_days{std::chrono::year{2026} / std::chrono::March / 4}) +
           std::chrono::hours(hour - 9) + minutes(minute) + seconds(second);
  }
  static policy::Schedule window(int from, int to) {
    policy::ScheduleRow row;
    row.windows = {{static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to)}};
    return policy::Schedule({row});
  }
  void add_profile(const std::string& name) {
    maker.profile(name);
    loaded.config.profiles.push_back({.name = name});
  }
  Catalogue catalogue() const { return {maker.make(), loaded}; }

  // What is said, a line each, or "refused: …; …". "pause minji 30m" as a parent types it.
  std::string say(const std::string& words) {
    std::istringstream in(words);
    std::vector<std::string> list;
    for (std::string word; in >> word;) list.push_back(word);
    const std::string command = list.front();
    list.erase(list.begin());
    const Catalogue known = catalogue();
    const auto done = carry_out({known, book, now}, command, list);
    if (!done) return "refused: " + to_text(done.error());
    for (const Change& change : done->changes) apply(book, change);
    std::string said;
    for (const std::string& line : done->said) said += (said.empty() ? "" : "\n") + line;
    return said;
  }
  // Real time goes by: all clocks see it.
  void pass(milliseconds time) {
    now.wall += time;
    now.since_boot += time;
  }
  // Somebody sets the wall clock.
  void set_clock(Time wall) {
    const Time before = now.wall;
    now.wall = wall;
    follow_clock(book, before, now);
  }
  // The machine starts anew, as the journal has it.
  void reboot(Time wall) {
    now = {.wall = wall, .since_boot = 1min, .boot = now.boot + 1};
    follow_clock(book, std::nullopt, now);
  }
  policy::Standing standing() const { return publish(book, *maker.make(), now); }
  // The verdict's reason for a child that asks for a name now.
  policy::Reason ask(policy::ProfileId profile, std::string_view name = "site.example") const {
    const auto policy = maker.make();
    policy::Scratch scratch(*policy);
    const Name asked = name_of(name);
    const policy::Request request{.who = {.device = 0, .profile = profile},
                                  .kind = policy::Kind::DnsName,
                                  .now = now.wall,
                                  .name = &asked};
    return policy::decide(*policy, publish(book, *policy, now), request, scratch).reason;
  }

  test::PolicyMaker maker;
  config::Loaded loaded;
  Book book;
  Moment now;
};
inline constexpr policy::ProfileId kMinji = 0;
inline constexpr policy::ProfileId kJun = 1;

}  // namespace haetae::standing
