#include <gmock/gmock.h>

#include "policy/scene.h"

// The duties of an Allow, how long a verdict holds, and mode watch.
namespace haetae::policy {
namespace {

using namespace std::chrono_literals;

Scene with_engine() {
  Scene scene;
  scene.maker.engine("search", {"=site.example", "=www.site.example"});
  scene.profile().safe_search = Strictness::Strict;
  return scene;
}

TEST(SafeSearch, IsADutyOfEveryAllow) {
  struct Row {
    const char* what;
    void (*set_up)(Scene& scene);
  };
  const Row rows[] = {
      {"no rule", [](Scene&) {}},
      {"the guardian's allow",
       [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child); }},
      {"a grant", [](Scene& s) { s.grant(GrantSubject::Name).name = name_of("site.example"); }},
      {"an allowed service",
       [](Scene& s) {
         s.maker.service_of(s.child, s.maker.service("search", {"site.example"})).rule =
             ServiceRule::Allow;
       }},
      {"the house", [](Scene& s) { s.maker.mark(MarkKind::House, "site.example"); }},
      {"a grant of something else that lifts it",
       [](Scene& s) {
         Grant& grant = s.grant(GrantSubject::Name);
         grant.name = name_of("other.example");
         grant.lifts_safe_search = true;
       }},
      {"more time", [](Scene& s) { s.grant(GrantSubject::Bedtime).lifts_safe_search = true; }},
      {"an allow that lifts it, under a longer one that does not",
       [](Scene& s) {
         s.maker.mark(MarkKind::GuardianAllow, "example", s.child, true);
         s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child);
       }},
      {"another profile's entry",
       [](Scene& s) {
         s.maker.mark(MarkKind::GuardianAllow, "site.example",
                      static_cast<std::uint16_t>(s.child + 1), true);
       }},
  };
  for (const Row& row : rows) {
    Scene scene = with_engine();
    row.set_up(scene);
    const Verdict verdict = scene.ask("www.site.example");
    ASSERT_EQ(verdict.action, Action::Rewrite) << row.what;
    EXPECT_EQ(verdict.reason, Reason::SafeSearch) << row.what;
    EXPECT_EQ(scene.made->rewrites[verdict.rewrite].cname, name_of("strict.search.example"))
        << row.what;
    EXPECT_EQ(verdict.rule_label, 0) << row.what;
    EXPECT_TRUE(verdict.rule_exact) << row.what;
  }
}

TEST(SafeSearch, IsLiftedByWhoSaysSo) {
  struct Row {
    const char* what;
    void (*set_up)(Scene& scene);
    Reason reason;
  };
  const Row rows[] = {
      {"an allow entry",
       [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child, true); },
       Reason::AllowedByGuardian},
      {"the one of two equal entries that says so",
       [](Scene& s) {
         s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child);
         s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child, true);
       },
       Reason::AllowedByGuardian},
      {"a grant",
       [](Scene& s) {
         Grant& grant = s.grant(GrantSubject::Name);
         grant.name = name_of("site.example");
         grant.lifts_safe_search = true;
       },
       Reason::Granted},
      {"an entry, although a grant without it gave the allow",
       [](Scene& s) {
         s.grant(GrantSubject::Name).name = name_of("site.example");
         s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child, true);
       },
       Reason::Granted},
      {"a grant of the name's category",
       [](Scene& s) {
         s.maker.list("engines", s.games, {"||site.example^"});
         Grant& grant = s.grant(GrantSubject::Category);
         grant.id = s.games;
         grant.lifts_safe_search = true;
       },
       Reason::Granted},
  };
  for (const Row& row : rows) {
    Scene scene = with_engine();
    row.set_up(scene);
    const Verdict verdict = scene.ask("www.site.example");
    EXPECT_EQ(verdict.action, Action::Allow) << row.what;
    EXPECT_EQ(verdict.reason, row.reason) << row.what;
  }
}

TEST(SafeSearch, FollowsTheProfilesLevel) {
  struct Row {
    const char* what;
    bool is_youtube;
    Strictness safe_search;
    Strictness youtube;
    const char* target;  // null: not rewritten
  };
  const Row rows[] = {
      {"strict", false, Strictness::Strict, Strictness::Off, "strict.search.example"},
      {"moderate", false, Strictness::Moderate, Strictness::Off, "moderate.search.example"},
      {"off", false, Strictness::Off, Strictness::Strict, nullptr},
      {"YouTube has its own key", true, Strictness::Off, Strictness::Moderate,
       "moderate.search.example"},
      {"YouTube off", true, Strictness::Strict, Strictness::Off, nullptr},
  };
  for (const Row& row : rows) {
    Scene scene;
    scene.maker.engine("search", {"site.example"}, row.is_youtube);
    scene.profile().safe_search = row.safe_search;
    scene.profile().youtube = row.youtube;
    const Verdict verdict = scene.ask("m.site.example");
    ASSERT_EQ(verdict.action == Action::Rewrite, row.target != nullptr) << row.what;
    if (row.target == nullptr) continue;
    EXPECT_EQ(scene.made->rewrites[verdict.rewrite].cname, name_of(row.target)) << row.what;
  }
}

