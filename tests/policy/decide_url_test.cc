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
  const list::UrlName url = list::url_name(host, "/sex/1");
  const auto words = describe(*scene.made, scene.made->profiles[scene.child],
                              {.name = &host, .url = &url}, verdict);
  EXPECT_EQ(words.list, "pages");
  EXPECT_EQ(words.rule, "||site.example/sex^");
}

TEST(DescribeUrl, NamesTheRuleOfTheAddressThatHoldsThePage) {
  Scene scene;
  scene.maker.list("addresses", scene.adult, {"203.0.113.7"});
  scene.made = scene.maker.make();
  Scratch scratch(*scene.made);
  const IpAddress address = *IpAddress::from_text("203.0.113.7");
  const list::UrlName url = list::url_name(name_of("203.0.113.7"), "/any");
  const Request request{.who = {.device = 0, .profile = scene.child},
                        .kind = Kind::HttpUrl,
                        .now = kNoon,
                        .address = &address,
                        .url = &url};
  const Verdict verdict = decide(*scene.made, scene.standing, request, scratch);
  EXPECT_EQ(verdict.action, Action::Block);
  const auto words = describe(*scene.made, scene.made->profiles[scene.child], request, verdict);
  EXPECT_EQ(words.list, "addresses");
  EXPECT_EQ(words.rule, "203.0.113.7");
}

}  // namespace
}  // namespace haetae::policy
