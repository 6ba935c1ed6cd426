// What stands in an answer: names of its chain, and addresses.
#include <gmock/gmock.h>

#include "policy/describe.h"
#include "policy/scene.h"
#include "support/random_world.h"

namespace haetae::policy {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kEdge = "edge.cdn.example";  // where site.example leads

// Something that speaks of the edge, and what it says there.
struct Speaker {
  const char* what;
  Action action;
  Reason reason;
  Reach reach;  // the least reach of the question's Allow that settles it
  void (*speak)(Scene& scene);
};

constexpr Reach kNeverReached = static_cast<Reach>(99);

const Speaker kBlockers[] = {
    {"a locked list", Action::Block, Reason::Locked, Reach::Help,
     [](Scene& s) { s.maker.list("law", s.illegal, {"||cdn.example^"}); }},
    {"the guardian's deny", Action::Block, Reason::DeniedByGuardian, Reach::Guardian,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianDeny, "cdn.example", s.child); }},
    {"a bypass list", Action::Block, Reason::Bypass, Reach::Guardian,
     [](Scene& s) {
       s.profile().block_bypass = true;
       s.maker.list("ways round", s.bypass, {"||cdn.example^"});
     }},
    {"a blocked service", Action::Block, Reason::ServiceBlocked, Reach::Services,
     [](Scene& s) {
       const ServiceId service = s.maker.service("tiktok", {"cdn.example"});
       s.maker.service_of(s.child, service).rule = ServiceRule::Block;
     }},
    {"a service out of hours", Action::Block, Reason::ServiceBlocked, Reach::Services,
     [](Scene& s) {
       const ServiceId service = s.maker.service("roblox", {"cdn.example"});
       s.maker.service_of(s.child, service).hours = Scene::daily(16, 18);
     }},
    {"a service's used-up quota", Action::Block, Reason::QuotaUsed, Reach::Services,
     [](Scene& s) {
       const ServiceId service = s.maker.service("youtube", {"cdn.example"});
       s.maker.service_of(s.child, service).has_quota = true;
       s.on().used_services = {{service, kNoon + 12h}};
     }},
    {"a list of a blocked category", Action::Block, Reason::Category, Reach::Categories,
     [](Scene& s) { s.maker.list("adult-one", s.adult, {"||cdn.example^"}); }},
    {"the letters of the name", Action::Block, Reason::Pattern, Reach::Patterns,
     [](Scene& s) { s.maker.pattern("adult/edge", "edge", s.adult, 80); }},
};

constexpr Reach kReaches[] = {Reach::Nothing,  Reach::Patterns, Reach::Categories,
                              Reach::Services, Reach::Guardian, Reach::Help};

TEST(DecideInAnswer, AnAllowReachesTheStepsAtAndBelowItsOwnHeight) {
  for (const Speaker& blocker : kBlockers) {
    Scene scene;
    blocker.speak(scene);
    for (const Reach reach : kReaches) {
      const Verdict verdict = scene.ask_in_answer(kEdge, reach);
      const bool is_reached = reach >= blocker.reach;
      EXPECT_EQ(verdict.action, is_reached ? Action::Allow : blocker.action)
          << blocker.what << " under reach " << static_cast<int>(reach);
      EXPECT_EQ(verdict.reason, is_reached ? Reason::NoRuleMatched : blocker.reason)
          << blocker.what << " under reach " << static_cast<int>(reach);
      EXPECT_GE(verdict.reach, is_reached ? reach : Reach::Nothing);
    }
  }
}

TEST(DecideInAnswer, OfAnyTwoStepsTheHigherOneSpeaks) {
  for (std::size_t high = 0; high < std::size(kBlockers); ++high) {
    for (std::size_t low = high + 1; low < std::size(kBlockers); ++low) {
      if (kBlockers[high].reach == kBlockers[low].reach &&
          kBlockers[high].reach != Reach::Guardian) {
        continue;  // the same step
      }
      Scene scene;
      kBlockers[low].speak(scene);
      kBlockers[high].speak(scene);
      EXPECT_EQ(scene.ask_in_answer(kEdge).reason, kBlockers[high].reason)
          << kBlockers[high].what << " and " << kBlockers[low].what;
    }
  }
}

