#include <gtest/gtest.h>

#include "scene.h"

namespace haetae::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct Presence : Scene {
  Verdict at(Time now) { return presence(*maker.make(), standing, child, now); }
  bool is_stopped(Time now) { return at(now).action == Action::Block; }
};

// 21:00 to 07:00 of the site's zone.
constexpr Time kBedtime = kNoon + hours(9);
constexpr Time kMorning = kNoon + hours(19);

TEST(Presence, IsStoppedFromTheFirstMomentOfBedtimeToItsLast) {
  Presence scene;
  scene.profile().bedtime = Scene::daily(21, 7);
  EXPECT_FALSE(scene.is_stopped(kBedtime - milliseconds(1)));
  EXPECT_EQ(scene.at(kBedtime - milliseconds(1)).valid_until, kBedtime);
  EXPECT_TRUE(scene.is_stopped(kBedtime));
  EXPECT_EQ(scene.at(kBedtime).reason, Reason::Bedtime);
  EXPECT_EQ(scene.at(kBedtime).valid_until, kMorning);
  EXPECT_TRUE(scene.is_stopped(kMorning - milliseconds(1)));
  EXPECT_FALSE(scene.is_stopped(kMorning));
}

TEST(Presence, GoesOnInBedtimeWhileAGuardianGrantsTheTime) {
  Presence scene;
  scene.profile().bedtime = Scene::daily(21, 7);
  Grant& grant = scene.grant(GrantSubject::Bedtime);
  grant.from = kNoon;
  grant.until = kBedtime + minutes(30);
  EXPECT_FALSE(scene.is_stopped(kBedtime + minutes(10)));
  EXPECT_EQ(scene.at(kBedtime + minutes(10)).valid_until, kBedtime + minutes(30));
  EXPECT_TRUE(scene.is_stopped(kBedtime + minutes(30)));
}

TEST(Presence, IsStoppedByAPauseEvenWhereANameIsGranted) {
  Presence scene;
  scene.on().paused_since = kNoon;
  scene.on().paused_until = kNoon + minutes(30);
  scene.grant(GrantSubject::Name).name = name_of("site.example");
  EXPECT_FALSE(scene.is_stopped(kNoon - minutes(1)));
  EXPECT_TRUE(scene.is_stopped(kNoon));
  EXPECT_EQ(scene.at(kNoon).valid_until, kNoon + minutes(30));
  EXPECT_FALSE(scene.is_stopped(kNoon + minutes(30)));
}

TEST(Presence, IsStoppedByAUsedUpQuotaUntilItsReset) {
  Presence scene;
  scene.profile().has_quota = true;
  scene.on().quota_used_until = kNoon + hours(12);
  EXPECT_TRUE(scene.is_stopped(kNoon));
  EXPECT_FALSE(scene.is_stopped(kNoon + hours(12)));
}

TEST(Presence, IsStoppedByAFocusThatOpensNothingOnly) {
  Presence scene;
  scene.on().focus_until = kNoon + hours(1);
  EXPECT_TRUE(scene.is_stopped(kNoon));
  EXPECT_EQ(scene.at(kNoon).reason, Reason::Focus);
  scene.maker.mark(MarkKind::FocusAllow, "school.example", scene.child);
  EXPECT_FALSE(scene.is_stopped(kNoon)) << "names are judged one by one";
}

TEST(Presence, IsNeverStoppedInAProfileThatOnlyWatches) {
  Presence scene;
  scene.profile().mode = Mode::Watch;
  scene.profile().bedtime = Scene::daily(21, 7);
  EXPECT_FALSE(scene.is_stopped(kBedtime));
}

TEST(Presence, TakesTheStricterSideWhileTheClockIsNotBelieved) {
  Presence scene;
  scene.profile().bedtime = Scene::daily(21, 7);
  EXPECT_TRUE(scene.is_stopped(Time{}));
  EXPECT_EQ(scene.at(Time{}).valid_until, kClockCredibleFrom);
}

}  // namespace
}  // namespace haetae::policy
