#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "policy/decide.h"
#include "support/policy_maker.h"

namespace haetae::policy {

// A Wednesday noon, UTC.
inline constexpr Time kNoon =
    std::chrono::sys_days{std::chrono::year{2025} / std::chrono::March / 5} +
    std::chrono::hours(12);

// One child, one of each kind of category, and whatever a test adds. The site everybody talks of is
// site.example.
struct Scene {
  Scene() {
    adult = maker.category("adult", CategoryKind::Harm);
    games = maker.category("games", CategoryKind::Topic);
    bypass = maker.category("bypass", CategoryKind::Bypass);
    education = maker.category("education", CategoryKind::KnownGood);
    illegal = maker.category("illegal", CategoryKind::Locked);
    child = maker.profile("little");
    profile().blocked.set(adult);
  }

  Profile& profile() { return maker.at(child); }
  ProfileStanding& on() {
    standing.profiles.resize(child + std::size_t{1});
    return standing.profiles[child];
  }
  Grant& grant(GrantSubject subject) {
    Grant grant;
    grant.profile = child;
    grant.subject = subject;
    grant.made = kNoon - std::chrono::hours(2);
    grant.from = kNoon - std::chrono::hours(2);
    grant.until = kNoon + std::chrono::hours(2);
    return standing.grants.emplace_back(grant);
  }
  static Schedule daily(int from_hour, int to_hour) {
    const Window window{static_cast<std::uint16_t>(from_hour * 60),
                        static_cast<std::uint16_t>(to_hour * 60)};
    ScheduleRow row;
    row.windows = {window};
    return Schedule({row});
  }

  Verdict ask(std::string_view name = "site.example", Time now = kNoon) {
    return ask_as(child, name, now);
  }
  Verdict ask_as(ProfileId who, std::string_view name, Time now = kNoon) {
    made = maker.make();
    Scratch scratch(*made);
    const Name asked = name_of(name);
    const Request request{
        .who = {.device = 0, .profile = who}, .kind = Kind::DnsName, .now = now, .name = &asked};
    return decide(*made, standing, request, scratch);
  }

  // "host/path", the host a name.
  Verdict ask_url(std::string_view url) {
    made = maker.make();
    Scratch scratch(*made);
    const std::size_t slash = url.find('/');
    const Name host = name_of(url.substr(0, slash));
    const list::UrlName whole = list::url_name(host, url.substr(slash));
    return decide(*made, standing,
                  {.who = {.device = 0, .profile = child},
                   .kind = Kind::HttpUrl,
                   .now = kNoon,
                   .name = &host,
                   .url = &whole,
                   .path = url.substr(slash)},
                  scratch);
  }

  // A name or an address that stands in an answer, under an Allow of the question that reaches so
  // far.
  Verdict ask_in_answer(std::string_view subject, Reach reach = Reach::Nothing,
                        bool may_lead_home = false, Time now = kNoon) {
    made = maker.make();
    Scratch scratch(*made);
    const auto address = IpAddress::from_text(subject);
    const Name name = address ? Name() : name_of(subject);
    return decide(*made, standing,
                  in_answer(child, address ? &*address : nullptr, &name, now, reach, may_lead_home),
                  scratch);
  }
  static Request in_answer(ProfileId who, const IpAddress* address, const Name* name, Time now,
                           Reach reach, bool may_lead_home) {
    return {.who = {.device = 0, .profile = who},
            .kind = Kind::DnsAnswer,
            .now = now,
            .name = address == nullptr ? name : nullptr,
            .address = address,
            .reach = reach,
            .may_lead_home = may_lead_home};
  }

  test::PolicyMaker maker;
  Standing standing;
  std::shared_ptr<const Policy> made;  // what was asked last
  CategoryId adult, games, bypass, education, illegal;
  ProfileId child;
};

}  // namespace haetae::policy
