// http://haetae.internal: what a device is told of itself.
#include "page/own_page.h"

#include <gmock/gmock.h>

#include "page/limits.h"
#include "page/scene.h"

namespace haetae::page {
namespace {

using namespace std::chrono_literals;
using policy::kNoon;
using policy::Reason;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct OwnScene : PageScene {
  OwnScene() { maker.devices = {{"Minji's tablet", child}, {"Jun's phone", child}}; }

  OwnFacts facts(Time now = kNoon, policy::DeviceId device = 0) {
    made = maker.make();
    return own_facts(
        site, *made, standing,
        {.who = {.device = device, .profile = child},
         .address = *IpAddress::from_text("192.0.2.7"),
         .now = now,
         .recent = recent.of(device == 0 ? "device Minji's tablet" : "address 192.0.2.7")});
  }
  std::string text(Time now = kNoon, policy::DeviceId device = 0,
                   std::string_view language = "en") {
    const OwnFacts all = facts(now, device);
    const std::string html = own_page(site, all, made->zone, now, language).html;
    EXPECT_EQ(badly_nested(html), "");
    EXPECT_THAT(html, Not(HasSubstr("{list}")));
    return text_of_page(html);
  }
  // The event that a blocked question of a device leaves.
  void block(std::string_view name, Time when = kNoon, policy::DeviceId device = 0) {
    made = maker.make();
    policy::Scratch scratch(*made);
    const Name asked = name_of(std::string(name).c_str());
    event::Event event;
    event.policy_generation = made->generation;
    event.when = when;
    event.peer = {*IpAddress::from_text("192.0.2.7"), 40000};
    event.who = {device, child};
    event.set_name(asked);
    event.verdict =
        policy::decide(*made, standing, {.who = event.who, .now = when, .name = &asked}, scratch);
    recent.take(event, *made);
  }

  Site site = site_of("site: {name: Kim family}\npage: {listen: [\"127.0.0.1:8481\"]}\n");
  RecentBlocks recent;
};

TEST(OwnPage, SaysWhoseItIsAndByWhichRules) {
  OwnScene scene;
  EXPECT_THAT(scene.text(), HasSubstr("This device is called Minji&#39;s tablet."));
  EXPECT_THAT(scene.text(), HasSubstr("Your rules are called little."));
  const std::string stranger = scene.text(kNoon, policy::kUnknownDevice);
  EXPECT_THAT(stranger, HasSubstr("This device has no name here yet."));
  EXPECT_THAT(stranger, HasSubstr("Its address is 192.0.2.7."));
  EXPECT_THAT(stranger, Not(HasSubstr("Minji")));
}

TEST(OwnPage, SaysWhenBedtimeBeginsAndEnds) {
  OwnScene scene;
  scene.profile().bedtime = OwnScene::daily(21, 7);
  EXPECT_THAT(scene.text(kNoon + 8h + 30min),
              HasSubstr("Bedtime begins at 21:00. That is in 30 min."));
  EXPECT_THAT(scene.text(kNoon + 10h), HasSubstr("It is bedtime."));
  EXPECT_THAT(scene.text(kNoon + 10h), HasSubstr("Until Thursday 07:00."));
}

TEST(OwnPage, KnowsThatBedtimeWasPutOff) {
  OwnScene scene;
  scene.profile().bedtime = OwnScene::daily(21, 7);
  policy::Grant& grant = scene.grant(policy::GrantSubject::Bedtime);
  grant.from = kNoon + 9h;
  grant.until = kNoon + 9h + 15min;
  EXPECT_THAT(scene.text(), HasSubstr("Bedtime begins at 21:15."));
}

TEST(OwnPage, SaysThatThereIsAPauseOrFocus) {
  OwnScene scene;
  scene.on().paused_since = kNoon - 1h;
  EXPECT_THAT(scene.text(), HasSubstr("The internet has a break."));
  EXPECT_THAT(scene.text(), HasSubstr("Until it is switched on again by your parents."));
  scene.on().paused_since.reset();
  scene.profile().focus = OwnScene::daily(9, 15);
  EXPECT_THAT(scene.text(), HasSubstr("It is focus time"));
  EXPECT_THAT(scene.text(), HasSubstr("Until 15:00."));
}

TEST(OwnPage, ListsWhatWasClosedForThisDeviceAlone) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^", "||jun.example^"});
  scene.block("www.adult.example");
  scene.block("jun.example", kNoon, 1);
  const std::string text = scene.text();
  EXPECT_THAT(text, HasSubstr("12:00www.adult.example (for grown-ups only)"));
  EXPECT_THAT(text, Not(HasSubstr("jun.example")));
}

TEST(OwnPage, ListsNothingOfWhatIsNobodysBusiness) {
  OwnScene scene;
  const auto dark = scene.maker.category("self-harm", policy::CategoryKind::Harm, true);
  scene.maker.help_category(dark);
  scene.maker.list("dark", dark, {"||dark.example^"});
  scene.profile().blocked.set(dark);
  scene.block("dark.example");
  EXPECT_THAT(scene.facts().recent, IsEmpty());
  EXPECT_THAT(scene.text(), HasSubstr("Nothing was closed for this device lately."));
  EXPECT_THAT(scene.facts().closed_categories, ElementsAre("adult"));
}

TEST(OwnPage, ListsNothingWhereTheLogLevelKeepsNothing) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^"});
  scene.block("adult.example");
  for (const auto level : {policy::LogLevel::None, policy::LogLevel::Counters}) {
    scene.profile().log = level;
    EXPECT_THAT(scene.text(), HasSubstr("No list is kept for you."));
    EXPECT_THAT(scene.text(), Not(HasSubstr("adult.example")));
  }
}

