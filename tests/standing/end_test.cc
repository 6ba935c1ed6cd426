#include "standing/end.h"

#include <gmock/gmock.h>

#include <sstream>

#include "standing/family.h"

namespace haetae::standing {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

TEST(End, ReadsLengthsAsPeopleWriteThem) {
  const struct {
    const char* text;
    milliseconds length;
  } cases[] = {
      {"30m", 30min},        {"1h", 60min},       {"1h30m", 90min}, {"1h 30m", 90min},
      {"90 minutes", 90min}, {"2 Hours", 120min}, {"1d", 24h},      {"45s", 45s},
      {"for 30m", 30min},    {"1 day 2 h", 26h},  {"90MIN", 90min}, {"0h5m", 5min},
      {"20 min", 20min},     {"1 hr", 60min},     {"10secs", 10s},
  };
  const Family family;
  for (const auto& row : cases) {
    const auto end = read_end(words_of(row.text), family.now, family.maker.zone);
    ASSERT_TRUE(end && *end) << row.text;
    EXPECT_EQ((*end)->length, row.length) << row.text;
    EXPECT_FALSE((*end)->until) << row.text;
  }
}

TEST(End, IsTheNextTimeTheClockShowsIt) {
  const struct {
    const char* text;
    Time until;
  } cases[] = {
      {"until 21:00", Family::seoul(21, 0)},
      {"until 20:01", Family::seoul(20, 1)},
      {"until 20:00", Family::seoul(20, 0) + 24h},
      {"until 07:00", Family::seoul(7, 0) + 24h},
      {"until 7:00", Family::seoul(7, 0) + 24h},
      {"until 24:00", Family::seoul(24, 0)},
      {"until 00:00", Family::seoul(24, 0)},
      {"until tomorrow 21:00", Family::seoul(21, 0) + 24h},
      {"till tomorrow 07:00", Family::seoul(7, 0) + 24h},
  };
  const Family family;
  for (const auto& row : cases) {
    const auto end = read_end(words_of(row.text), family.now, family.maker.zone);
    ASSERT_TRUE(end && *end) << row.text;
    EXPECT_EQ((*end)->until, row.until) << row.text;
  }
}

TEST(End, IsReadByTheWallClockOverDaylightSaving) {
  // Berlin, 2026-03-29: 02:00 becomes 03:00.
  const policy::TimeZone berlin = *policy::TimeZone::load("Europe/Berlin");
  const Time evening =
      Time(std::chrono::sys_days{std::chrono::year{2026} / 3 / 28}) + 20h;  // 21:00
  const Moment now{evening, 1h, 1};
  const auto until = [&](const char* text) {
    return *(*read_end(words_of(text), now, berlin))->until;
  };
  EXPECT_EQ(until("until 07:00") - evening, 9h) << "the night is an hour shorter";
  EXPECT_EQ(until("until 02:30") - evening, 5h) << "a time that is skipped is the jump itself";
  EXPECT_EQ(*(*read_end(words_of("10h"), now, berlin))->length, 10h) << "a length is a length";
}

TEST(End, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* message;
    const char* hint;
  } cases[] = {
      {"until 25:00", "'25:00' is not a time", "use 00:00 to 24:00"},
      {"until 12:60", "'12:60' is not a time", "use 00:00 to 24:00"},
      {"until", "until when?", "until 07:00"},
      {"until bedtime", "'bedtime' is not a time", "use 00:00 to 24:00"},
      {"until 7pm", "'7pm' is not a time", "use 00:00 to 24:00"},
      {"until 07:00 tomorrow", "'07:00 tomorrow' is not a time", "until tomorrow 07:00"},
      {"21:30", "'21:30' is not a length of time", "`until 21:30`"},
      {"30", "'30' of what?", "write 30m for minutes"},
      {"0m", "'0m' is no time at all", "30m"},
      {"-5m", "'-5m' is not a length of time", "30m"},
      {"1.5h", "'1.5h' is not a length of time", "1h30m"},
      {"half an hour", "'half an hour' is not a length of time", "30m"},
      {"10 weeks", "'10 weeks' is not a length of time", "30m"},
      {"99999999999999999999h", "is not a length of time", "30m"},
      {"9223372036854775807s", "is not a length of time", "30m"},
      {"m", "'m' is not a length of time", "30m"},
  };
  const Family family;
  for (const auto& row : cases) {
    const auto end = read_end(words_of(row.text), family.now, family.maker.zone);
    ASSERT_FALSE(end) << row.text;
    EXPECT_THAT(end.error().message, testing::HasSubstr(row.message)) << row.text;
    EXPECT_THAT(end.error().hint, testing::HasSubstr(row.hint)) << row.text;
  }
}

TEST(End, NeedsAClockForATimeOfDayOnly) {
  const Family family;
  const Moment woken{Time{} + 5min, 5min, 1};
  const auto until = read_end(words_of("until 07:00"), woken, family.maker.zone);
  ASSERT_FALSE(until);
  EXPECT_EQ(until.error().message, "this machine's clock is not set yet");
  EXPECT_TRUE(read_end(words_of("30m"), woken, family.maker.zone));
}

TEST(End, IsSaidByDayAndByTheSecondWhenItIsNear) {
  const Family family;
  const auto text = [&](Time time) { return clock_text(time, family.now, family.maker.zone); };
  EXPECT_EQ(text(Family::seoul(21, 30)), "21:30 (Asia/Seoul)");
  EXPECT_EQ(text(Family::seoul(21, 30, 12)), "21:30 (Asia/Seoul)");
  EXPECT_EQ(text(Family::seoul(20, 1, 12)), "20:01:12 (Asia/Seoul)");
  EXPECT_EQ(text(Family::seoul(31, 0)), "07:00 tomorrow (Asia/Seoul)");
  EXPECT_EQ(text(Family::seoul(55, 5)), "2026-03-06 07:05 (Asia/Seoul)");
}

}  // namespace
}  // namespace haetae::standing
