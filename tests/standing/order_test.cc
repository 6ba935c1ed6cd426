#include "standing/order.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "standing/family.h"
#include "standing/overview.h"

namespace haetae::standing {
namespace {

using policy::Reason;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Pause, SaysWhoUntilWhen) {
  Family family;
  EXPECT_EQ(family.say("pause minji 1h30m"), "minji is paused until 21:30 (Asia/Seoul)");
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  EXPECT_NE(family.ask(kJun), Reason::Paused);
  family.pass(90min - 1ms);
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  family.pass(1ms);
  EXPECT_NE(family.ask(kMinji), Reason::Paused);
}

TEST(Pause, WithoutAnEndHoldsUntilItIsResumed) {
  Family family;
  EXPECT_EQ(family.say("pause minji"), "minji is paused until you say: haetae resume minji");
  family.pass(24h * 300);
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  EXPECT_THAT(family.say("resume minji"), StartsWith("minji is no longer paused"));
  EXPECT_NE(family.ask(kMinji), Reason::Paused);
  EXPECT_THAT(family.say("resume minji"), StartsWith("minji is not paused"));
}

TEST(Pause, SaidAgainIsTheLastWord) {
  Family family;
  family.say("pause minji");
  EXPECT_EQ(family.say("pause minji 10m"), "minji is paused until 20:10 (Asia/Seoul)");
  EXPECT_EQ(family.book.entries.size(), 1U);
  family.pass(10min);
  EXPECT_NE(family.ask(kMinji), Reason::Paused);
}

TEST(Pause, OfAllLeavesAdultsOutAndSaysSo) {
  Family family;
  EXPECT_EQ(family.say("pause all until 07:00"),
            "guests, jun and minji are paused until 07:00 tomorrow (Asia/Seoul)\n"
            "note: `all` does not mean parents; name them if you do");
  EXPECT_EQ(family.ask(kJun), Reason::Paused);
  EXPECT_EQ(family.ask(3), Reason::NoRuleMatched);
  family.say("pause parents");
  EXPECT_EQ(family.ask(3), Reason::Paused);
  EXPECT_THAT(family.say("resume all"), HasSubstr("parents"));
  EXPECT_EQ(family.ask(3), Reason::NoRuleMatched) << "resume all means everybody who is paused";
  EXPECT_EQ(family.ask(kJun), Reason::NoRuleMatched);
}

TEST(Resume, TellsWhatHoldsAllTheSame) {
  Family family;
  family.now.wall = Family::seoul(22, 0);
  family.say("pause minji");
  EXPECT_EQ(family.say("resume minji"),
            "minji is no longer paused\n"
            "note: minji's bedtime holds until 07:00 tomorrow (Asia/Seoul) all the same");
}

TEST(Focus, IsBegunAndEndedByHand) {
  Family family;
  EXPECT_EQ(family.say("focus jun 1h"), "jun is in focus until 21:00 (Asia/Seoul)");
  EXPECT_EQ(family.ask(kJun), Reason::Focus);
  EXPECT_EQ(family.say("focus jun off"), "jun is no longer in focus by hand");
  EXPECT_EQ(family.ask(kJun), Reason::NoRuleMatched);
  EXPECT_EQ(family.say("focus jun"), "jun is in focus until you say: haetae focus jun off");
  family.pass(100h);
  EXPECT_EQ(family.ask(kJun), Reason::Focus);
}

TEST(Focus, ByTheTimetableIsNotEndedByHand) {
  Family family;
  family.now.wall = Family::seoul(16, 10);
  EXPECT_EQ(family.say("focus jun off"),
            "jun is not in focus by hand\n"
            "note: jun's focus by the timetable holds until 17:00 (Asia/Seoul) all the same");
}

TEST(Grant, OpensASiteAServiceOrACategoryForAWhile) {
  Family family;
  EXPECT_EQ(family.say("grant minji site wikipedia.org 1h"),
            "minji may use site wikipedia.org until 21:00 (Asia/Seoul); to take it back: haetae "
            "revoke 1");
  EXPECT_EQ(family.ask(kMinji, "ko.wikipedia.org"), Reason::Granted);
  EXPECT_EQ(family.ask(kMinji), Reason::NoRuleMatched);
  EXPECT_THAT(family.say("grant minji service YouTube 15m"),
              StartsWith("minji may use service youtube until 20:15 (Asia/Seoul)"));
  EXPECT_EQ(family.ask(kMinji, "www.youtube.com"), Reason::Granted);
  EXPECT_THAT(family.say("grant minji category porn until 20:30 --no-safe-search"),
              StartsWith("minji may use category adult until 20:30 (Asia/Seoul), without safe "
                         "search"));
  const policy::Standing standing = family.standing();
  ASSERT_EQ(standing.grants.size(), 3U);
  EXPECT_TRUE(standing.grants[2].lifts_safe_search);
  family.pass(1h);
  EXPECT_NE(family.ask(kMinji, "ko.wikipedia.org"), Reason::Granted);
}

TEST(Grant, KnowsServicesByAllTheirNames) {
  Family family;
  for (const char* const word : {"youtube", "YouTube", "yt", "유튜브", "you-tube"}) {
    EXPECT_THAT(family.say(std::string("grant minji service ") + word + " 1h"),
                StartsWith("minji may use service youtube until"))
        << word;
  }
}

TEST(Grant, TakesASiteAsItIsPasted) {
  Family family;
  for (const char* const site :
       {"https://ko.Wikipedia.org/wiki/Haetae?x=1#y", "KO.wikipedia.org.", "ko.wikipedia.org"}) {
    EXPECT_THAT(family.say(std::string("grant minji site ") + site + " 1h"),
                StartsWith("minji may use site ko.wikipedia.org until"));
  }
  EXPECT_EQ(family.book.entries.size(), 1U) << "the last word counts";
}

// 15 more minutes, as children ask for them.
TEST(Grant, OfBedtimeThatHasNotBegunCountsFromItsBeginning) {
  Family family;  // 20:00, bedtime at 21:00
  EXPECT_THAT(family.say("grant minji bedtime 15m"),
              StartsWith("minji may stay up until 21:15 (Asia/Seoul)"));
  family.now.wall = Family::seoul(21, 0);
  EXPECT_EQ(family.ask(kMinji), Reason::NoRuleMatched);
  family.now.wall = Family::seoul(21, 15);
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime);
}

