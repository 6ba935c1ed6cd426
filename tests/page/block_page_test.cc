// The block page: what it says for each reason, and what it never says.
#include "page/block_page.h"

#include <gmock/gmock.h>

#include "page/scene.h"

namespace haetae::page {
namespace {

using namespace std::chrono_literals;
using policy::kNoon;
using policy::MarkKind;
using policy::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAsker = "device Minji's tablet";

std::string english(const Site& site, const BlockFacts& facts) {
  return text_of_page(block_page(site, facts, kAsker, "en").html);
}

// The child's games are closed.
struct Games : PageScene {
  Games() {
    maker.list("games-one", games, {"||game.example^"});
    profile().blocked.set(games);
  }
};

TEST(BlockPage, SaysWhatHappenedWhyWhoCanChangeItAndUntilWhen) {
  Games scene;
  const BlockFacts facts = scene.facts_of("www.game.example");
  const std::string text = english(site_of(kHome), facts);
  for (const char* const said :
       {"This page is closed", "The page www.game.example did not open.", "Games are having a rest",
        "Kind of page: games", "You did nothing wrong.", "Your parents can open it for you.",
        "It stays closed until you get a yes from your parents.", "Ask to open it",
        "your parents will see the name of the page", "Kim family"}) {
    EXPECT_THAT(text, HasSubstr(said));
  }
}

TEST(BlockPage, SpeaksSixLanguages) {
  Games scene;
  const BlockFacts facts = scene.facts_of("www.game.example");
  const Site site = site_of(kHome);
  const std::vector<std::pair<std::string, std::string>> headings = {
      {"en", "This page is closed"},      {"ko", "이 페이지는 닫혀 있어요"},
      {"es", "Esta página está cerrada"}, {"zh-CN", "这个网页关着"},
      {"ja", "このページはとじています"}, {"vi", "Trang này đang đóng"}};
  for (const auto& [language, heading] : headings) {
    EXPECT_THAT(block_page(site, facts, kAsker, language).html,
                HasSubstr("<h1>" + heading + "</h1>"));
  }
  EXPECT_THAT(block_page(site, facts, kAsker, "zh-TW").html, HasSubstr("<html lang=\"zh-Hans\">"));
}

TEST(BlockPage, SpeaksTheSitesLanguageToWhoWantsNoneOfOurs) {
  Games scene;
  const BlockFacts facts = scene.facts_of("www.game.example");
  EXPECT_THAT(block_page(site_of(kHome), facts, kAsker, "fi, sv;q=0.9").html,
              HasSubstr("<html lang=\"ko\">"));
  EXPECT_THAT(block_page(site_of(), facts, kAsker, "").html, HasSubstr("<html lang=\"en\">"));
}

TEST(BlockPage, CallsTheGuardianAsTheConfigurationDoes) {
  Games scene;
  const BlockFacts facts = scene.facts_of("www.game.example");
  const Site site = site_of("page: {listen: [\"127.0.0.1:8481\"], guardian: Mr Park}\n");
  EXPECT_THAT(english(site, facts), HasSubstr("Mr Park can open it for you."));
  EXPECT_THAT(english(site_of("site: {kind: school}\n"), facts),
              HasSubstr("Your teacher can open it for you."));
}

struct ReasonCase {
  const char* sentence;
  Reason reason;
  const char* heading;
  const char* why;
};

TEST(BlockPage, HasASentenceForEveryReasonThatBlocks) {
  const std::vector<ReasonCase> cases = {
      {"paused", Reason::Paused, "The internet has a break", "Your parents switched the internet"},
      {"focus", Reason::Focus, "It is focus time", "only pages for school"},
      {"bedtime", Reason::Bedtime, "It is bedtime", "The internet sleeps, too."},
      {"quota", Reason::QuotaUsed, "Your time is used up", "all your internet time"},
      {"a guardian's list", Reason::DeniedByGuardian, "This page is closed", "Your parents chose"},
      {"a way round", Reason::Bypass, "This page is closed", "around the rules of this house"},
      {"words", Reason::Pattern, "This page is closed", "Some words in this page"},
      {"unknown", Reason::UnknownBlocked, "This page is closed", "Nobody has looked at this page"},
      {"rebinding", Reason::Rebinding, "This page is closed", "machines of this house"},
      {"hidden", Reason::Undecidable, "This page is closed", "could not see which page"},
      {"the law", Reason::Locked, "This page is closed for everybody", "The law says"},
  };
  const Site site = site_of(kHome);
  for (const ReasonCase& one : cases) {
    const BlockFacts facts{.now = kNoon, .reason = one.reason, .host = "site.example"};
    for (const std::string& language : languages()) {
      const Page page = block_page(site, facts, kAsker, language);
      EXPECT_EQ(badly_nested(page.html), "") << one.sentence << ' ' << language;
      EXPECT_THAT(text_of_page(page.html), Not(HasSubstr("{"))) << language;
    }
    const std::string text = english(site, facts);
    EXPECT_THAT(text, HasSubstr(one.heading)) << one.sentence;
    EXPECT_THAT(text, HasSubstr(one.why)) << one.sentence;
  }
}

TEST(BlockPage, IsA403AndForTheLawA451) {
  const Site site = site_of(kHome);
  EXPECT_EQ(block_page(site, {.reason = Reason::Category}, kAsker, "").status, 403);
  EXPECT_EQ(block_page(site, {.reason = Reason::Locked}, kAsker, "").status, 451);
}

TEST(BlockPage, EscapesWhateverComesIn) {
  const Site site = site_of("site: {name: \"<b>K&K</b>\"}\npage: {guardian: \"<i>'\\\"\"}\n");
  const BlockFacts facts{
      .now = kNoon, .reason = Reason::DeniedByGuardian, .host = "<script>alert(1)</script>\xff"};
  const std::string html = block_page(site, facts, "<asker>", "<en>").html;
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<b>K")));
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
  EXPECT_THAT(html, Not(HasSubstr("<asker>")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;\xef\xbf\xbd"));
  EXPECT_EQ(badly_nested(html), "");
}

TEST(BlockPage, NeedsNoScriptAndNothingFromElsewhere) {
  Games scene;
  const Site site = site_of(kHome);
  const std::string html = block_page(site, scene.facts_of("www.game.example"), kAsker, "en").html;
  for (const char* const never :
       {"<script", "javascript:", "<img", "<link", "<iframe", "url(", " style=", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(never)));
  }
  const auto policy = std::ranges::find(site.headers(), "Content-Security-Policy", &Header::name);
  ASSERT_NE(policy, site.headers().end());
  EXPECT_THAT(policy->value, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(policy->value, HasSubstr("form-action http://haetae.internal:8481;"));
  EXPECT_THAT(policy->value, HasSubstr("frame-ancestors 'none'"));
}

TEST(BlockPage, HasOneHeadingAndTheLandmarksOfAPage) {
  Games scene;
  const std::string html =
      block_page(site_of(kHome), scene.facts_of("www.game.example"), kAsker, "en").html;
  for (const char* const once : {"<h1>", "<main>", "<header>", "<footer>", "<title>"}) {
    const std::size_t first = html.find(once);
    ASSERT_NE(first, std::string::npos) << once;
    EXPECT_EQ(html.find(once, first + 1), std::string::npos) << once;
  }
}

// --- until when ---

TEST(BlockPage, SaysWhenBedtimeEnds) {
  PageScene scene;
  scene.profile().bedtime = PageScene::daily(21, 7);
  const Site site = site_of(kHome);
  // The scene's zone is UTC; it is a Wednesday.
  const BlockFacts late = scene.facts_of("site.example", kNoon + 10h);
  EXPECT_THAT(english(site, late), HasSubstr("It opens again tomorrow at 07:00."));
  EXPECT_THAT(english(site, late), HasSubstr("Ask for more time"));
  const BlockFacts early = scene.facts_of("site.example", kNoon + 13h);
  EXPECT_THAT(english(site, early), HasSubstr("It opens again at 07:00."));
}

TEST(BlockPage, SaysWhenTheLastThingInTheWayEnds) {
  PageScene scene;
  scene.profile().bedtime = PageScene::daily(21, 7);
  scene.on().paused_since = kNoon;
  scene.on().paused_until = kNoon + 10h;  // in the middle of bedtime
  EXPECT_EQ(scene.facts_of("site.example").opens->clock, "07:00");
}

TEST(BlockPage, NamesTheDayWhereItIsFar) {
  PageScene scene;
  scene.on().paused_since = kNoon;
  scene.on().paused_until = kNoon + 72h;
  const Site site = site_of(kHome);
  EXPECT_THAT(english(site, scene.facts_of("site.example")),
              HasSubstr("It opens again on Saturday at 12:00."));
  scene.on().paused_until = kNoon + 24h * 30;
  EXPECT_THAT(english(site, scene.facts_of("site.example")),
              HasSubstr("It opens again on 2025-04-04 at 12:00."));
}

TEST(BlockPage, PromisesNoTimeWhereBedtimeIsNotTheReason) {
  Games scene;
  scene.profile().bedtime = PageScene::daily(21, 7);
  EXPECT_EQ(scene.facts_of("www.game.example").opens, std::nullopt);
}

TEST(BlockPage, PromisesNoTimeForWhatStandsInThePageItself) {
  PageScene scene;
  scene.profile().bedtime = PageScene::daily(21, 7);
  const auto policy = scene.maker.make();
  policy::Scratch scratch(*policy);
  const Name name = name_of("site.example");
  const policy::Request request{.who = {.device = 0, .profile = scene.child},
                                .kind = policy::Kind::HttpBody,
                                .now = kNoon,
                                .name = &name};
  const policy::Verdict verdict{.action = policy::Action::Block,
                                .reason = Reason::Pattern,
                                .category = scene.adult,
                                .valid_until = kNoon + 9h};
  const BlockFacts facts = block_facts({*policy, {}, request, verdict}, scratch);
  EXPECT_EQ(facts.opens, std::nullopt);
  EXPECT_EQ(facts.ask_for, AskFor::Page);
}

// --- what stays private ---

struct Private : PageScene {
  Private() {
    const auto category =
        maker.category("self-harm", policy::CategoryKind::Harm, /*sensitive=*/true);
    const auto health =
        maker.category("health", policy::CategoryKind::KnownGood, /*sensitive=*/true);
    maker.help_category(category);
    maker.list("dark", category, {"||dark.example^"});
    maker.list("clinics", health, {"||clinic.example^"});
    profile().blocked.set(category);
  }
};

TEST(BlockPage, NamesNothingOfASensitiveCategory) {
  Private scene;
  const BlockFacts facts = scene.facts_of("www.dark.example");
  const Site site = site_of(kHome);
  for (const std::string& language : languages()) {
    const std::string html = block_page(site, facts, kAsker, language).html;
    EXPECT_THAT(html, Not(HasSubstr("dark.example")));
    EXPECT_THAT(html, Not(HasSubstr("self-harm")));
    EXPECT_THAT(html, Not(HasSubstr("<form")));
  }
  EXPECT_THAT(english(site, facts), HasSubstr("It stays closed to keep you safe."));
}

TEST(BlockPage, ShowsHelpLinesOfTheCountryWhereSomebodyHurts) {
  Private scene;
  const std::string html =
      block_page(site_of(kHome), scene.facts_of("www.dark.example"), kAsker, "ko").html;
  EXPECT_THAT(html, HasSubstr("href=\"tel:109\""));
  EXPECT_THAT(html, HasSubstr("자살예방 상담전화 109"));
  EXPECT_THAT(html, HasSubstr("혼자가 아니에요"));
  const std::string british =
      block_page(site_of("site: {country: GB}\n"), scene.facts_of("www.dark.example"), kAsker, "en")
          .html;
  EXPECT_THAT(british, Not(HasSubstr("tel:109\"")));
  EXPECT_THAT(british, HasSubstr("tel:116123"));
}

TEST(BlockPage, ShowsLinesThatFindALocalOneWhereTheCountryHasNone) {
  Private scene;
  const std::string text =
      english(site_of("site: {timezone: Pacific/Auckland}\n"), scene.facts_of("www.dark.example"));
  EXPECT_THAT(text, HasSubstr("You are not alone"));
  EXPECT_THAT(text, HasSubstr("Open findahelpline.com"));
}

TEST(BlockPage, ShowsHelpForWhatTheLawClosesAndAsksNobody) {
  PageScene scene;
  scene.maker.list("law", scene.illegal, {"||abuse.example^"});
  const BlockFacts facts = scene.facts_of("abuse.example");
  EXPECT_TRUE(facts.shows_help);
  EXPECT_EQ(facts.ask_for, AskFor::Nothing);
  EXPECT_THAT(english(site_of(kHome), facts), HasSubstr("Nobody here can open it."));
}

TEST(BlockPage, KeepsASensitiveSitePrivateAtBedtimeToo) {
  Private scene;
  scene.profile().bedtime = PageScene::daily(21, 7);
  const BlockFacts facts = scene.facts_of("clinic.example", kNoon + 10h);
  const std::string text = english(site_of(kHome), facts);
  EXPECT_THAT(text, Not(HasSubstr("clinic")));
  EXPECT_THAT(text, HasSubstr("It is bedtime"));
  EXPECT_EQ(facts.ask_for, AskFor::Time);
  EXPECT_FALSE(facts.shows_help);
}

TEST(BlockPage, ShowsHelpBesideAnyReasonWhereASearchCallsForIt) {
  Private scene;
  scene.maker.search_engine("find.example");
  scene.maker.pattern("search/self-harm/en/x", "hurt myself", 5, 100, list::PatternText::Search);
  scene.maker.mark(MarkKind::GuardianDeny, "find.example", scene.child);
  const BlockFacts facts = scene.facts_of_url("find.example/search?q=hurt+myself");
  EXPECT_EQ(facts.reason, Reason::DeniedByGuardian);
  EXPECT_TRUE(facts.shows_help);
}

// --- the button ---

TEST(BlockPage, HasNoButtonWhereNothingListensForIt) {
  Games scene;
  EXPECT_THAT(block_page(site_of(), scene.facts_of("www.game.example"), kAsker, "en").html,
              Not(HasSubstr("<form")));
}

TEST(BlockPage, AsksForAPageWhereOnlyThePageIsClosed) {
  PageScene scene;
  scene.maker.pattern("url/adult/en/x", "badwords", scene.adult, 100, list::PatternText::Url);
  EXPECT_EQ(scene.facts_of_url("site.example/badwords").ask_for, AskFor::Page);
  Games games;
  EXPECT_EQ(games.facts_of_url("game.example/chess").ask_for, AskFor::Site);
}

TEST(BlockPage, PutsATokenIntoTheFormThatWorksForThisAskerAlone) {
  Games scene;
  const Site site = site_of(kHome);
  const BlockFacts facts = scene.facts_of("www.game.example");
  const std::string html = block_page(site, facts, kAsker, "en").html;
  EXPECT_THAT(html, HasSubstr("action=\"http://haetae.internal:8481/ask\""));
  EXPECT_THAT(html, HasSubstr("value=\"site category games www.game.example\""));
  const std::string_view mark = "name=\"token\" value=\"";
  const std::size_t start = html.find(mark) + mark.size();
  const std::string token = html.substr(start, html.find('"', start) - start);
  const std::string_view subject = "site category games www.game.example";
  EXPECT_EQ(check_token(kKey, token, kAsker, subject, kNoon + 1h), TokenCheck::Good);
  EXPECT_EQ(check_token(kKey, token, "device Jun's phone", subject, kNoon), TokenCheck::Wrong);
}

TEST(OpenedPage, OffersToGoThere) {
  const Page page = opened_page(site_of(kHome), "www.game.example", "en");
  EXPECT_EQ(page.status, 503);
  EXPECT_THAT(page.html,
              HasSubstr("<a href=\"http://www.game.example/\">Go to www.game.example</a>"));
  EXPECT_EQ(badly_nested(page.html), "");
}

TEST(AskedPage, TellsWhatCameOfIt) {
  const Site site = site_of(kHome);
  std::vector<int> statuses;
  for (const Asked asked :
       {Asked::Kept, Asked::Before, Asked::TooOften, Asked::Old, Asked::OpenNow, Asked::NotKept}) {
    const Page page = asked_page(site, asked, "game.example", "en");
    EXPECT_EQ(badly_nested(page.html), "");
    statuses.push_back(page.status);
  }
  EXPECT_THAT(statuses, ElementsAre(200, 200, 429, 403, 200, 500));
}

}  // namespace
}  // namespace haetae::page
