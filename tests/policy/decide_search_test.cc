// What patterns say of pages and of what is searched for.
#include <gmock/gmock.h>

#include "policy/describe.h"
#include "policy/scene.h"
#include "support/allocation_count.h"

namespace haetae::policy {
namespace {

using list::PatternText;

// A search engine, engine.example, beside the site that everybody talks of.
struct SearchScene : Scene {
  SearchScene() {
    self_harm = maker.category("self-harm", CategoryKind::Harm, true);
    maker.help_category(self_harm);
    maker.search_engine("engine.example");
    maker.pattern("search/porn", "porn", adult, 100, PatternText::Search);
    maker.pattern("search/excuse", "education", adult, -100, PatternText::Search);
    maker.pattern("search/die", "want to die", self_harm, 100, PatternText::Search);
    maker.pattern("url/porn", "/porn", adult, 100, PatternText::Url);
    maker.pattern("host/porn", "porn", adult, 100);
  }
  CategoryId self_harm;
};

TEST(DecideSearch, BlocksByTheWordsSearchedFor) {
  SearchScene scene;
  for (const char* url : {"engine.example/search?q=Free+P%6frn", "engine.example/search?x=1&q=porn",
                          "www.engine.example/search/images?q=porn#top"}) {
    const Verdict verdict = scene.ask_url(url);
    EXPECT_EQ(verdict.action, Action::Block) << url;
    EXPECT_EQ(verdict.reason, Reason::Pattern) << url;
    EXPECT_EQ(verdict.category, scene.adult) << url;
    EXPECT_EQ(verdict.text, PatternText::Search) << url;
  }
}

TEST(DecideSearch, LeavesOtherWordsAndOtherPagesAlone) {
  SearchScene scene;
  for (const char* url : {"engine.example/search?q=cats", "engine.example/search?q=porn+education",
                          "engine.example/search?oq=porn", "engine.example/maps?q=porn",
                          "engine.example/search", "site.example/search?q=porn"}) {
    EXPECT_EQ(scene.ask_url(url).reason, Reason::NoRuleMatched) << url;
  }
}

TEST(DecideSearch, TakesTheProfilesThreshold) {
  SearchScene scene;
  scene.profile().threshold = 120;
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").action, Action::Allow);
}

TEST(DecideSearch, AGoodEngineExcusesNoSearch) {
  SearchScene scene;
  scene.maker.list("good", scene.education, {"||engine.example^"});
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").action, Action::Block);
  EXPECT_EQ(scene.ask_url("engine.example/search?q=cats").action, Action::Allow);
}

TEST(DecideSearch, AGuardiansAllowCoversTheEngineWithItsSearches) {
  SearchScene scene;
  scene.maker.mark(MarkKind::GuardianAllow, "engine.example", scene.child);
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").reason, Reason::AllowedByGuardian);
}

TEST(DecideSearch, AnAllowedServiceCoversItsOwnSearches) {
  SearchScene scene;
  const ServiceId service = scene.maker.service("engine", {"engine.example"});
  scene.maker.service_of(scene.child, service).rule = ServiceRule::Allow;
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").reason, Reason::ServiceAllowed);
}

TEST(DecideSearch, AGrantOfTheCategoryLiftsIt) {
  SearchScene scene;
  scene.grant(GrantSubject::Category).id = scene.adult;
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").reason, Reason::Granted);
}

TEST(DecideSearch, WatchesWhereTheProfileOnlyWatches) {
  SearchScene scene;
  scene.profile().mode = Mode::Watch;
  const Verdict verdict = scene.ask_url("engine.example/search?q=porn");
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_TRUE(verdict.watched);
}

TEST(DecideSearch, LeadsToHelpInsteadOfBlocking) {
  SearchScene scene;
  scene.profile().blocked.set(scene.self_harm);
  const Verdict verdict = scene.ask_url("engine.example/search?q=I+want+to+die");
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_EQ(verdict.reason, Reason::NoRuleMatched);
  EXPECT_EQ(verdict.help, scene.self_harm);
  EXPECT_EQ(scene.ask_url("engine.example/search?q=cats").help, kNoCategory);
}

TEST(DecideSearch, LeadsToHelpWhateverTheProfileBlocksAndWhicheverStepDecides) {
  SearchScene scene;
  constexpr const char* kUrl = "engine.example/search?q=want+to+die";
  EXPECT_EQ(scene.ask_url(kUrl).help, scene.self_harm) << "not among the blocked categories";
  EXPECT_EQ(scene.ask_url("engine.example/search?q=want+to+die+porn").action, Action::Block);
  EXPECT_EQ(scene.ask_url("engine.example/search?q=want+to+die+porn").help, scene.self_harm);
  scene.maker.mark(MarkKind::GuardianAllow, "engine.example", scene.child);
  EXPECT_EQ(scene.ask_url(kUrl).help, scene.self_harm) << "the guardian allows the engine";
  scene.profile().bedtime = Scene::daily(0, 24);
  const Verdict at_night = scene.ask_url(kUrl);
  EXPECT_EQ(at_night.reason, Reason::Bedtime);
  EXPECT_EQ(at_night.help, scene.self_harm);
}

TEST(DecideSearch, DoesNotLookOverTheShoulderOfWhoIsNotFiltered) {
  SearchScene scene;
  scene.profile().blocked.reset();
  scene.profile().filtered = false;
  EXPECT_EQ(scene.ask_url("engine.example/search?q=want+to+die").help, kNoCategory);
  EXPECT_EQ(scene.ask_url("engine.example/search?q=porn").action, Action::Allow);
}

TEST(DecideUrlPatterns, BlockByThePathAndNeverTheSite) {
  SearchScene scene;
  const Verdict verdict = scene.ask_url("site.example/%50orn/1");
  EXPECT_EQ(verdict.action, Action::Block);
  EXPECT_EQ(verdict.text, PatternText::Url);
  EXPECT_EQ(scene.ask_url("site.example/").action, Action::Allow);
  EXPECT_EQ(scene.ask().action, Action::Allow);
}

TEST(DecideUrlPatterns, DoNotGuessAboutGoodSites) {
  SearchScene scene;
  scene.maker.list("good", scene.education, {"||site.example^"});
  EXPECT_EQ(scene.ask_url("site.example/porn").action, Action::Allow);
}

TEST(DecideUrlPatterns, LeaveSearchesToTheirWords) {
  SearchScene scene;
  EXPECT_EQ(scene.ask_url("engine.example/search/porn?q=cats").action, Action::Allow);
  EXPECT_EQ(scene.ask_url("engine.example/porn?q=cats").action, Action::Block);
}

TEST(DecideUrlPatterns, JudgePagesOfAnAddress) {
  SearchScene scene;
  scene.made = scene.maker.make();
  Scratch scratch(*scene.made);
  const IpAddress address = *IpAddress::from_text("203.0.113.7");
  const list::UrlName url = list::url_name(name_of("203.0.113.7"), "/porn");
  const Request request{.who = {.device = 0, .profile = scene.child},
                        .kind = Kind::HttpUrl,
                        .now = kNoon,
                        .address = &address,
                        .url = &url,
                        .path = "/porn"};
  EXPECT_EQ(decide(*scene.made, scene.standing, request, scratch).reason, Reason::Pattern);
}

TEST(DescribeUrlPatterns, NameThePatternOfTheTextThatWasLookedAt) {
  SearchScene scene;
  const auto rule_of = [&](std::string_view text) {
    const Verdict verdict = scene.ask_url(text);
    const Name host = name_of(text.substr(0, text.find('/')));
    const auto words =
        describe(*scene.made, scene.made->profiles[scene.child], {.name = &host}, verdict);
    EXPECT_EQ(words.list, "patterns");
    return words.rule;
  };
  EXPECT_EQ(rule_of("engine.example/search?q=porn"), "search/porn");
  EXPECT_EQ(rule_of("site.example/porn"), "url/porn");
  EXPECT_EQ(rule_of("porn.example/"), "host/porn");
}

TEST(DecideUrlPatterns, AllocateNothingOnceWarm) {
  SearchScene scene;
  scene.made = scene.maker.make();
  Scratch scratch(*scene.made);
  const Name host = name_of("www.engine.example");
  const std::string long_path = "/search?q=" + std::string(20'000, 'a') + "+porn";
  for (const std::string_view path :
       {"/", "/search?q=free+porn", "/search?q=want+to+die", "/porn?x=1", long_path.c_str()}) {
    const list::UrlName url = list::url_name(host, path);
    const std::uint64_t before = test::allocation_count();
    static_cast<void>(decide(*scene.made, scene.standing,
                             {.who = {.device = 0, .profile = scene.child},
                              .kind = Kind::HttpUrl,
                              .now = kNoon,
                              .name = &host,
                              .url = &url,
                              .path = path},
                             scratch));
    EXPECT_EQ(test::allocation_count(), before) << path.substr(0, 40);
  }
}

}  // namespace
}  // namespace haetae::policy