TEST(Grant, OfBedtimeThatHasBegunCountsFromNow) {
  Family family;
  family.now.wall = Family::seoul(21, 10);
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime);
  EXPECT_THAT(family.say("grant minji bedtime 15m"),
              StartsWith("minji may stay up until 21:25 (Asia/Seoul)"));
  EXPECT_EQ(family.ask(kMinji), Reason::NoRuleMatched);
  family.pass(15min);
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime);
}

TEST(Grant, OfBedtimeAddsUp) {
  Family family;
  family.say("grant minji bedtime 15m");
  EXPECT_THAT(family.say("grant minji bedtime 15m"),
              StartsWith("minji may stay up until 21:30 (Asia/Seoul)"));
  family.pass(80min);  // 21:20
  EXPECT_THAT(family.say("grant minji bedtime 10m"),
              StartsWith("minji may stay up until 21:40 (Asia/Seoul)"));
  EXPECT_EQ(family.book.entries.size(), 1U);
  EXPECT_EQ(family.ask(kMinji), Reason::NoRuleMatched);
  EXPECT_THAT(family.say("grant minji bedtime until 22:00"),
              StartsWith("minji may stay up until 22:00 (Asia/Seoul)"));
  family.pass(40min);
  EXPECT_EQ(family.ask(kMinji), Reason::Bedtime);
}

TEST(Grant, OfBedtimeUntilATimeBeforeItMakesNoSense) {
  Family family;
  EXPECT_EQ(family.say("grant minji bedtime until 20:30"),
            "refused: minji's bedtime begins only at 21:00 (Asia/Seoul); say how much longer, as "
            "15m");
  EXPECT_THAT(family.say("grant minji bedtime until 21:30"),
              StartsWith("minji may stay up until 21:30"));
}

TEST(Grant, OfBedtimeToAllMeansThoseWhoHaveOne) {
  Family family;
  EXPECT_EQ(family.say("grant all bedtime 30m"),
            "jun may stay up until 23:30 (Asia/Seoul); to take it back: haetae revoke 1\n"
            "minji may stay up until 21:30 (Asia/Seoul); to take it back: haetae revoke 2");
  EXPECT_EQ(family.say("grant guests bedtime 30m"), "refused: guests has no bedtime");
}

TEST(Grant, OfQuotaIsMoreTime) {
  Family family;
  EXPECT_THAT(family.say("grant minji quota 20m"), StartsWith("minji has more time until 20:20"));
  EXPECT_THAT(family.say("grant minji quota 20m"), StartsWith("minji has more time until 20:40"));
  EXPECT_EQ(family.standing().grants.at(0).subject, policy::GrantSubject::Quota);
}

