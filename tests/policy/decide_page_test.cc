// What is made of a page by what stands in it and by what it calls itself.
#include <gtest/gtest.h>

#include <string_view>

#include "list/phrase_text.h"
#include "policy/describe.h"
#include "policy/page.h"
#include "policy/scene.h"
#include "support/allocation_count.h"

namespace haetae::policy {
namespace {

struct PageScene : Scene {
  PageScene() {
    drugs = maker.category("drugs");
    self_harm = maker.category("self-harm", CategoryKind::Harm, true);
    maker.help_category(self_harm);
    maker.label_categories = {.adult = adult, .drugs = drugs};
    maker.phrase("porn videos", adult, 60);
    maker.phrase("nude cams", adult, 50);
    maker.phrase("contraception", adult, -80);
    maker.phrase("buy weed", drugs, 120);
    maker.phrase("want to die", self_harm, 120);
  }

  Verdict judge(std::string_view text, const PageLabels& labels = {},
                std::string_view host = "site.example") {
    made = maker.make();
    list::PhraseScan scan(made->phrases());
    scan.feed(" " + list::phrase_text(text), list::PhrasePlace::Body);
    scan.finish();
    Scratch scratch(*made);
    const Name name = name_of(host);
    return decide_page(*made, standing, request(name), {&scan.score(), labels}, scratch);
  }

  bool matters(std::string_view host = "site.example") {
    made = maker.make();
    Scratch scratch(*made);
    const Name name = name_of(host);
    return page_matters(*made, standing, request(name), scratch);
  }

  Request request(const Name& name) const {
    return {.who = {.device = 0, .profile = child},
            .kind = Kind::HttpBody,
            .now = kNoon,
            .name = &name};
  }