TEST(DecideInAnswer, WhetherTheDeviceMayBeOnlineWasDecidedWithTheQuestion) {
  const Speaker kByTime[] = {
      {"a pause", Action::Allow, Reason::NoRuleMatched, kNeverReached,
       [](Scene& s) { s.on().paused_since = kNoon - 1h; }},
      {"focus, whose list holds the asked site and not its servers", Action::Allow,
       Reason::NoRuleMatched, kNeverReached,
       [](Scene& s) { s.profile().focus = Scene::daily(9, 15); }},
      {"bedtime", Action::Allow, Reason::NoRuleMatched, kNeverReached,
       [](Scene& s) { s.profile().bedtime = Scene::daily(11, 13); }},
      {"a used-up total quota", Action::Allow, Reason::NoRuleMatched, kNeverReached,
       [](Scene& s) { s.on().quota_used_until = kNoon + 12h; }},
      {"the default for the unknown: nobody lists servers", Action::Allow, Reason::NoRuleMatched,
       kNeverReached, [](Scene& s) { s.profile().unknown_blocked = true; }},
  };
  for (const Speaker& row : kByTime) {
    Scene scene;
    row.speak(scene);
    const Verdict verdict = scene.ask_in_answer(kEdge);
    EXPECT_EQ(verdict.action, row.action) << row.what;
    EXPECT_EQ(verdict.reason, row.reason) << row.what;
    EXPECT_EQ(verdict.valid_until, kNever) << row.what;
  }
}

// How far the verdict on the asked name reaches.
struct ReachCase {
  const char* what;
  Reach reach;
  void (*speak)(Scene& scene);
};

const ReachCase kReachCases[] = {
    {"nothing is known", Reach::Nothing, [](Scene&) {}},
    {"a help line", Reach::Help, [](Scene& s) { s.maker.mark(MarkKind::Help, "site.example"); }},
    {"a name of the house", Reach::Guardian,
     [](Scene& s) { s.maker.mark(MarkKind::House, "site.example"); }},
    {"the guardian's allow", Reach::Guardian,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child); }},
    {"another child's allow", Reach::Nothing,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianAllow, "site.example", s.child + 1); }},
    {"a grant of the name", Reach::Guardian,
     [](Scene& s) { s.grant(GrantSubject::Name).name = name_of("site.example"); }},
    {"a grant of its service", Reach::Guardian,
     [](Scene& s) { s.grant(GrantSubject::Service).id = s.maker.service("x", {"site.example"}); }},
    {"a grant of its category lifts that and no more", Reach::Nothing,
     [](Scene& s) {
       s.maker.list("adult-one", s.adult, {"||site.example^"});
       s.grant(GrantSubject::Category).id = s.adult;
     }},
    {"a grant of another name", Reach::Nothing,
     [](Scene& s) { s.grant(GrantSubject::Name).name = name_of("other.example"); }},
    {"an allowed service", Reach::Services,
     [](Scene& s) {
       const ServiceId service = s.maker.service("khan-academy", {"site.example"});
       s.maker.service_of(s.child, service).rule = ServiceRule::Allow;
     }},
    {"an exception for the whole site", Reach::Categories,
     [](Scene& s) {
       s.maker.entry(s.maker.list("own", s.games, {"@@||site.example^"})).exceptions_site = true;
     }},
    {"a list of good sites", Reach::Patterns,
     [](Scene& s) { s.maker.list("schools", s.education, {"||site.example^"}); }},
    {"safe search", Reach::Guardian,
     [](Scene& s) {
       s.maker.engine("seek", {"site.example"});
       s.profile().safe_search = Strictness::Strict;
     }},
    {"a deny that a watching profile lets through", Reach::Nothing,
     [](Scene& s) {
       s.profile().mode = Mode::Watch;
       s.maker.mark(MarkKind::GuardianDeny, "site.example", s.child);
     }},
    {"a block", Reach::Nothing,
     [](Scene& s) { s.maker.mark(MarkKind::GuardianDeny, "site.example", s.child); }},
};

