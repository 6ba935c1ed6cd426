#include <gmock/gmock.h>

#include "policy/scene.h"

// What each step takes for its own, beyond its height.
namespace haetae::policy {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char* what;
  void (*set_up)(Scene& scene);
  const char* name;
  Action action;
  Reason reason;
};

void expect_all(std::span<const Case> cases) {
  for (const Case& row : cases) {
    Scene scene;
    row.set_up(scene);
    const Verdict verdict = scene.ask(row.name);
    EXPECT_EQ(verdict.action, row.action) << row.what;
    EXPECT_EQ(verdict.reason, row.reason) << row.what;
  }
}

void pause_an_hour_ago(Scene& s) {
  s.on().paused_since = kNoon - 1h;
}

TEST(Pause, EndsAndYieldsOnlyToLaterGrants) {
  const Case cases[] = {
      {"a pause with an end is over at it",
       [](Scene& s) {
         pause_an_hour_ago(s);
         s.on().paused_until = kNoon;
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a pause that begins later does not hold yet",
       [](Scene& s) { s.on().paused_since = kNoon + 1h; }, "site.example", Action::Allow,
       Reason::NoRuleMatched},
      {"a grant made after the pause goes through it",
       [](Scene& s) {
         pause_an_hour_ago(s);
         Grant& grant = s.grant(GrantSubject::Name);
         grant.name = name_of("site.example");
         grant.made = kNoon - 1min;
       },
       "www.site.example", Action::Allow, Reason::Granted},
      {"but for its own name only",
       [](Scene& s) {
         pause_an_hour_ago(s);
         Grant& grant = s.grant(GrantSubject::Name);
         grant.name = name_of("site.example");
         grant.made = kNoon - 1min;
       },
       "other.example", Action::Block, Reason::Paused},
      {"a grant of evening time made after it names no site",
       [](Scene& s) {
         pause_an_hour_ago(s);
         s.grant(GrantSubject::Bedtime).made = kNoon - 1min;
       },
       "site.example", Action::Block, Reason::Paused},
      {"a later grant of a category goes through it too",
       [](Scene& s) {
         pause_an_hour_ago(s);
         s.maker.list("games-one", s.games, {"||site.example^"});
         Grant& grant = s.grant(GrantSubject::Category);
         grant.id = s.games;
         grant.made = kNoon - 1min;
       },
       "site.example", Action::Allow, Reason::Granted},
  };
  expect_all(cases);
}

void focus_now(Scene& s) {
  s.profile().focus = Scene::daily(9, 15);
}

TEST(Focus, LeavesItsListAndCategoriesToTheStepsBelow) {
  const Case cases[] = {
      {"a name of its list",
       [](Scene& s) {
         focus_now(s);
         s.maker.mark(MarkKind::FocusAllow, "site.example", s.child);
       },
       "www.site.example", Action::Allow, Reason::NoRuleMatched},
      {"another profile's list is not its own",
       [](Scene& s) {
         focus_now(s);
         s.maker.mark(MarkKind::FocusAllow, "site.example",
                      static_cast<std::uint16_t>(s.child + 1));
       },
       "site.example", Action::Block, Reason::Focus},
      {"an exact name does not cover what is below",
       [](Scene& s) {
         focus_now(s);
         s.maker.mark(MarkKind::FocusAllow, "=site.example", s.child);
       },
       "www.site.example", Action::Block, Reason::Focus},
      {"a named category, by its lists",
       [](Scene& s) {
         focus_now(s);
         s.profile().focus_categories.set(s.education);
         s.maker.list("schools", s.education, {"||site.example^"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"but not what the category's list excepts",
       [](Scene& s) {
         focus_now(s);
         s.profile().focus_categories.set(s.education);
         s.maker.list("schools", s.education, {"||site.example^", "@@||chat.site.example^"});
       },
       "chat.site.example", Action::Block, Reason::Focus},
      {"reachable in focus, yet in a blocked category",
       [](Scene& s) {
         focus_now(s);
         s.maker.mark(MarkKind::FocusAllow, "site.example", s.child);
         s.maker.list("adult-one", s.adult, {"||site.example^"});
       },
       "site.example", Action::Block, Reason::Category},
      {"an exam begun by hand ends", [](Scene& s) { s.on().focus_until = kNoon; }, "site.example",
       Action::Allow, Reason::NoRuleMatched},
  };
  expect_all(cases);
}

TEST(Time, IsLiftedByItsOwnGrantOnly) {
  const Case cases[] = {
      {"evening time lifts bedtime",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 13);
         s.grant(GrantSubject::Bedtime);
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"more minutes do not",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 13);
         s.grant(GrantSubject::Quota);
       },
       "site.example", Action::Block, Reason::Bedtime},
      {"more minutes lift a used-up total",
       [](Scene& s) {
         s.on().quota_used_until = kNoon + 12h;
         s.grant(GrantSubject::Quota);
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"more minutes lift a used-up service",
       [](Scene& s) {
         const ServiceId service = s.maker.service("youtube", {"site.example"});
         s.on().used_services = {{service, kNoon + 12h}};
         s.grant(GrantSubject::Quota);
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a grant that is over lifts nothing",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 13);
         s.grant(GrantSubject::Bedtime).until = kNoon;
       },
       "site.example", Action::Block, Reason::Bedtime},
      {"a grant for later lifts nothing yet",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 13);
         s.grant(GrantSubject::Bedtime).from = kNoon + 1min;
       },
       "site.example", Action::Block, Reason::Bedtime},
      {"a quota is back at its reset", [](Scene& s) { s.on().quota_used_until = kNoon; },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"another child's grant lifts nothing",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 13);
         s.grant(GrantSubject::Bedtime).profile = static_cast<ProfileId>(s.child + 1);
       },
       "site.example", Action::Block, Reason::Bedtime},
  };
  expect_all(cases);
}

