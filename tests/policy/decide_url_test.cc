// What lists say of pages, beside what is said of their sites.
#include <gmock/gmock.h>

#include "policy/describe.h"
#include "policy/scene.h"

namespace haetae::policy {
namespace {

TEST(DecideUrl, BlocksAListedPageAndWhatLiesBelowIt) {
  Scene scene;
  scene.maker.list("pages", scene.adult, {"||site.example/sex^"});
  for (const char* url : {"site.example/sex", "site.example/sex/", "site.example/sex/1?x=2",
                          "site.example//SEX", "www.site.example/sex"}) {
    const Verdict verdict = scene.ask_url(url);
    EXPECT_EQ(verdict.action, Action::Block) << url;
    EXPECT_EQ(verdict.reason, Reason::Category) << url;
    EXPECT_EQ(verdict.category, scene.adult) << url;
  }
}

TEST(DecideUrl, NeverWidensAPageToItsSiteOrToOtherSites) {
  Scene scene;
  scene.maker.list("pages", scene.adult, {"||site.example/sex^", "||www.other.example/sex^"});
  for (const char* url : {"site.example/", "site.example/sexton", "site.example/a/sex",
                          "m.site.example/sex", "other.example/sex"}) {
    EXPECT_EQ(scene.ask_url(url).action, Action::Allow) << url;
  }
  EXPECT_EQ(scene.ask("site.example").action, Action::Allow);
}

TEST(DecideUrl, JudgesTheSiteAsEver) {
  Scene scene;
  scene.maker.list("sites", scene.adult, {"site.example"});  // exact
  scene.maker.list("pages", scene.games, {"||site.example/play^"});
  EXPECT_EQ(scene.ask_url("site.example/any").category, scene.adult);
  EXPECT_EQ(scene.ask_url("site.example/play").category, scene.adult);
}

TEST(DecideUrl, LetsAGuardiansWordOnTheSiteGoBeforeListsOfItsPages) {
  Scene scene;
  scene.maker.list("pages", scene.adult, {"||site.example/sex^"});
  scene.maker.list("law", scene.illegal, {"||site.example/crime^"});
  scene.maker.mark(MarkKind::GuardianAllow, "site.example", scene.child);
  EXPECT_EQ(scene.ask_url("site.example/sex").reason, Reason::AllowedByGuardian);
  EXPECT_EQ(scene.ask_url("site.example/crime").reason, Reason::Locked);
}

TEST(DecideUrl, TakesAWatchingListOfThePageForLessThanAnEnforcingOneOfTheSite) {
  Scene scene;
  const ListId watching = scene.maker.list("pages", scene.adult, {"||site.example/sex^"});
  scene.maker.entry(watching).mode = Mode::Watch;
  EXPECT_EQ(scene.ask_url("site.example/sex").action, Action::Allow);
  EXPECT_TRUE(scene.ask_url("site.example/sex").watched);
  scene.maker.list("sites", scene.adult, {"||site.example^"});
  EXPECT_EQ(scene.ask_url("site.example/sex").action, Action::Block);
}

TEST(DecideUrl, NeedsAGrantForEachCategoryOfSiteAndPage) {
  Scene scene;
  scene.profile().blocked.set(scene.games);
  scene.maker.list("sites", scene.games, {"||site.example^"});
  scene.maker.list("pages", scene.adult, {"||site.example/sex^"});
  scene.grant(GrantSubject::Category).id = scene.games;
  EXPECT_EQ(scene.ask_url("site.example/chess").reason, Reason::Granted);
  EXPECT_EQ(scene.ask_url("site.example/sex").action, Action::Block);
}

TEST(DescribeUrl, NamesTheRuleOfThePage) {
  Scene scene;
  scene.maker.list("pages", scene.adult, {"||site.example/sex^"});
  const Verdict verdict = scene.ask_url("www.site.example/sex/1");
  const Name host = name_of("www.site.example");
  const auto words = describe(*scene.made, scene.made->profiles[scene.child], host,
                              list::url_name(host, "/sex/1"), verdict);
  EXPECT_EQ(words.list, "pages");
  EXPECT_EQ(words.rule, "||site.example/sex^");
}

}  // namespace
}  // namespace haetae::policy