TEST(OwnPage, SaysWhatIsWrittenDown) {
  OwnScene scene;
  scene.site = site_of("", "log: all, log_reason: we try it out");
  scene.profile().log = policy::LogLevel::All;
  EXPECT_THAT(scene.text(), HasSubstr("The reason: we try it out"));
  scene.profile().log = policy::LogLevel::None;
  EXPECT_THAT(scene.text(), HasSubstr("What is written down about me\nNothing."));
}

TEST(OwnPage, TellsTheRules) {
  OwnScene scene;
  const auto video = scene.maker.service("youtube", {"video.example"});
  scene.maker.service_of(scene.child, video).rule = policy::ServiceRule::Block;
  scene.profile().safe_search = policy::Strictness::Strict;
  scene.profile().block_bypass = true;
  const std::string text = scene.text();
  EXPECT_THAT(text, HasSubstr("Closed kinds of pages: for grown-ups only"));
  EXPECT_THAT(text, HasSubstr("Closed: YouTube"));
  EXPECT_THAT(text, HasSubstr("Search pages leave out"));
  EXPECT_THAT(text, HasSubstr("Ways around these rules are closed."));
  EXPECT_THAT(text, Not(HasSubstr("You have no rules.")));
}

TEST(OwnPage, SpeaksEveryLanguage) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^"});
  scene.block("adult.example");
  for (const std::string& language : languages()) {
    EXPECT_THAT(scene.text(kNoon, 0, language), HasSubstr("adult.example")) << language;
  }
}

TEST(RecentBlocks, KeepsTheLatestOfADevice) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^"});
  for (std::size_t i = 0; i < limits::kRecentBlocksMax + 5; ++i) {
    scene.block("x" + std::to_string(i) + ".adult.example", kNoon + std::chrono::seconds(i));
  }
  const auto blocks = scene.recent.of("device Minji's tablet");
  EXPECT_THAT(blocks, SizeIs(limits::kRecentBlocksMax));
  EXPECT_EQ(blocks.front().host, "x24.adult.example");
}

TEST(RecentBlocks, TakesRepeatedQuestionsForOne) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^"});
  for (int i = 0; i < 5; ++i) scene.block("adult.example", kNoon + std::chrono::seconds(i));
  const auto blocks = scene.recent.of("device Minji's tablet");
  ASSERT_THAT(blocks, SizeIs(1));
  EXPECT_EQ(blocks.front().when, kNoon + 4s);
}

TEST(RecentBlocks, ForgetsTheDeviceThatWasQuietForLongest) {
  OwnScene scene;
  scene.maker.list("adult-one", scene.adult, {"||adult.example^"});
  const auto policy = scene.maker.make();
  policy::Scratch scratch(*policy);
  const Name asked = name_of("adult.example");
  event::Event event;
  event.policy_generation = policy->generation;
  event.who = {policy::kUnknownDevice, scene.child};
  event.set_name(asked);
  event.verdict =
      policy::decide(*policy, {}, {.who = event.who, .now = kNoon, .name = &asked}, scratch);
  RecentBlocks recent;
  for (std::uint32_t i = 0; i <= limits::kRecentDevicesMax; ++i) {
    event.peer.address = IpAddress::v4(0x0a000000 + i);
    recent.take(event, *policy);
  }
  EXPECT_THAT(recent.of("address 10.0.0.0"), IsEmpty());
  EXPECT_THAT(recent.of("address 10.0.0.1"), SizeIs(1));
}

TEST(RecentBlocks, RemembersForAMinuteWhyAnAnswerWasBlocked) {
  OwnScene scene;
  const auto policy = scene.maker.make();
  event::Event event;
  event.policy_generation = policy->generation;
  event.when = kNoon;
  event.who = {0, scene.child};
  event.kind = policy::Kind::DnsAnswer;
  event.set_name(name_of("site.example"));
  event.verdict = {.action = policy::Action::Block, .reason = Reason::Category};
  RecentBlocks recent;
  recent.take(event, *policy);
  const Name name = name_of("site.example");
  const auto why = [&](std::string_view asker, Time now) {
    return recent.answer_block(asker, name, policy->generation, now);
  };
  EXPECT_TRUE(why("device Minji's tablet", kNoon + 1min));
  EXPECT_FALSE(why("device Minji's tablet", kNoon + limits::kAnswerBlocksKept));
  EXPECT_FALSE(why("device Jun's phone", kNoon));
  EXPECT_FALSE(recent.answer_block("device Minji's tablet", name, policy->generation + 1, kNoon));
}

}  // namespace
}  // namespace haetae::page
