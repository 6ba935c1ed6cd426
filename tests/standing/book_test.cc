#include "standing/book.h"

#include <gtest/gtest.h>

#include "policy/decide.h"
#include "standing/family.h"
#include "standing/overview.h"

namespace haetae::standing {
namespace {

using policy::Reason;

// Every clock question that a house has: what was said as a length keeps its length, what was said
// as a time of day follows the clock.
TEST(Clock, SetForwardDoesNotShortenALength) {
  Family family;
  family.say("pause minji 30m");
  family.pass(10min);
  family.set_clock(family.now.wall + 2h);
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.pass(19min);
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.pass(1min);
  EXPECT_NE(family.ask(kMinji), Reason::Paused);
}

TEST(Clock, SetBackDoesNotLengthenALength) {
  Family family;
  family.say("pause minji 30m");
  family.pass(10min);
  family.set_clock(family.now.wall - 5h);
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.pass(20min);
  EXPECT_NE(family.ask(kMinji), Reason::Paused);
}

TEST(Clock, MovesWhatWasSaidAsATimeOfDay) {
  Family family;
  family.say("pause minji until 22:00");
  family.set_clock(Family::seoul(21, 59));
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.set_clock(Family::seoul(22, 0));
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime) << "no longer paused";
  family.set_clock(Family::seoul(20, 30));
  EXPECT_EQ(family.ask(kMinji), Reason::Paused) << "it was set wrong: it is not 22:00 yet";
}

TEST(Clock, SetBackBeforeAGrantWasMadeDoesNotTakeItAway) {
  Family family;
  family.say("grant minji site wikipedia.org until 22:00");
  family.say("pause minji");
  family.say("grant minji site school.example 2h");
  family.set_clock(Family::seoul(19, 0));
  EXPECT_EQ(family.ask(kMinji, "school.example"), Reason::Granted) << "made after the pause";
  EXPECT_EQ(family.ask(kMinji, "wikipedia.org"), Reason::Paused) << "made before it";
  family.say("resume minji");
  EXPECT_EQ(family.ask(kMinji, "wikipedia.org"), Reason::Granted);
}

TEST(Clock, SetBackDoesNotBringTimeThatIsToComeForward) {
  Family family;
  family.say("grant minji bedtime 15m");  // from 21:00
  family.set_clock(Family::seoul(19, 0));
  EXPECT_EQ(family.standing().grants.at(0).from, Family::seoul(21, 0));
}

TEST(Clock, OfAnotherStartOfTheMachineIsTheWallClock) {
  Family family;
  family.say("pause minji 30m");
  family.reboot(Family::seoul(20, 20));
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.pass(10min);
  EXPECT_NE(family.ask(kMinji), Reason::Paused) << "20:30, as it was said";
}

TEST(Clock, ThatIsNotSetYetIsOnTheStricterSide) {
  Family family;
  family.say("grant minji site wikipedia.org 1h");
  family.say("pause jun 30m");
  family.reboot(Time{} + 1min);
  EXPECT_EQ(family.ask(kJun), Reason::Paused) << "whether it is over cannot be known";
  EXPECT_EQ(family.ask(kMinji, "wikipedia.org"), Reason::Bedtime) << "nor whether it is evening";
  EXPECT_FALSE(overview(family.book, *family.maker.make(), family.now).clock_is_set);
  family.set_clock(Family::seoul(20, 10));
  EXPECT_EQ(family.ask(kJun), Reason::Paused);
  EXPECT_EQ(family.ask(kMinji, "wikipedia.org"), Reason::Granted);
  family.set_clock(Family::seoul(21, 0));
  EXPECT_NE(family.ask(kJun), Reason::Paused);
}

TEST(Clock, ThatIsNotSetYetStillCountsLengths) {
  Family family;
  family.reboot(Time{} + 1min);
  family.say("pause jun 30m");
  family.say("grant minji bedtime 10m");
  EXPECT_EQ(family.ask(kMinji), Reason::NoRuleMatched)
      << "a guardian's word is newer than any clock";
  family.pass(10min);
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime);
  EXPECT_EQ(family.ask(kJun), Reason::Paused);
  family.set_clock(Family::seoul(12, 0));
  EXPECT_EQ(family.ask(kJun), Reason::Paused) << "20 minutes are left";
  family.pass(20min);
  EXPECT_EQ(family.ask(kJun), Reason::NoRuleMatched);
}

TEST(Clock, ThatIsNotSetYetLetsAPauseEndByItself) {
  Family family;
  family.reboot(Time{} + 1min);
  family.say("pause jun 30m");
  const auto end = next_anchored_end(family.book, family.now);
  EXPECT_EQ(end, family.now.since_boot + 30min) << "the keeper publishes anew then";
  family.pass(30min);
  EXPECT_FALSE(next_anchored_end(family.book, family.now));
  EXPECT_TRUE(family.standing().profiles.empty() || !family.standing().profiles[kJun].paused_since);
}

TEST(Book, NeverGivesANumberTwice) {
  Family family;
  family.say("pause minji");
  family.say("resume minji");
  family.say("pause minji");
  ASSERT_EQ(family.book.entries.size(), 1U);
  EXPECT_EQ(family.book.entries.begin()->first, 2U);
}

}  // namespace
}  // namespace haetae::standing