TEST(Grant, SaysWhatStandsInItsWay) {
  Family family;
  family.now.wall = Family::seoul(21, 30);
  EXPECT_THAT(family.say("grant minji site wikipedia.org 1h"),
              HasSubstr("note: minji's bedtime holds until 07:00 tomorrow (Asia/Seoul) all the "
                        "same"));
  family.say("pause minji 30m");
  EXPECT_THAT(family.say("grant minji bedtime 1h"),
              HasSubstr("note: minji's pause holds until 22:00 (Asia/Seoul) all the same"));
  EXPECT_THAT(family.say("grant minji site wikipedia.org 1h"), testing::Not(HasSubstr("note")))
      << "a grant made after a pause goes through it, and bedtime is lifted";
  family.say("focus minji");
  EXPECT_THAT(family.say("grant minji service youtube 1h"),
              HasSubstr("note: minji's focus holds until it is ended all the same"));
}

TEST(Revoke, TakesBackByNumberByThingOrAll) {
  Family family;
  family.say("grant minji site wikipedia.org 1h");
  family.say("grant minji service youtube 1h");
  family.say("grant minji bedtime 15m");
  family.say("grant jun category games 1h");
  EXPECT_EQ(family.say("revoke #1"), "taken back from minji: site wikipedia.org");
  EXPECT_EQ(family.say("revoke minji bedtime"), "taken back from minji: bedtime");
  EXPECT_EQ(family.say("revoke minji"), "taken back from minji: service youtube");
  EXPECT_EQ(family.say("revoke minji"),
            "refused: minji has no such grant; haetae status shows what is on");
  EXPECT_EQ(family.say("revoke all category games"), "taken back from jun: category games");
  family.say("pause jun");
  EXPECT_EQ(family.say("revoke 5"), "jun's pause is ended");
  EXPECT_THAT(family.say("revoke 5"), StartsWith("refused: nothing that is on has the number 5"));
  EXPECT_TRUE(family.book.entries.empty());
}

TEST(Order, SaysWhatIsWrongAndWhatWasMeant) {
  const struct {
    const char* words;
    const char* answer;
  } cases[] = {
      {"pause minij 30m", "there is no profile 'minij'; did you mean 'minji'?"},
      {"pause", "whose?; name a profile, or all"},
      {"pause minji until 25:00", "'25:00' is not a time; use 00:00 to 24:00"},
      {"pause minji 400d", "longer than 366 days; leave the length out"},
      {"resume minji 30m", "'30m' is one word too many"},
      {"focus jun of", "'of' is not a length of time"},
      {"grant minji", "what is granted?; write one of: site NAME"},
      {"grant minji wikipedia.org 1h", "'wikipedia.org' is nothing that can be granted"},
      {"grant minji site", "which site?"},
      {"grant minji site com 1h", "'com' would open every site that ends in .com"},
      {"grant minji site no..name 1h", "is not a site's name"},
      {"grant minji site wikipedia.org", "for how long?; every grant ends"},
      {"grant minji site wikipedia.org 60d", "longer than 31 days"},
      {"grant minji service yutube 1h", "there is no service 'yutube'; did you mean 'youtube'?"},
      {"grant minji category game 1h", "there is no category 'game'; did you mean 'games'?"},
      {"grant minji category illegal 1h", "'illegal' is blocked for everybody"},
      {"grant minji bedtime 15m --no-safe-search", "safe search goes with a site"},
      {"revoke minji site", "which site?"},
      {"revoke minji bedtime 15m", "'15m' is one word too many"},
      {"revoke 17", "nothing that is on has the number 17"},
      {"forgive minji", "there is no command 'forgive'"},
  };
  Family family;
  for (const auto& row : cases) {
    EXPECT_THAT(family.say(row.words), StartsWith("refused: ")) << row.words;
    EXPECT_THAT(family.say(row.words), HasSubstr(row.answer)) << row.words;
  }
  EXPECT_TRUE(family.book.entries.empty());
}