TEST(SafeSearch, TakesTheOneLevelThatAnEngineHas) {
  Scene scene;
  const EngineId engine = scene.maker.engine("search", {"site.example"});
  scene.profile().safe_search = Strictness::Moderate;
  scene.maker.engine_row(engine).moderate = kNone;
  EXPECT_EQ(scene.ask().rewrite, scene.maker.engine_row(engine).strict);
  scene.maker.engine_row(engine).strict = kNone;
  EXPECT_EQ(scene.ask().action, Action::Allow);
}

TEST(SafeSearch, YieldsToABlock) {
  Scene scene = with_engine();
  scene.maker.list("adult-one", scene.adult, {"||site.example^"});
  EXPECT_EQ(scene.ask("www.site.example").reason, Reason::Category);
}

TEST(Shape, StripsEchForFilteredProfiles) {
  Scene scene;
  EXPECT_TRUE(scene.ask().strip_ech);
  scene.profile().filtered = false;
  EXPECT_FALSE(scene.ask().strip_ech);
}

TEST(Watch, KeepsTheReasonAndTheDutiesOfAnAllow) {
  Scene scene = with_engine();
  scene.profile().mode = Mode::Watch;
  scene.maker.list("adult-one", scene.adult, {"||site.example^"});
  const Verdict verdict = scene.ask("www.site.example");
  EXPECT_EQ(verdict.action, Action::Rewrite);
  EXPECT_EQ(verdict.reason, Reason::Category);
  EXPECT_EQ(verdict.category, scene.adult);
  EXPECT_TRUE(verdict.watched);
  EXPECT_TRUE(verdict.strip_ech);
  EXPECT_NE(verdict.rewrite, kNone);
}

TEST(Watch, OfAListDoesNotShadowWhatEnforces) {
  struct Row {
    const char* what;
    void (*set_up)(Scene& scene);
    Action action;
    Reason reason;
    bool watched;
  };
  const Row rows[] = {
      {"alone", [](Scene&) {}, Action::Allow, Reason::Category, true},
      {"another category's list enforces",
       [](Scene& s) {
         s.profile().blocked.set(s.games);
         s.maker.list("games-one", s.games, {"||site.example^"});
       },
       Action::Block, Reason::Category, false},
      {"another list of the category enforces",
       [](Scene& s) { s.maker.list("adult-two", s.adult, {"||site.example^"}); }, Action::Block,
       Reason::Category, false},
      {"patterns enforce", [](Scene& s) { s.maker.pattern("adult/site", "site", s.adult, 90); },
       Action::Block, Reason::Pattern, false},
      {"a higher allow leaves nothing to watch",
       [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child); },
       Action::Allow, Reason::AllowedByGuardian, false},
      {"a watched way round the filter comes first",
       [](Scene& s) {
         s.profile().block_bypass = true;
         s.maker.entry(s.maker.list("ways round", s.bypass, {"||site.example^"})).mode =
             Mode::Watch;
       },
       Action::Allow, Reason::Bypass, true},
  };
  for (const Row& row : rows) {
    Scene scene;
    scene.maker.entry(scene.maker.list("adult-one", scene.adult, {"||site.example^"})).mode =
        Mode::Watch;
    row.set_up(scene);
    const Verdict verdict = scene.ask();
    EXPECT_EQ(verdict.action, row.action) << row.what;
    EXPECT_EQ(verdict.reason, row.reason) << row.what;
    EXPECT_EQ(verdict.watched, row.watched) << row.what;
  }
}

TEST(Watch, DoesNotHoldForLockedLists) {
  Scene scene;
  scene.profile().mode = Mode::Watch;
  scene.maker.entry(scene.maker.list("law", scene.illegal, {"||site.example^"})).mode = Mode::Watch;
  scene.profile().lists = {false};
  const Verdict verdict = scene.ask();
  EXPECT_EQ(verdict.action, Action::Block);
  EXPECT_EQ(verdict.reason, Reason::Locked);
  EXPECT_FALSE(verdict.watched);
}

