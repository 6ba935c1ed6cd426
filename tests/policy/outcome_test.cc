#include <gmock/gmock.h>

#include "policy/describe.h"
#include "policy/scene.h"

// What lists say together, and what describe() says of it.
namespace haetae::policy {
namespace {

struct Row {
  const char* what;
  std::vector<std::string> adult_one;
  bool one_is_site;
  std::vector<std::string> adult_two;
  bool two_is_site;
  const char* name;
  const char* list;  // the list that decides; null: none
};

TEST(Lists, SpeakForThemselvesUnlessTheySpeakForTheSite) {
  const Row rows[] = {
      {"a subtree rule holds below",
       {"||site.example^"},
       false,
       {},
       false,
       "a.b.site.example",
       "adult-one"},
      {"an exact rule does not", {"site.example"}, false, {}, false, "a.site.example", nullptr},
      {"an exact rule holds at its name",
       {"site.example"},
       false,
       {},
       false,
       "site.example",
       "adult-one"},
      {"an exception lifts its own list's block",
       {"||site.example^", "@@||a.site.example^"},
       false,
       {},
       false,
       "b.a.site.example",
       nullptr},
      {"also one that stands above the block",
       {"||a.site.example^", "@@||site.example^"},
       false,
       {},
       false,
       "a.site.example",
       nullptr},
      {"but no other list's",
       {"||site.example^", "@@||a.site.example^"},
       false,
       {"||site.example^"},
       false,
       "a.site.example",
       "adult-two"},
      {"unless the list speaks for the site",
       {"||site.example^", "@@||a.site.example^"},
       true,
       {"||site.example^"},
       false,
       "a.site.example",
       nullptr},
      {"an exact exception lifts its own name only",
       {"||site.example^", "@@site.example"},
       false,
       {},
       false,
       "a.site.example",
       "adult-one"},
      {"important beats an exception of the same list",
       {"||a.site.example^$important", "@@||site.example^"},
       false,
       {},
       false,
       "a.site.example",
       "adult-one"},
      {"an important exception beats an important block",
       {"||site.example^$important", "@@||site.example^$important"},
       false,
       {},
       false,
       "site.example",
       nullptr},
      {"important beats a site's exception only if its list speaks for the site too",
       {"@@||site.example^"},
       true,
       {"||site.example^$important"},
       false,
       "site.example",
       nullptr},
      {"then it does",
       {"@@||site.example^"},
       true,
       {"||site.example^$important"},
       true,
       "site.example",
       "adult-two"},
      {"of two that block the first decides",
       {"||site.example^"},
       false,
       {"||site.example^"},
       false,
       "site.example",
       "adult-one"},
  };
  for (const Row& row : rows) {
    for (const bool as_edits : {false, true}) {
      Scene scene;
      const auto add = [&](const char* name, const std::vector<std::string>& rules, bool site) {
        const ListId list =
            scene.maker.list(name, scene.adult, as_edits ? test::PolicyMaker::Texts{} : rules);
        scene.maker.entry(list).exceptions_site = site;
        if (!as_edits) return;
        for (const std::string& rule : rules) scene.maker.edit(list, true, rule);
      };
      add("adult-one", row.adult_one, row.one_is_site);
      add("adult-two", row.adult_two, row.two_is_site);
      const Verdict verdict = scene.ask(row.name);
      EXPECT_EQ(verdict.action == Action::Block, row.list != nullptr)
          << row.what << ", edits: " << as_edits;
      if (row.list == nullptr || verdict.action != Action::Block) continue;
      const Policy& policy = *scene.made;
      EXPECT_EQ(describe(policy, policy.profiles[0], name_of(row.name), verdict).list, row.list)
          << row.what << ", edits: " << as_edits;
    }
  }
}

TEST(Lists, OfTheSiteLiftBypassAndGuessesButNotTheLaw) {
  Scene scene;
  scene.profile().block_bypass = true;
  scene.maker.list("ways round", scene.bypass, {"||site.example^"});
  scene.maker.pattern("adult/site", "site", scene.adult, 90);
  EXPECT_EQ(scene.ask().reason, Reason::Bypass);
  const ListId corrections = scene.maker.list("corrections", scene.adult, {"@@||site.example^"});
  EXPECT_EQ(scene.ask().reason, Reason::Bypass);
  scene.maker.entry(corrections).exceptions_site = true;
  EXPECT_EQ(scene.ask().reason, Reason::NoRuleMatched);
  const ListId law = scene.maker.list("law", scene.illegal, {"||site.example^"});
  EXPECT_EQ(scene.ask().reason, Reason::Locked);
  scene.maker.edit(law, true, "@@||a.site.example^");
  EXPECT_EQ(scene.ask("a.site.example").reason, Reason::NoRuleMatched)
      << "the law's own exception holds";
}

TEST(Lists, EditsCountAtOnce) {
  Scene scene;
  const ListId list = scene.maker.list("adult-one", scene.adult, {"||site.example^"});
  scene.maker.edit(list, true, "||new.example^");
  scene.maker.edit(list, false, "||site.example^");
  EXPECT_EQ(scene.ask("www.new.example").reason, Reason::Category);
  EXPECT_EQ(scene.ask("www.site.example").reason, Reason::NoRuleMatched);
}

TEST(Lists, CountOnlyWhereTheProfileTakesThem) {
  Scene scene;
  scene.maker.list("adult-one", scene.adult, {"||site.example^"});
  scene.maker.list("dropped", kNoCategory, {"||site.example^"});
  const ProfileId other = scene.maker.profile("other");
  scene.maker.at(other).blocked.set(scene.adult);
  scene.maker.at(other).lists = {false, true};
  EXPECT_EQ(scene.ask().reason, Reason::Category);
  EXPECT_EQ(scene.ask_as(other, "site.example").reason, Reason::NoRuleMatched);
}

struct Described {
  std::string category, list, rule;
  friend bool operator==(const Described&, const Described&) = default;
};

Described described(Scene& scene, const char* name) {
  const Verdict verdict = scene.ask(name);
  const Policy& policy = *scene.made;
  const Description text = describe(policy, policy.profiles[scene.child], name_of(name), verdict);
  return {text.category, text.list, text.rule};
}

TEST(Describe, NamesTheRuleInNormalForm) {
  Scene scene;
  scene.profile().blocked.set(scene.games);
  scene.profile().safe_search = Strictness::Strict;
  scene.maker.list("adult-one", scene.adult,
                   {"||site.example^", "www.site.example", "alone.example"});
  scene.maker.list("games-one", scene.games, {"||a.site.example^"});
  scene.maker.list("schools", scene.education, {"@@||site.example^"});
  scene.maker.mark(MarkKind::GuardianDeny, "denied.example", scene.child);
  scene.maker.mark(MarkKind::GuardianAllow, "=allowed.example", scene.child);
  scene.maker.mark(MarkKind::Help, "help.example");
  scene.maker.mark(MarkKind::House, "house.example");
  scene.maker.engine("search", {"=search.example"});
  scene.maker.service_of(scene.child, scene.maker.service("tiktok", {"tiktok.example"})).rule =
      ServiceRule::Block;
  scene.maker.pattern("adult/en/naughty", "naughty", scene.adult, 90);

  EXPECT_EQ(described(scene, "b.site.example"),
            (Described{"adult", "adult-one", "||site.example^"}));
  EXPECT_EQ(described(scene, "www.site.example"),
            (Described{"adult", "adult-one", "www.site.example"}))
      << "the nearest rule";
  EXPECT_EQ(described(scene, "alone.example"), (Described{"adult", "adult-one", "alone.example"}));
  EXPECT_EQ(described(scene, "www.denied.example"),
            (Described{"", "profile:little", "||denied.example^"}));
  EXPECT_EQ(described(scene, "allowed.example"),
            (Described{"", "profile:little", "allowed.example"}));
  EXPECT_EQ(described(scene, "www.help.example"), (Described{"", "help", "||help.example^"}));
  EXPECT_EQ(described(scene, "house.example"), (Described{"", "house", "||house.example^"}));
  EXPECT_EQ(described(scene, "search.example"),
            (Described{"", "safe-search:search", "search.example"}));
  EXPECT_EQ(described(scene, "m.tiktok.example"),
            (Described{"", "service:tiktok", "||tiktok.example^"}));
  EXPECT_EQ(described(scene, "naughty.example"),
            (Described{"adult", "patterns", "adult/en/naughty"}));
  EXPECT_EQ(described(scene, "other.example"), (Described{"", "", ""}));
}

TEST(Describe, TellsTheOtherListsThatSpeak) {
  Scene scene;
  scene.maker.list("adult-one", scene.adult, {"||site.example^"});
  scene.maker.list("games-one", scene.games, {"||a.site.example^"});
  scene.maker.list("schools", scene.education, {"@@||site.example^"});
  scene.maker.list("elsewhere", scene.adult, {"||site.example^"});
  scene.profile().lists = {true, true, true, false, false};
  const Verdict verdict = scene.ask("a.site.example");
  const Description text =
      describe(*scene.made, scene.made->profiles[0], name_of("a.site.example"), verdict);
  EXPECT_EQ(text.list, "adult-one");
  ASSERT_EQ(text.also.size(), 2u);
  EXPECT_EQ(text.also[0].list, "games-one");
  EXPECT_EQ(text.also[0].category, "games");
  EXPECT_EQ(text.also[0].rule, "||a.site.example^");
  EXPECT_EQ(text.also[1].rule, "@@||site.example^");
}

TEST(Texts, ExistForEveryReason) {
  for (int i = 0; i <= static_cast<int>(Reason::NoRuleMatched); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_FALSE(to_text(reason).empty()) << i;
    EXPECT_TRUE(sentence(reason).ends_with('.')) << i;
  }
  EXPECT_EQ(to_text(Reason::AllowedByGuardian), "allowed_by_guardian");
  EXPECT_EQ(to_text(Action::Rewrite), "rewrite");
  EXPECT_EQ(to_text(Kind::DnsName), "dns_name");
}

}  // namespace
}  // namespace haetae::policy