TEST(Order, RefusesMoreGrantsThanADecisionMayCost) {
  Family family;
  for (std::size_t i = 0; i < limits::kGrantsOfProfileMax; ++i) {
    EXPECT_THAT(family.say("grant minji site s" + std::to_string(i) + ".example 1h"),
                StartsWith("minji may use"));
  }
  EXPECT_THAT(family.say("grant minji site other.example 1h"),
              StartsWith("refused: minji has 50 grants already"));
  EXPECT_THAT(family.say("grant minji site s0.example 2h"), StartsWith("minji may use"))
      << "in place of one that is there";
  EXPECT_THAT(family.say("grant jun site other.example 1h"), StartsWith("jun may use"));
  family.pass(1h);
  EXPECT_THAT(family.say("grant minji site other.example 1h"), StartsWith("minji may use"));
  EXPECT_LE(family.book.entries.size(), 3U) << "what is over is forgotten";
}

TEST(Order, RefusesMoreThanTheBookMayHold) {
  Family family;
  Entry entry;
  entry.profile = "elsewhere";
  entry.made = family.now.wall;
  for (std::size_t i = 0; i < limits::kStandingEntriesMax; ++i) {
    entry.id = family.book.next_id;
    apply(family.book, {.put = entry});
  }
  EXPECT_THAT(family.say("pause minji"), StartsWith("refused: too much is on already"));
  EXPECT_THAT(family.say("resume elsewhere"), StartsWith("elsewhere is no longer paused"));
  EXPECT_THAT(family.say("pause minji"), StartsWith("minji is paused"));
}

// A reload may reorder, rename and remove.
TEST(Names, HoldAcrossReloadsThatReorderProfiles) {
  Family family;
  family.say("pause minji");
  family.say("grant jun service youtube 1h");
  Family other;
  other.maker = test::PolicyMaker();
  other.maker.service("khan-academy", {"khanacademy.org"});
  other.maker.service("youtube", {"youtube.com"});
  other.loaded.config.profiles.clear();
  for (const char* const name : {"jun", "guests", "minji"}) other.add_profile(name);
  other.book = family.book;
  EXPECT_EQ(other.ask(2), Reason::Paused);
  EXPECT_EQ(other.ask(0, "youtube.com"), Reason::Granted);
  EXPECT_EQ(other.ask(0, "khanacademy.org"), Reason::NoRuleMatched);
}

TEST(Names, ThatAreGoneWaitForTheirReturn) {
  Family family;
  family.say("pause minji");
  family.say("grant jun service youtube 1h");
  Family without;
  without.maker = test::PolicyMaker();
  without.loaded.config.profiles.clear();
  without.add_profile("jun");
  without.book = family.book;
  EXPECT_EQ(without.ask(0), Reason::NoRuleMatched);
  const auto policy = without.maker.make();
  EXPECT_EQ(waiting(without.book, *policy, without.now).size(), 2U);
  without.say("pause jun");
  EXPECT_EQ(without.book.entries.size(), 3U) << "nobody forgot them";
  family.book = without.book;
  EXPECT_EQ(family.ask(kMinji), Reason::Paused);
  EXPECT_THAT(without.say("resume minji"), StartsWith("minji is no longer paused"));
  without.say("pause minji");
  EXPECT_THAT(without.say("pause minji"), StartsWith("refused: there is no profile 'minji'"));
}

TEST(Names, ThatAreGoneForLongAreForgotten) {
  Family family;
  family.say("pause minji");
  Family without;
  without.maker = test::PolicyMaker();
  without.loaded.config.profiles.clear();
  without.add_profile("jun");
  without.book = family.book;
  without.pass(limits::kStandingWaitsMax);
  without.say("pause jun 1m");
  EXPECT_EQ(without.book.entries.size(), 2U);
  without.pass(1min);
  without.say("pause jun 1m");
  EXPECT_EQ(without.book.entries.size(), 1U);
}

TEST(Status, SaysWhatIsOnForEverybody) {
  Family family;
  family.say("pause minji 30m");
  family.say("grant minji bedtime 15m");
  family.say("grant jun site wikipedia.org 1h --no-safe-search");
  const auto policy = family.maker.make();
  EXPECT_THAT(
      status_lines(overview(family.book, *policy, family.now), policy->zone),
      testing::ElementsAre(
          "it is 20:00 (Asia/Seoul)", "minji: paused until 20:30 (Asia/Seoul) [1]",
          "minji: bedtime begins at 21:00 (Asia/Seoul)",
          "minji: may stay up from 21:00 (Asia/Seoul) until 21:15 (Asia/Seoul) [2]",
          "jun: bedtime begins at 23:00 (Asia/Seoul)",
          "jun: may use site wikipedia.org, without safe search, until 21:00 (Asia/Seoul) [3]",
          "guests: nothing is on", "parents: nothing is on"));
}

}  // namespace
}  // namespace haetae::standing