  CategoryId drugs, self_harm;
};

constexpr std::string_view kAdultPage = "free porn videos and nude cams here";

TEST(DecidePage, BlocksFromTheProfilesThresholdOn) {
  PageScene scene;
  const Verdict verdict = scene.judge(kAdultPage);
  EXPECT_EQ(verdict.action, Action::Block);
  EXPECT_EQ(verdict.reason, Reason::Pattern);
  EXPECT_EQ(verdict.category, scene.adult);
  EXPECT_EQ(scene.judge("free porn videos").reason, Reason::NoRuleMatched);
  scene.profile().page_threshold = 60;
  EXPECT_EQ(scene.judge("free porn videos").action, Action::Block);
  scene.profile().page_threshold = 111;
  EXPECT_EQ(scene.judge(kAdultPage).action, Action::Allow);
}

TEST(DecidePage, LetsWhatIsInnocentInCompanyPass) {
  PageScene scene;
  EXPECT_EQ(scene.judge("porn videos, nude cams and contraception").action, Action::Allow);
}

TEST(DecidePage, NamesTheHeaviestPhrase) {
  PageScene scene;
  const Verdict verdict = scene.judge(kAdultPage);
  const Name name = name_of("site.example");
  const Description words =
      describe(*scene.made, scene.made->profiles[scene.child], scene.request(name), verdict);
  EXPECT_EQ(words.category, "adult");
  EXPECT_EQ(words.list, "patterns");
  EXPECT_EQ(words.rule, "phrases/porn videos");
}

TEST(DecidePage, AsksOnlyForCategoriesThatTheProfileBlocks) {
  PageScene scene;
  EXPECT_EQ(scene.judge("buy weed").action, Action::Allow);
  scene.profile().blocked.set(scene.drugs);
  const Verdict verdict = scene.judge("buy weed and porn videos and nude cams");
  EXPECT_EQ(verdict.category, scene.drugs) << "the highest sum comes first";
}

TEST(DecidePage, NeverBlocksForWordsOfHurtingOneselfButLeadsToHelp) {
  PageScene scene;
  scene.profile().blocked.set(scene.self_harm);
  const Verdict verdict = scene.judge("i want to die");
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_EQ(verdict.help, scene.self_harm);
  const Verdict both = scene.judge("i want to die porn videos nude cams");
  EXPECT_EQ(both.action, Action::Block);
  EXPECT_EQ(both.category, scene.adult);
  EXPECT_EQ(both.help, scene.self_harm);
}

struct LabelCase {
  const char* sentence;
  PageLabels labels;
  Action action;
};
constexpr LabelCase kLabelCases[] = {
    {"a page that calls itself adult", {.adult = true}, Action::Block},
    {"of drugs, which this profile does not block", {.drugs = true}, Action::Allow},
    {"made for grown-ups", {.age = 18}, Action::Block},
    {"made for sixteen and older, for a child of up to fifteen", {.age = 16}, Action::Block},
    {"made for twelve and older", {.age = 12}, Action::Allow},
    {"made for everybody", {.age = 0}, Action::Allow},
    {"says nothing", {}, Action::Allow},
};

TEST(DecidePage, BelievesAPageThatCallsItselfHarmful) {
  PageScene scene;
  scene.profile().label_age = 16;
  for (const LabelCase& row : kLabelCases) {
    const Verdict verdict = scene.judge("hello", row.labels);
    EXPECT_EQ(verdict.action, row.action) << row.sentence;
    if (row.action != Action::Block) continue;
    EXPECT_EQ(verdict.reason, Reason::Category) << row.sentence;
    const Name name = name_of("site.example");
    EXPECT_EQ(
        describe(*scene.made, scene.made->profiles[scene.child], scene.request(name), verdict).list,
        "self-label");
  }
}

TEST(DecidePage, OffMeansThatPagesAreNotRead) {
  PageScene scene;
  scene.profile().page_threshold = 0;
  EXPECT_FALSE(scene.matters());
  EXPECT_EQ(scene.judge(kAdultPage, {.adult = true}).action, Action::Allow);
  EXPECT_EQ(scene.judge("i want to die").help, kNoCategory);
}

TEST(DecidePage, AGuardiansAllowCoversTheWholePage) {
  PageScene scene;
  scene.maker.mark(MarkKind::GuardianAllow, "site.example", scene.child);
  EXPECT_FALSE(scene.matters());
  EXPECT_EQ(scene.judge(kAdultPage, {.adult = true}).reason, Reason::AllowedByGuardian);
}

TEST(DecidePage, AnAllowedServiceCoversItsPages) {
  PageScene scene;
  const ServiceId service = scene.maker.service("site", {"site.example"});
  scene.maker.service_of(scene.child, service).rule = ServiceRule::Allow;
  EXPECT_FALSE(scene.matters());
  EXPECT_EQ(scene.judge(kAdultPage).reason, Reason::ServiceAllowed);
}

TEST(DecidePage, HelpLinesAreNeverJudged) {
  PageScene scene;
  scene.maker.mark(MarkKind::Help, "site.example");
  EXPECT_FALSE(scene.matters());
  EXPECT_EQ(scene.judge(kAdultPage, {.adult = true}).reason, Reason::Help);
}

TEST(DecidePage, WhatAPersonFoundGoodIsNotDoubtedByWordsButByItsOwn) {
  PageScene scene;
  scene.maker.list("good", scene.education, {"||site.example^"});
  EXPECT_EQ(scene.judge(kAdultPage).action, Action::Allow);
  EXPECT_EQ(scene.judge(kAdultPage, {.adult = true}).action, Action::Block);
}

TEST(DecidePage, AGrantOfTheCategoryLiftsIt) {
  PageScene scene;
  scene.grant(GrantSubject::Category).id = scene.adult;
  EXPECT_EQ(scene.judge(kAdultPage).reason, Reason::Granted);
  EXPECT_EQ(scene.judge("hello", {.adult = true}).reason, Reason::Granted);
  EXPECT_EQ(scene.judge("hello").reason, Reason::NoRuleMatched);
}

TEST(DecidePage, WatchesWhereTheProfileWatches) {
  PageScene scene;
  scene.profile().mode = Mode::Watch;
  const Verdict verdict = scene.judge(kAdultPage);
  EXPECT_EQ(verdict.action, Action::Allow);
  EXPECT_TRUE(verdict.watched);
  EXPECT_EQ(verdict.reason, Reason::Pattern);
}

TEST(DecidePage, TimeIsNoMatterOfAPageThatIsThere) {
  PageScene scene;
  scene.profile().bedtime = Scene::daily(0, 24);
  EXPECT_EQ(scene.judge("hello").action, Action::Allow);
}

TEST(DecidePage, IsNotAnsweredBySafeSearch) {
  PageScene scene;
  scene.maker.engine("engine", {"site.example"});
  scene.profile().safe_search = Strictness::Strict;
  EXPECT_EQ(scene.judge("hello").action, Action::Allow);
}

TEST(DecidePage, MattersToProfilesThatBlockWhatPagesSpeakOf) {
  PageScene scene;
  EXPECT_TRUE(scene.matters());
  scene.profile().blocked.reset();
  EXPECT_TRUE(scene.matters()) << "a profile that filters leads to help";
  scene.profile().filtered = false;
  EXPECT_FALSE(scene.matters());
}

TEST(DecidePage, AllocatesNothing) {
  PageScene scene;
  scene.made = scene.maker.make();
  list::PhraseScan scan(scene.made->phrases());
  scan.feed(" " + list::phrase_text(kAdultPage), list::PhrasePlace::Body);
  scan.finish();
  Scratch scratch(*scene.made);
  const Name name = name_of("site.example");
  const Request request = scene.request(name);
  const std::uint64_t before = test::allocation_count();
  const bool matters = page_matters(*scene.made, scene.standing, request, scratch);
  const Verdict verdict =
      decide_page(*scene.made, scene.standing, request, {&scan.score(), {}}, scratch);
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_TRUE(matters);
  EXPECT_EQ(verdict.action, Action::Block);
}

}  // namespace
}  // namespace haetae::policy