TEST(Reach, IsThatOfTheStepThatGaveTheAllow) {
  for (const ReachCase& row : kReachCases) {
    Scene scene;
    row.speak(scene);
    EXPECT_EQ(scene.ask().reach, row.reach) << row.what;
  }
}

TEST(DecideInAnswer, AnAllowOfANameInTheChainReachesWhatComesBehindIt) {
  Scene scene;
  scene.maker.mark(MarkKind::GuardianAllow, "cdn.example", scene.child);
  EXPECT_EQ(scene.ask_in_answer(kEdge).reach, Reach::Guardian);
  EXPECT_EQ(scene.ask_in_answer("other.example").reach, Reach::Nothing);
}

TEST(DecideInAnswer, AGrantOfACategoryLiftsItInTheChainToo) {
  Scene scene;
  scene.profile().blocked.set(scene.games);
  scene.maker.list("adult-one", scene.adult, {"||cdn.example^", "203.0.113.0/24"});
  scene.maker.list("games-one", scene.games, {"||play.example^", "203.0.113.7"});
  scene.grant(GrantSubject::Category).id = scene.adult;
  EXPECT_EQ(scene.ask_in_answer(kEdge).reason, Reason::Granted);
  EXPECT_EQ(scene.ask_in_answer(kEdge).valid_until, kNoon + 2h);
  EXPECT_EQ(scene.ask_in_answer("play.example").reason, Reason::Category);
  EXPECT_EQ(scene.ask_in_answer("203.0.113.1").reason, Reason::Granted);
  EXPECT_EQ(scene.ask_in_answer("203.0.113.7").reason, Reason::Category);
}

TEST(DecideInAnswer, KnowsWhenItWillChange) {
  Scene scene;
  const ServiceId service = scene.maker.service("roblox", {"cdn.example"});
  scene.maker.service_of(scene.child, service).hours = Scene::daily(11, 13);
  const Verdict verdict = scene.ask_in_answer(kEdge);
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_EQ(verdict.valid_until, kNoon + 1h);
  EXPECT_EQ(verdict.ttl_max_seconds, 3600U);
}

TEST(DecideInAnswer, ASearchEnginesNameIsNotRewrittenThere) {
  Scene scene;
  scene.maker.engine("seek", {"cdn.example"});
  scene.profile().safe_search = Strictness::Strict;
  EXPECT_EQ(scene.ask_in_answer("cdn.example").action, Action::Allow);
}

TEST(DecideInAnswer, WatchesWhereTheProfileOrTheListWatches) {
  Scene scene;
  const ListId list = scene.maker.list("adult-one", scene.adult, {"||cdn.example^"});
  scene.maker.entry(list).mode = Mode::Watch;
  Verdict verdict = scene.ask_in_answer(kEdge);
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_TRUE(verdict.watched);
  EXPECT_EQ(verdict.reason, Reason::Category);
  scene.maker.entry(list).mode = Mode::Enforce;
  scene.profile().mode = Mode::Watch;
  verdict = scene.ask_in_answer(kEdge);
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_TRUE(verdict.watched);
  verdict = scene.ask_in_answer("192.168.1.1");
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_TRUE(verdict.watched);
  EXPECT_EQ(verdict.reason, Reason::Rebinding);
  scene.maker.list("law", scene.illegal, {"||cdn.example^"});
  EXPECT_EQ(scene.ask_in_answer(kEdge).action, Action::Block);
}