void block_in(Scene& s, CategoryId category, std::string list) {
  s.profile().blocked.set(category);
  s.maker.list(std::move(list), category, {"||site.example^"});
}

TEST(Grant, CoversWhatItNames) {
  const Case cases[] = {
      {"a service's own names",
       [](Scene& s) {
         s.grant(GrantSubject::Service).id = s.maker.service("youtube", {"site.example"});
         block_in(s, s.adult, "adult-one");
       },
       "www.site.example", Action::Allow, Reason::Granted},
      {"a service's shared names, without which it does not work",
       [](Scene& s) {
         s.grant(GrantSubject::Service).id = s.maker.service("youtube", {}, {"site.example"});
         block_in(s, s.adult, "adult-one");
       },
       "cdn.site.example", Action::Allow, Reason::Granted},
      {"a category by its lists",
       [](Scene& s) {
         block_in(s, s.games, "games-one");
         s.grant(GrantSubject::Category).id = s.games;
       },
       "site.example", Action::Allow, Reason::Granted},
      {"but not a name that another blocked category holds too",
       [](Scene& s) {
         block_in(s, s.games, "games-one");
         block_in(s, s.adult, "adult-one");
         s.grant(GrantSubject::Category).id = s.games;
       },
       "site.example", Action::Block, Reason::Category},
      {"unless that one is granted as well",
       [](Scene& s) {
         block_in(s, s.games, "games-one");
         block_in(s, s.adult, "adult-one");
         s.grant(GrantSubject::Category).id = s.games;
         s.grant(GrantSubject::Category).id = s.adult;
       },
       "site.example", Action::Allow, Reason::Granted},
      {"or its list only watches",
       [](Scene& s) {
         block_in(s, s.games, "games-one");
         block_in(s, s.adult, "adult-one");
         s.maker.entry(1).mode = Mode::Watch;
         s.grant(GrantSubject::Category).id = s.games;
       },
       "site.example", Action::Allow, Reason::Granted},
      {"a category guessed from the name",
       [](Scene& s) {
         s.maker.pattern("adult/site", "site", s.adult, 80);
         s.grant(GrantSubject::Category).id = s.adult;
       },
       "site.example", Action::Allow, Reason::Granted},
      {"a category that does not exist is nobody's",
       [](Scene& s) {
         block_in(s, s.adult, "adult-one");
         s.grant(GrantSubject::Category).id = kNone;
       },
       "site.example", Action::Block, Reason::Category},
  };
  expect_all(cases);
}

