#include <gmock/gmock.h>

#include "policy/scene.h"

namespace haetae::policy {
namespace {

using namespace std::chrono_literals;

// A way for one step to speak of site.example, and what it then says.
struct Speaker {
  const char* what;
  int step;  // place in DESIGN's order; speakers of one step are not compared with each other
  Action action;
  Reason reason;
  void (*speak)(Scene& scene);
};

const Speaker kSpeakers[] = {
    {"a locked list", 1, Action::Block, Reason::Locked,
     [](Scene& s) { s.maker.list("law", s.illegal, {"||site.example^"}); }},
    {"a name of the house", 2, Action::Allow, Reason::House,
     [](Scene& s) { s.maker.mark(MarkKind::House, "site.example"); }},
    {"a help line", 2, Action::Allow, Reason::Help,
     [](Scene& s) { s.maker.mark(MarkKind::Help, "site.example"); }},
    {"a pause", 3, Action::Block, Reason::Paused,
     [](Scene& s) { s.on().paused_since = kNoon - 1h; }},
    {"focus by schedule", 4, Action::Block, Reason::Focus,
     [](Scene& s) { s.profile().focus = Scene::daily(9, 15); }},
    {"an exam begun by hand", 4, Action::Block, Reason::Focus,
     [](Scene& s) { s.on().focus_until = kNoon + 1h; }},
    {"bedtime", 5, Action::Block, Reason::Bedtime,
     [](Scene& s) { s.profile().bedtime = Scene::daily(11, 13); }},
    {"a used-up total quota", 6, Action::Block, Reason::QuotaUsed,
     [](Scene& s) { s.on().quota_used_until = kNoon + 12h; }},
    {"a grant of the name", 7, Action::Allow, Reason::Granted,
     [](Scene& s) { s.grant(GrantSubject::Name).name = name_of("example"); }},
    {"the guardian's allow", 8, Action::Allow, Reason::AllowedByGuardian,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child); }},
    {"the guardian's deny", 8, Action::Block, Reason::DeniedByGuardian,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianDeny, "site.example", s.child); }},
    {"a bypass list", 9, Action::Block, Reason::Bypass,
     [](Scene& s) {
       s.profile().block_bypass = true;
       s.maker.list("ways round", s.bypass, {"||site.example^"});
     }},
    {"a blocked service", 10, Action::Block, Reason::ServiceBlocked,
     [](Scene& s) {
       const ServiceId service = s.maker.service("tiktok", {"site.example"});
       s.maker.service_of(s.child, service).rule = ServiceRule::Block;
     }},
    {"a service out of hours", 10, Action::Block, Reason::ServiceBlocked,
     [](Scene& s) {
       const ServiceId service = s.maker.service("roblox", {"site.example"});
       s.maker.service_of(s.child, service).hours = Scene::daily(16, 18);
     }},
    {"a service's used-up quota", 10, Action::Block, Reason::QuotaUsed,
     [](Scene& s) {
       const ServiceId service = s.maker.service("youtube", {"site.example"});
       s.maker.service_of(s.child, service).has_quota = true;
       s.on().used_services = {{service, kNoon + 12h}};
     }},
    {"an allowed service", 10, Action::Allow, Reason::ServiceAllowed,
     [](Scene& s) {
       const ServiceId service = s.maker.service("khan-academy", {"site.example"});
       s.maker.service_of(s.child, service).rule = ServiceRule::Allow;
     }},
    {"a list of a blocked category", 11, Action::Block, Reason::Category,
     [](Scene& s) { s.maker.list("adult-one", s.adult, {"||site.example^"}); }},
    {"the letters of the name", 12, Action::Block, Reason::Pattern,
     [](Scene& s) { s.maker.pattern("adult/site", "site", s.adult, 80); }},
    {"the default for the unknown", 13, Action::Block, Reason::UnknownBlocked,
     [](Scene& s) { s.profile().unknown_blocked = true; }},
    {"nothing", 14, Action::Allow, Reason::NoRuleMatched, [](Scene&) {}},
};

TEST(DecideOrder, EveryStepSpeaksWhenItIsAlone) {
  for (const Speaker& speaker : kSpeakers) {
    Scene scene;
    speaker.speak(scene);
    const Verdict verdict = scene.ask();
    EXPECT_EQ(verdict.reason, speaker.reason) << speaker.what;
    EXPECT_EQ(verdict.action, speaker.action) << speaker.what;
    EXPECT_FALSE(verdict.watched) << speaker.what;
  }
}

// Neighbours and all others: whichever was set up first, the higher step speaks.
TEST(DecideOrder, OfAnyTwoStepsTheHigherOneSpeaks) {
  for (const Speaker& higher : kSpeakers) {
    for (const Speaker& lower : kSpeakers) {
      if (higher.step >= lower.step) continue;
      Scene scene;
      higher.speak(scene);
      lower.speak(scene);
      const Verdict verdict = scene.ask();
      EXPECT_EQ(verdict.reason, higher.reason) << higher.what << " and " << lower.what;
      EXPECT_EQ(verdict.action, higher.action) << higher.what << " and " << lower.what;
      Scene other_way_round;
      lower.speak(other_way_round);
      higher.speak(other_way_round);
      EXPECT_EQ(other_way_round.ask().reason, higher.reason)
          << lower.what << " and " << higher.what;
    }
  }
}

TEST(DecideOrder, OnlyLockedEnforcesInAProfileThatWatches) {
  for (const Speaker& speaker : kSpeakers) {
    Scene scene;
    scene.profile().mode = Mode::Watch;
    speaker.speak(scene);
    const Verdict verdict = scene.ask();
    const bool enforced = speaker.reason == Reason::Locked;
    EXPECT_EQ(verdict.action, enforced ? Action::Block : Action::Allow) << speaker.what;
    EXPECT_EQ(verdict.watched, speaker.action == Action::Block && !enforced) << speaker.what;
    EXPECT_EQ(verdict.reason, speaker.reason) << speaker.what;
  }
}

// The steps that are about time speak without a name too; the rest is the profile's own rule.
TEST(DecideOrder, WhatHasNoNameIsJudgedByTimeAndByTheProfile) {
  for (const Speaker& speaker : kSpeakers) {
    Scene scene;
    speaker.speak(scene);
    scene.profile().undecidable_blocked = true;
    const auto policy = scene.maker.make();
    const Request request{.who = {.device = 0, .profile = scene.child},
                          .kind = Kind::TlsName,
                          .now = kNoon,
                          .name = nullptr};
    const Verdict verdict = undecidable(*policy, scene.standing, request);
    const bool is_time = speaker.step >= 3 && speaker.step <= 6;
    EXPECT_EQ(verdict.reason, is_time ? speaker.reason : Reason::Undecidable) << speaker.what;
    EXPECT_EQ(verdict.action, Action::Block) << speaker.what;
  }
  Scene open;
  const auto policy = open.maker.make();
  Scratch scratch(*policy);
  const Request request{.who = {}, .kind = Kind::TlsName, .now = kNoon, .name = nullptr};
  EXPECT_EQ(decide(*policy, open.standing, request, scratch).action, Action::Allow);
  EXPECT_EQ(decide(*policy, open.standing, request, scratch).reason, Reason::Undecidable);
}

}  // namespace
}  // namespace haetae::policy