TEST(DecideInAnswer, JudgesAddressesByTheirLists) {
  Scene scene;
  scene.profile().block_bypass = true;
  scene.maker.list("adult-one", scene.adult, {"203.0.113.0/24"});
  scene.maker.list("resolvers", scene.bypass, {"198.51.100.53", "2001:db8:53::/48"});
  scene.maker.list("law", scene.illegal, {"203.0.113.66"});
  EXPECT_EQ(scene.ask_in_answer("203.0.113.9").reason, Reason::Category);
  EXPECT_EQ(scene.ask_in_answer("64:ff9b::203.0.113.9").reason, Reason::Category);
  EXPECT_EQ(scene.ask_in_answer("203.0.114.9").reason, Reason::NoRuleMatched);
  EXPECT_EQ(scene.ask_in_answer("198.51.100.53").reason, Reason::Bypass);
  EXPECT_EQ(scene.ask_in_answer("2001:db8:53::1").reason, Reason::Bypass);
  EXPECT_EQ(scene.ask_in_answer("203.0.113.66").reason, Reason::Locked);
  EXPECT_EQ(scene.ask_in_answer("203.0.113.66", Reach::Guardian).reason, Reason::Locked);
  EXPECT_EQ(scene.ask_in_answer("203.0.113.9", Reach::Guardian).action, Action::Allow);
}

TEST(DecideInAnswer, ALocalAddressIsAnAttackWhoeverAllowedTheSite) {
  for (const std::string_view address : {"192.168.0.1", "127.0.0.1", "::1", "fd00::1", "100.64.0.1",
                                         "169.254.1.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1"}) {
    Scene scene;
    for (const Reach reach : kReaches) {
      EXPECT_EQ(scene.ask_in_answer(address, reach).reason, Reason::Rebinding) << address;
      EXPECT_EQ(scene.ask_in_answer(address, reach).action, Action::Block) << address;
    }
    EXPECT_EQ(scene.ask_in_answer(address, Reach::Nothing, true).action, Action::Allow) << address;
  }
}

TEST(MayLeadHome, HoldsForTheHousesOwnZonesAndForWhatIsExcepted) {
  Scene scene;
  scene.maker.mark(MarkKind::LocalAnswers, "lan");
  scene.maker.mark(MarkKind::LocalAnswers, "=nas.example");
  scene.maker.mark(MarkKind::House, "captive.example");
  scene.maker.mark(MarkKind::Help, "help.example");
  scene.maker.mark(MarkKind::GuardianAllow, "school.example", scene.child);
  const auto may = [&](std::string_view name) {
    const auto policy = scene.maker.make();
    Scratch scratch(*policy);
    return may_lead_home(*policy, name_of(name), scratch.look_up(*policy, name_of(name)));
  };
  for (const std::string_view name :
       {"printer.lan", "nas.example", "www.captive.example", "help.example", "nas"}) {
    EXPECT_TRUE(may(name)) << name;
  }
  for (const std::string_view name : {"x.nas.example", "school.example", "site.example"}) {
    EXPECT_FALSE(may(name)) << name;
  }
  scene.maker.rebinding_protected = false;
  EXPECT_TRUE(may("site.example"));
}

TEST(DecideInAnswer, WhatCannotBeReadIsTheProfilesWordUnlessAGuardianAllowed) {
  Scene scene;
  scene.profile().bedtime = Scene::daily(11, 13);  // spoken of with the question
  const auto ask = [&](Reach reach) {
    const auto policy = scene.maker.make();
    return undecidable(*policy, scene.standing,
                       Scene::in_answer(scene.child, nullptr, nullptr, kNoon, reach, false));
  };
  EXPECT_EQ(ask(Reach::Nothing).action, Action::Allow);
  scene.profile().undecidable_blocked = true;
  EXPECT_EQ(ask(Reach::Nothing).reason, Reason::Undecidable);
  EXPECT_EQ(ask(Reach::Services).action, Action::Block);
  EXPECT_EQ(ask(Reach::Guardian).action, Action::Allow);
  EXPECT_EQ(ask(Reach::Help).action, Action::Allow);
}