TEST(GuardiansWord, LongestSuffixWinsAndAllowWinsATie) {
  const auto allow = [](Scene& s, const char* name) {
    s.maker.mark(MarkKind::GuardianAllow, name, s.child);
  };
  const auto deny = [](Scene& s, const char* name) {
    s.maker.mark(MarkKind::GuardianDeny, name, s.child);
  };
  struct Row {
    const char* what;
    std::vector<const char*> allowed;
    std::vector<const char*> denied;
    const char* name;
    Reason reason;
  };
  const Row rows[] = {
      {"a longer deny beats a shorter allow",
       {"example"},
       {"site.example"},
       "www.site.example",
       Reason::DeniedByGuardian},
      {"a longer allow beats a shorter deny",
       {"site.example"},
       {"example"},
       "www.site.example",
       Reason::AllowedByGuardian},
      {"allow wins a tie",
       {"site.example"},
       {"site.example"},
       "www.site.example",
       Reason::AllowedByGuardian},
      {"'=' speaks of the name itself",
       {"=site.example"},
       {"example"},
       "site.example",
       Reason::AllowedByGuardian},
      {"'=' says nothing of what is below",
       {"=site.example"},
       {"example"},
       "www.site.example",
       Reason::DeniedByGuardian},
      {"the siblings are not meant", {}, {"site.example"}, "other.example", Reason::NoRuleMatched},
      {"a name that only ends in the same letters",
       {},
       {"site.example"},
       "mysite.example",
       Reason::NoRuleMatched},
  };
  for (const Row& row : rows) {
    Scene scene;
    for (const char* name : row.allowed) allow(scene, name);
    for (const char* name : row.denied) deny(scene, name);
    EXPECT_EQ(scene.ask(row.name).reason, row.reason) << row.what;
  }
  Scene other;
  other.maker.mark(MarkKind::GuardianDeny, "site.example", other.child);
  EXPECT_EQ(other.ask_as(other.maker.profile("big"), "site.example").reason, Reason::NoRuleMatched)
      << "another profile's lists say nothing here";
}

TEST(Bypass, IsJudgedWhereTheProfileSaysSo) {
  const auto listed = [](Scene& s) { s.maker.list("ways round", s.bypass, {"||site.example^"}); };
  Scene silent;
  listed(silent);
  EXPECT_EQ(silent.ask().reason, Reason::NoRuleMatched);
  Scene by_switch;
  listed(by_switch);
  by_switch.profile().block_bypass = true;
  EXPECT_EQ(by_switch.ask().reason, Reason::Bypass);
  Scene by_category;
  listed(by_category);
  by_category.profile().blocked.set(by_category.bypass);
  EXPECT_EQ(by_category.ask().reason, Reason::Bypass);
}

TEST(Bypass, ShowsByItselfWithoutAnyList) {
  for (const bool block_bypass : {false, true}) {
    Scene scene;
    scene.profile().block_bypass = block_bypass;
    const auto policy = scene.maker.make();
    Scratch scratch(*policy);
    const Name name = name_of("site.example");
    Request request{{}, Kind::TlsName, kNoon, &name};
    request.who.profile = scene.child;
    EXPECT_EQ(decide(*policy, {}, request, scratch).reason, Reason::NoRuleMatched);
    request.technique = Technique::DnsOverTls;
    EXPECT_EQ(decide(*policy, {}, request, scratch).reason,
              block_bypass ? Reason::Bypass : Reason::NoRuleMatched);
  }
}

