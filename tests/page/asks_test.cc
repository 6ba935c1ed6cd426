// What children ask for: its limits, and the journal that keeps it.
#include "page/asks.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "page/limits.h"
#include "policy/scene.h"

namespace haetae::page {
namespace {

using namespace std::chrono_literals;
using policy::kNoon;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

Ask ask_for(std::string host, std::string asker = "device Minji's tablet", Time when = kNoon) {
  return {.when = when,
          .asker = std::move(asker),
          .profile = "minji",
          .host = std::move(host),
          .reason = policy::Reason::Category,
          .category = "games"};
}

TEST(Asks, TakesTheSameQuestionOnceAnHour) {
  Asks asks;
  asks.add(ask_for("game.example"), kNoon);
  EXPECT_EQ(asks.may_ask(ask_for("game.example"), kNoon + 59min), Asks::Answer::Before);
  EXPECT_EQ(asks.may_ask(ask_for("game.example"), kNoon + 60min), Asks::Answer::Welcome);
  EXPECT_EQ(asks.may_ask(ask_for("other.example"), kNoon), Asks::Answer::Welcome);
  EXPECT_EQ(asks.may_ask(ask_for("game.example", "device Jun's"), kNoon), Asks::Answer::Welcome);
}

TEST(Asks, LetsADeviceAskSoOftenInAnHour) {
  Asks asks;
  for (std::size_t i = 0; i < limits::kAsksPerHour; ++i) {
    const Ask next = ask_for(fmt::format("game{}.example", i));
    EXPECT_EQ(asks.may_ask(next, kNoon), Asks::Answer::Welcome) << i;
    asks.add(next, kNoon);
  }
  EXPECT_EQ(asks.may_ask(ask_for("more.example"), kNoon), Asks::Answer::TooOften);
  EXPECT_EQ(asks.may_ask(ask_for("more.example", "device Jun's"), kNoon), Asks::Answer::Welcome);
  EXPECT_EQ(asks.may_ask(ask_for("more.example"), kNoon + 1h), Asks::Answer::Welcome);
}

TEST(Asks, LetsNobodyWithManyAddressesPushOutTheOthers) {
  Asks asks;
  for (std::size_t i = 0; i < limits::kAsksOfAllPerHour; ++i) {
    asks.add(ask_for("game.example", fmt::format("address 2001:db8::{:x}", i)), kNoon);
  }
  EXPECT_EQ(asks.may_ask(ask_for("x.example"), kNoon), Asks::Answer::TooOften);
}

TEST(Asks, ForgetsTheOldestAndWhatIsOld) {
  Asks asks;
  for (std::size_t i = 0; i <= limits::kAsksMax; ++i) asks.add(ask_for("x.example"), kNoon);
  EXPECT_THAT(asks.all(), SizeIs(limits::kAsksMax));
  EXPECT_EQ(asks.all().front().id, 2u);
  asks.forget_old(kNoon + limits::kAsksKept);
  EXPECT_THAT(asks.all(), SizeIs(0));
}

TEST(AskJournal, IsALineOfJsonForEach) {
  Asks asks;
  asks.add(ask_for("game.example"), kNoon);
  Ask time = ask_for("", "address 192.0.2.7");
  time.reason = policy::Reason::Bedtime;
  time.category.clear();
  asks.add(time, kNoon);
  EXPECT_EQ(asks_text(asks),
            "{\"id\":1,\"when\":1741176000000,\"asker\":\"device Minji's tablet\","
            "\"profile\":\"minji\",\"host\":\"game.example\",\"page\":false,"
            "\"reason\":\"category\",\"category\":\"games\"}\n"
            "{\"id\":2,\"when\":1741176000000,\"asker\":\"address 192.0.2.7\","
            "\"profile\":\"minji\",\"host\":null,\"page\":false,"
            "\"reason\":\"bedtime\",\"category\":null}\n");
}

TEST(AskJournal, IsReadBackAsItWasWrittenAndNumbersGoOn) {
  Asks asks;
  asks.add(ask_for("한국.example", "device \"quoted\"\\"), kNoon);
  asks.add(ask_for("b.example"), kNoon);
  AsksRead read = read_asks(asks_text(asks), kNoon);
  EXPECT_EQ(asks_text(read.asks), asks_text(asks));
  EXPECT_EQ(read.damaged_lines, 0u);
  EXPECT_EQ(read.asks.add(ask_for("c.example"), kNoon).id, 3u);
}

TEST(AskJournal, LosesNoMoreThanTheLineThatWasCut) {
  Asks asks;
  asks.add(ask_for("a.example"), kNoon);
  const std::string first = asks_text(asks);
  asks.add(ask_for("b.example"), kNoon);
  const std::string both = asks_text(asks);
  for (std::size_t size = first.size(); size < both.size(); ++size) {
    const AsksRead read = read_asks(both.substr(0, size), kNoon);
    EXPECT_EQ(asks_text(read.asks), first) << size;
    EXPECT_EQ(read.damaged_lines, size == first.size() ? 0u : 1u);
  }
}

TEST(AskJournal, LeavesOutWhatIsNoAsk) {
  const AsksRead read = read_asks(
      "nonsense\n[]\n{}\n{\"id\":0,\"when\":1,\"asker\":\"a\",\"profile\":\"p\",\"host\":null,"
      "\"page\":false,\"reason\":\"bedtime\",\"category\":null}\n" +
          std::string(limits::kAskLineBytesMax + 1, ' ') + "\n" + ask_line([] {
            Ask ask = ask_for("a.example");
            ask.id = 4;
            return ask;
          }()),
      kNoon);
  EXPECT_EQ(read.damaged_lines, 5u);
  EXPECT_EQ(read.lines, 1u);
  EXPECT_THAT(read.asks.all(), SizeIs(1));
}

TEST(AskLines, TellAGuardianWhoAsksForWhatAndHowToSayYes) {
  Asks asks;
  EXPECT_THAT(lines_of({}, policy::TimeZone::utc()), ElementsAre("nobody asked for anything"));
  asks.add(ask_for("game.example"), kNoon);
  const std::vector<Ask> all(asks.all().begin(), asks.all().end());
  EXPECT_THAT(lines_of(all, policy::TimeZone::utc()),
              ElementsAre("2025-03-05 12:00  minji (device Minji's tablet) asks for game.example "
                          "[category games]",
                          "to say yes: haetae grant minji site game.example 1h"));
}

}  // namespace
}  // namespace haetae::page