TEST(ValidUntil, IsTheNextMomentThatCouldChangeTheVerdict) {
  struct Row {
    const char* what;
    void (*set_up)(Scene& scene);
    Time valid_until;
    std::uint32_t ttl_max_seconds;
  };
  constexpr std::uint32_t kNoCap = 0xffffffff;
  const Row rows[] = {
      {"nothing is on", [](Scene&) {}, kNever, kNoCap},
      {"locked never changes",
       [](Scene& s) {
         s.maker.list("law", s.illegal, {"||site.example^"});
         s.profile().bedtime = Scene::daily(21, 7);
         s.on().paused_since = kNoon - 1h;
         s.on().paused_until = kNoon + 1h;
       },
       kNever, kBlockTtlSeconds},
      {"nor does the house",
       [](Scene& s) {
         s.maker.mark(MarkKind::House, "site.example");
         s.profile().bedtime = Scene::daily(21, 7);
         s.profile().has_quota = true;
       },
       kNever, kNoCap},
      {"bedtime begins", [](Scene& s) { s.profile().bedtime = Scene::daily(21, 7); }, kNoon + 9h,
       9 * 3600},
      {"a block ends with the pause",
       [](Scene& s) {
         s.on().paused_since = kNoon - 1h;
         s.on().paused_until = kNoon + 1h;
       },
       kNoon + 1h, kBlockTtlSeconds},
      {"a pause without an end", [](Scene& s) { s.on().paused_since = kNoon - 1h; }, kNever,
       kBlockTtlSeconds},
      {"a pause that is to come", [](Scene& s) { s.on().paused_since = kNoon + 30min; },
       kNoon + 30min, 1800},
      {"a grant ends before bedtime does",
       [](Scene& s) {
         s.profile().bedtime = Scene::daily(11, 18);
         s.grant(GrantSubject::Bedtime);
       },
       kNoon + 2h, kShortTtlSeconds},
      {"a grant is to come",
       [](Scene& s) {
         Grant& grant = s.grant(GrantSubject::Name);
         grant.name = name_of("site.example");
         grant.from = kNoon + 1h;
       },
       kNoon + 1h, 3600},
      {"a grant of another name changes nothing",
       [](Scene& s) { s.grant(GrantSubject::Name).name = name_of("other.example"); }, kNever,
       kNoCap},
      {"a total quota makes answers short", [](Scene& s) { s.profile().has_quota = true; }, kNever,
       kShortTtlSeconds},
      {"a service's quota makes its answers short",
       [](Scene& s) {
         s.maker.service_of(s.child, s.maker.service("youtube", {"site.example"})).has_quota = true;
       },
       kNever, kShortTtlSeconds},
      {"another service's does not",
       [](Scene& s) {
         s.maker.service_of(s.child, s.maker.service("youtube", {"video.example"})).has_quota =
             true;
       },
       kNever, kNoCap},
      {"a quota comes back", [](Scene& s) { s.on().quota_used_until = kNoon + 12h; }, kNoon + 12h,
       kBlockTtlSeconds},
      {"a name of the focus list does not care when focus ends",
       [](Scene& s) {
         s.profile().focus = Scene::daily(9, 15);
         s.maker.mark(MarkKind::FocusAllow, "site.example", s.child);
       },
       kNever, kNoCap},
      {"a service's hours end",
       [](Scene& s) {
         s.maker.service_of(s.child, s.maker.service("khan", {"site.example"})).hours =
             Scene::daily(9, 18);
       },
       kNoon + 6h, 6 * 3600},
      {"less than a second is left: nothing may be remembered",
       [](Scene& s) { s.on().paused_since = kNoon + 900ms; }, kNoon + 900ms, 0},
  };
  for (const Row& row : rows) {
    Scene scene;
    row.set_up(scene);
    const Verdict verdict = scene.ask();
    EXPECT_EQ(verdict.valid_until, row.valid_until) << row.what;
    EXPECT_EQ(verdict.ttl_max_seconds, row.ttl_max_seconds) << row.what;
  }
}

TEST(Scratch, RemembersASchedulesStateInBothDirectionsOfTime) {
  Scene scene;
  scene.profile().bedtime = Scene::daily(21, 7);
  const auto policy = scene.maker.make();
  Scratch scratch(*policy);
  const Name name = name_of("site.example");
  for (const std::chrono::hours offset : {0h, 8h, 9h, 10h, 18h, 19h, -24h, -13h, 9h, 0h}) {
    const Time now = kNoon + offset;
    const Request request{.who = {}, .kind = Kind::DnsName, .now = now, .name = &name};
    const Verdict verdict = decide(*policy, scene.standing, request, scratch);
    const ScheduleState state = policy->profiles[0].bedtime.at(now, policy->zone);
    EXPECT_EQ(verdict.reason == Reason::Bedtime, state.active) << offset.count();
    EXPECT_EQ(verdict.valid_until, state.next_edge) << offset.count();
  }
}

}  // namespace
}  // namespace haetae::policy