TEST(Services, NearestNameSpeaksAndSharedNamesAreNeverBlocked) {
  const Case cases[] = {
      {"a shared name of a blocked service",
       [](Scene& s) {
         const ServiceId service = s.maker.service("tiktok", {}, {"site.example"});
         s.maker.service_of(s.child, service).rule = ServiceRule::Block;
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a shared name of an allowed service is judged like any other",
       [](Scene& s) {
         const ServiceId service = s.maker.service("khan", {}, {"site.example"});
         s.maker.service_of(s.child, service).rule = ServiceRule::Allow;
         s.maker.list("adult-one", s.adult, {"||site.example^"});
       },
       "site.example", Action::Block, Reason::Category},
      {"an allowed service inside a blocked one",
       [](Scene& s) {
         const ServiceId video = s.maker.service("video", {"site.example"});
         const ServiceId music = s.maker.service("music", {"music.site.example"});
         s.maker.service_of(s.child, video).rule = ServiceRule::Block;
         s.maker.service_of(s.child, music).rule = ServiceRule::Allow;
       },
       "www.music.site.example", Action::Allow, Reason::ServiceAllowed},
      {"a service inside a blocked one of which nothing is said",
       [](Scene& s) {
         const ServiceId video = s.maker.service("video", {"site.example"});
         s.maker.service("music", {"music.site.example"});
         s.maker.service_of(s.child, video).rule = ServiceRule::Block;
       },
       "music.site.example", Action::Block, Reason::ServiceBlocked},
      {"an allow wins a tie",
       [](Scene& s) {
         const ServiceId one = s.maker.service("one", {"site.example"});
         const ServiceId two = s.maker.service("two", {"site.example"});
         s.maker.service_of(s.child, one).rule = ServiceRule::Block;
         s.maker.service_of(s.child, two).rule = ServiceRule::Allow;
       },
       "site.example", Action::Allow, Reason::ServiceAllowed},
      {"an allowed service out of its hours",
       [](Scene& s) {
         ProfileService& rule =
             s.maker.service_of(s.child, s.maker.service("khan", {"site.example"}));
         rule.rule = ServiceRule::Allow;
         rule.hours = Scene::daily(16, 18);
       },
       "site.example", Action::Block, Reason::ServiceBlocked},
      {"a service inside its hours is left to the categories",
       [](Scene& s) {
         s.maker.service_of(s.child, s.maker.service("khan", {"site.example"})).hours =
             Scene::daily(9, 18);
         s.maker.list("adult-one", s.adult, {"||site.example^"});
       },
       "site.example", Action::Block, Reason::Category},
  };
  expect_all(cases);
}

TEST(Patterns, WeighAgainstTheThresholdInBlockedCategoriesOnly) {
  const Case cases[] = {
      {"below the threshold", [](Scene& s) { s.maker.pattern("adult/site", "site", s.adult, 59); },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"at the threshold", [](Scene& s) { s.maker.pattern("adult/site", "site", s.adult, 60); },
       "site.example", Action::Block, Reason::Pattern},
      {"a category that the profile does not block",
       [](Scene& s) { s.maker.pattern("games/site", "site", s.games, 90); }, "site.example",
       Action::Allow, Reason::NoRuleMatched},
      {"a stronger one that is not blocked does not hide a weaker one that is",
       [](Scene& s) {
         s.maker.pattern("games/site", "site", s.games, 90);
         s.maker.pattern("adult/site", "site", s.adult, 70);
       },
       "site.example", Action::Block, Reason::Pattern},
      {"what a known-good list holds is not guessed about",
       [](Scene& s) {
         s.maker.pattern("adult/site", "site", s.adult, 90);
         s.maker.list("schools", s.education, {"||site.example^"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
  };
  expect_all(cases);
}

TEST(Unknown, IsWhatNobodySpeaksOf) {
  const Case cases[] = {
      {"nobody", [](Scene& s) { s.profile().unknown_blocked = true; }, "other.example",
       Action::Block, Reason::UnknownBlocked},
      {"a known-good list",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.list("schools", s.education, {"||site.example^"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a list of a category that is not blocked",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.list("games-one", s.games, {"||site.example^"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a list that does not count here",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.list("schools", s.education, {"||site.example^"});
         s.profile().lists = {false};
       },
       "site.example", Action::Block, Reason::UnknownBlocked},
      {"an exact rule for the name above",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.list("schools", s.education, {"site.example"});
       },
       "www.site.example", Action::Block, Reason::UnknownBlocked},
      {"a service, by an own name",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.service("khan", {"site.example"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"a service, by a shared name",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.service("khan", {}, {"site.example"});
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
      {"the guardian's focus list",
       [](Scene& s) {
         s.profile().unknown_blocked = true;
         s.maker.mark(MarkKind::FocusAllow, "site.example", s.child);
       },
       "site.example", Action::Allow, Reason::NoRuleMatched},
  };
  expect_all(cases);
}

// A board that wakes up in 1970 must not find bedtime over, and must still be able to set its
// clock.
TEST(Clock, ThatIsNotCredibleMeansTheStricterSide) {
  constexpr Time kWakeUp = Time{} + 12h;
  const auto at_wake_up = [](void (*set_up)(Scene&)) {
    Scene scene;
    set_up(scene);
    return scene.ask("site.example", kWakeUp);
  };
  const Verdict bedtime = at_wake_up([](Scene& s) { s.profile().bedtime = Scene::daily(21, 7); });
  EXPECT_EQ(bedtime.reason, Reason::Bedtime);
  EXPECT_EQ(bedtime.valid_until, kClockCredibleFrom);
  EXPECT_EQ(at_wake_up([](Scene& s) { s.profile().focus = Scene::daily(9, 10); }).reason,
            Reason::Focus);
  EXPECT_EQ(at_wake_up([](Scene& s) {
              s.maker.service_of(s.child, s.maker.service("khan", {"site.example"})).hours =
                  Scene::daily(0, 24);
            }).reason,
            Reason::ServiceBlocked);
  EXPECT_EQ(at_wake_up([](Scene& s) {
              s.on().paused_since = kNoon - 1h;
              s.on().paused_until = kNoon;
            }).reason,
            Reason::Paused);
  EXPECT_EQ(at_wake_up([](Scene& s) {
              s.profile().bedtime = Scene::daily(21, 7);
              s.maker.mark(MarkKind::House, "site.example");
            }).reason,
            Reason::House)
      << "time-sync names resolve";
  EXPECT_EQ(at_wake_up([](Scene&) {}).reason, Reason::NoRuleMatched);
}

TEST(Clock, IsSetByNamesOfTimeServersAndNoOthers) {
  Scene scene;
  scene.maker.mark(MarkKind::House, "pool.example", kTimeSync);
  scene.maker.mark(MarkKind::House, "captive.example");
  scene.maker.service("khan", {"site.example"});  // the first service: number 0, as kTimeSync
  const auto policy = scene.maker.make();
  Scratch scratch(*policy);
  const auto sets_clock = [&](const char* name) {
    return is_time_sync(*policy, scratch.look_up(*policy, name_of(name)));
  };
  EXPECT_TRUE(sets_clock("pool.example"));
  EXPECT_TRUE(sets_clock("0.kr.pool.example"));
  EXPECT_FALSE(sets_clock("captive.example"));
  EXPECT_FALSE(sets_clock("site.example"));
  EXPECT_FALSE(sets_clock("other.example"));
}

TEST(Special, AnswersFilteredProfilesOnlyWhereItSaysSo) {
  Scene scene;
  scene.maker.special("canary.example", {SpecialAnswer::NxDomain, true});
  scene.maker.special("onion", {SpecialAnswer::NxDomain, false});
  const ProfileId adults = scene.maker.profile("adults");
  scene.maker.at(adults).filtered = false;
  const auto policy = scene.maker.make();
  Scratch scratch(*policy);
  const auto special = [&](ProfileId profile, const char* name) {
    const NameFacts facts = scratch.look_up(*policy, name_of(name));
    return special_answer(*policy, policy->profiles[profile], facts) != nullptr;
  };
  EXPECT_TRUE(special(scene.child, "canary.example"));
  EXPECT_FALSE(special(adults, "canary.example"));
  EXPECT_TRUE(special(adults, "www.hidden.onion"));
  EXPECT_FALSE(special(scene.child, "site.example"));
}

TEST(Special, ForwardOpensWhatANameAboveCloses) {
  Scene scene;
  scene.maker.special("arpa.example", {SpecialAnswer::NxDomain, false});
  scene.maker.special("open.arpa.example", {SpecialAnswer::Forward, false});
  const auto policy = scene.maker.make();
  Scratch scratch(*policy);
  const auto special = [&](const char* name) {
    const NameFacts facts = scratch.look_up(*policy, name_of(name));
    return special_answer(*policy, policy->profiles[scene.child], facts) != nullptr;
  };
  EXPECT_TRUE(special("arpa.example"));
  EXPECT_TRUE(special("x.arpa.example"));
  EXPECT_FALSE(special("open.arpa.example"));
  EXPECT_FALSE(special("x.open.arpa.example"));
}

}  // namespace
}  // namespace haetae::policy