TEST(DecideAddress, ByItselfIsJudgedByAllSteps) {
  Scene scene;
  scene.maker.list("adult-one", scene.adult, {"203.0.113.0/24"});
  scene.maker.list("adult-two", scene.adult, {"203.0.113.7"});
  const IpAddress address = *IpAddress::from_text("203.0.113.7");
  const auto ask = [&] {
    scene.made = scene.maker.make();
    Scratch scratch(*scene.made);
    const Request request{.who = {.device = 0, .profile = scene.child},
                          .kind = Kind::Address,
                          .now = kNoon,
                          .address = &address};
    return decide(*scene.made, scene.standing, request, scratch);
  };
  const Verdict verdict = ask();
  EXPECT_EQ(verdict.reason, Reason::Category);
  const Description words =
      describe(*scene.made, scene.made->profiles[scene.child], address, verdict);
  EXPECT_EQ(words.category, "adult");
  EXPECT_EQ(words.list, "adult-one");
  EXPECT_EQ(words.rule, "203.0.113.0/24");
  ASSERT_EQ(words.also.size(), 1U);
  EXPECT_EQ(words.also[0].list, "adult-two");
  EXPECT_EQ(words.also[0].rule, "203.0.113.7");
  scene.on().paused_since = kNoon - 1h;
  EXPECT_EQ(ask().reason, Reason::Paused);
}

// A fact that may be remembered: what is silent stays so at any time, whatever is paused, granted
// or used up.
TEST(IsSilent, MeansThatNothingIsEverSaidOfTheName) {
  int silent_count = 0;
  int spoken_count = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    test::RandomWorld world(seed);
    Scratch scratch(*world.policy);
    for (int i = 0; i < 60; ++i) {
      const Name name = name_of(world.random_name());
      for (ProfileId profile = 0; profile < world.policy->profiles.size(); ++profile) {
        Request request =
            Scene::in_answer(profile, nullptr, &name, world.base, Reach::Nothing, false);
        NameFacts facts = scratch.look_up(*world.policy, name);
        if (!is_silent(*world.policy, request, facts, scratch)) {
          ++spoken_count;
          continue;
        }
        ++silent_count;
        for (int moment = 0; moment < 5; ++moment) {
          request.now = world.random_time();
          const Verdict verdict = decide(*world.policy, world.standing, request, scratch);
          ASSERT_EQ(verdict.action, Action::Allow) << seed << " " << name.to_text();
          ASSERT_FALSE(verdict.watched) << seed << " " << name.to_text();
        }
      }
    }
  }
  EXPECT_GT(silent_count, 500);
  EXPECT_GT(spoken_count, 500);
}

TEST(IsSilent, IsNoLocalOrListedAddress) {
  Scene scene;
  scene.maker.list("adult-one", scene.adult, {"203.0.113.0/24"});
  scene.maker.list("games-one", scene.games, {"198.51.100.0/24"});
  const auto policy = scene.maker.make();
  Scratch scratch(*policy);
  const auto silent = [&](std::string_view text, bool may_lead_home = false) {
    const IpAddress address = *IpAddress::from_text(text);
    const Request request =
        Scene::in_answer(scene.child, &address, nullptr, kNoon, Reach::Nothing, may_lead_home);
    NameFacts facts = scratch.look_up(*policy, address);
    return is_silent(*policy, request, facts, scratch);
  };
  EXPECT_TRUE(silent("192.0.2.1"));
  EXPECT_TRUE(silent("198.51.100.1")) << "a category that this child may see";
  EXPECT_FALSE(silent("203.0.113.1"));
  EXPECT_FALSE(silent("192.168.1.1"));
  EXPECT_FALSE(silent("0.0.0.0"));
  EXPECT_TRUE(silent("192.168.1.1", true));
}

}  // namespace
}  // namespace haetae::policy
