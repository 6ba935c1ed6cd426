#include "policy/schedule.h"

#include <gmock/gmock.h>

#include <random>
#include <span>

#include "support/rounds.h"

namespace haetae::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

constexpr Weekdays kMonday = 1;
constexpr Weekdays kTuesday = 2;
constexpr Weekdays kFriday = 1 << 4;
constexpr Weekdays kSaturday = 1 << 5;

constexpr Window window(int from_hour, int from_minute, int to_hour, int to_minute) {
  return {static_cast<std::uint16_t>(from_hour * 60 + from_minute),
          static_cast<std::uint16_t>(to_hour * 60 + to_minute)};
}
constexpr Window kBedtime = window(21, 0, 7, 0);

Time utc(int year, unsigned month, unsigned day, int hour, int minute) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / month / day} + hours(hour) +
         std::chrono::minutes(minute);
}

LocalDay local_day(int year, unsigned month, unsigned day) {
  return LocalDay{sys_days{std::chrono::year{year} / month / day}.time_since_epoch()};
}

Schedule every_day(std::vector<Window> windows) {
  return Schedule({{.days = kEveryDay, .first_day = {}, .last_day = {}, .windows = windows}});
}

TEST(TimeZone, KnowsTheZonesOfTheSystemAndNoOthers) {
  EXPECT_TRUE(TimeZone::load("Asia/Seoul").has_value());
  EXPECT_EQ(TimeZone::load("Asia/Seoul")->name(), "Asia/Seoul");
  EXPECT_FALSE(TimeZone::load("Asia/Nowhere").has_value());
  EXPECT_FALSE(TimeZone::load("").has_value());
  EXPECT_FALSE(TimeZone::load("localtime").has_value());
  EXPECT_FALSE(TimeZone::load("/etc/localtime").has_value());
  EXPECT_FALSE(TimeZone::load("Europe/../Asia/Seoul").has_value());
}

TEST(TimeZone, ShowsTheWallClock) {
  const TimeZone::Local seoul = TimeZone::load("Asia/Seoul")->local(utc(2025, 3, 3, 15, 30));
  EXPECT_EQ(seoul.day, local_day(2025, 3, 4));
  EXPECT_EQ(seoul.minute, 30);
  EXPECT_EQ(seoul.weekday, 1);
}

struct InstantCase {
  const char* what;
  const char* zone;
  LocalDay day;
  int minute;
  Time instant;
};

TEST(TimeZone, FindsTheFirstMomentAtWhichTheClockShowsAMinute) {
  const InstantCase cases[] = {
      {"an ordinary minute", "Asia/Seoul", local_day(2025, 1, 1), 9 * 60, utc(2025, 1, 1, 0, 0)},
      {"a skipped minute is the jump", "Europe/Berlin", local_day(2025, 3, 30), 2 * 60 + 30,
       utc(2025, 3, 30, 1, 0)},
      {"a minute that comes twice is its first", "Europe/Berlin", local_day(2025, 10, 26),
       2 * 60 + 30, utc(2025, 10, 26, 0, 30)},
      {"a skipped midnight is the jump", "America/Sao_Paulo", local_day(2018, 11, 4), 0,
       utc(2018, 11, 4, 3, 0)},
      {"24:00 is the next midnight", "America/New_York", local_day(2025, 7, 4), 1440,
       utc(2025, 7, 5, 4, 0)},
      {"a whole day that was skipped", "Pacific/Apia", local_day(2011, 12, 30), 12 * 60,
       utc(2011, 12, 30, 10, 0)},
  };
  for (const InstantCase& row : cases) {
    EXPECT_EQ(TimeZone::load(row.zone)->instant(row.day, row.minute), row.instant) << row.what;
  }
}

TEST(Window, IsReadAsPeopleWriteIt) {
  const auto same = [](std::optional<Window> read, Window meant) {
    return read && read->from_minute == meant.from_minute && read->to_minute == meant.to_minute;
  };
  EXPECT_TRUE(same(parse_window("21:00-07:00"), kBedtime));
  EXPECT_TRUE(same(parse_window(" 21:00 - 7:00 "), kBedtime));
  EXPECT_TRUE(same(parse_window("00:00-24:00"), window(0, 0, 24, 0)));
  for (const char* wrong : {"", "-", "21:00", "21:00-", "25:00-07:00", "21:60-07:00", "24:00-07:00",
                            "24:01-07:00", "21-07", "+1:00-07:00", "21:0-07:00", "021:00-07:00",
                            "21:00-07:00-09:00", "21:00--7:00", "21:00\t-07:00", "::-::"}) {
    EXPECT_FALSE(parse_window(wrong).has_value()) << wrong;
  }
}

TEST(Schedule, WithoutRowsIsNeverActive) {
  const ScheduleState state = Schedule().at(utc(2025, 1, 1, 0, 0), TimeZone::utc());
  EXPECT_FALSE(state.active);
  EXPECT_EQ(state.next_edge, kNever);
}

struct AtCase {
  const char* what;
  Time now;
  bool active;
  Time next_edge;
};

void expect_states(const Schedule& schedule, const TimeZone& zone, std::span<const AtCase> cases) {
  for (const AtCase& row : cases) {
    const ScheduleState state = schedule.at(row.now, zone);
    EXPECT_EQ(state.active, row.active) << row.what;
    EXPECT_EQ(state.next_edge, row.next_edge) << row.what;
  }
}

TEST(Schedule, OvernightWindowBelongsToTheDayItStartsOn) {
  const Schedule friday(
      {{.days = kFriday, .first_day = {}, .last_day = {}, .windows = {kBedtime}}});
  const AtCase cases[] = {
      {"Friday afternoon", utc(2025, 1, 3, 16, 0), false, utc(2025, 1, 3, 21, 0)},
      {"its first minute", utc(2025, 1, 3, 21, 0), true, utc(2025, 1, 4, 7, 0)},
      {"Saturday morning is still Friday's", utc(2025, 1, 4, 6, 59), true, utc(2025, 1, 4, 7, 0)},
      {"its end is outside", utc(2025, 1, 4, 7, 0), false, utc(2025, 1, 10, 21, 0)},
      {"Friday morning is Thursday's", utc(2025, 1, 3, 6, 0), false, utc(2025, 1, 3, 21, 0)},
  };
  expect_states(friday, TimeZone::utc(), cases);
}

TEST(Schedule, WindowsThatTouchOrOverlapAreOne) {
  const AtCase cases[] = {
      {"in the first", utc(2025, 1, 1, 8, 30), true, utc(2025, 1, 1, 12, 0)},
      {"in the overlap", utc(2025, 1, 1, 9, 45), true, utc(2025, 1, 1, 12, 0)},
      {"between", utc(2025, 1, 1, 12, 0), false, utc(2025, 1, 1, 22, 0)},
      {"up to midnight and on", utc(2025, 1, 1, 22, 0), true, utc(2025, 1, 2, 1, 0)},
  };
  expect_states(every_day({window(10, 0, 12, 0), window(8, 0, 9, 50), window(9, 40, 10, 0),
                           window(22, 0, 24, 0), window(0, 0, 1, 0)}),
                TimeZone::utc(), cases);
}

TEST(Schedule, HoldsOnTheDatesOfATermOnly) {
  const Schedule term({{.days = kMonday | kTuesday,
                        .first_day = local_day(2025, 3, 3),
                        .last_day = local_day(2025, 3, 4),
                        .windows = {kBedtime}}});
  const AtCase cases[] = {
      {"the Monday before", utc(2025, 2, 24, 22, 0), false, utc(2025, 3, 3, 21, 0)},
      {"the first day", utc(2025, 3, 3, 22, 0), true, utc(2025, 3, 4, 7, 0)},
      {"the last day, past midnight", utc(2025, 3, 5, 1, 0), true, utc(2025, 3, 5, 7, 0)},
      {"the Monday after", utc(2025, 3, 10, 22, 0), false, utc(2025, 3, 18, 0, 0)},
  };
  expect_states(term, TimeZone::utc(), cases);
}

TEST(Schedule, WithoutAnEdgeInSightSaysSoAtTheEndOfItsSight) {
  const AtCase cases[] = {
      {"always active", utc(2025, 1, 1, 12, 0), true, utc(2025, 1, 9, 0, 0)},
  };
  expect_states(every_day({window(0, 0, 0, 0)}), TimeZone::utc(), cases);
}

TEST(Schedule, BedtimeFollowsTheWallClockOverDaylightSaving) {
  const AtCase berlin[] = {
      {"the short night", utc(2025, 3, 29, 20, 0), true, utc(2025, 3, 30, 5, 0)},
      {"its evening", utc(2025, 3, 30, 12, 0), false, utc(2025, 3, 30, 19, 0)},
      {"the long night", utc(2025, 10, 25, 19, 0), true, utc(2025, 10, 26, 6, 0)},
      {"its evening", utc(2025, 10, 26, 12, 0), false, utc(2025, 10, 26, 20, 0)},
  };
  expect_states(every_day({kBedtime}), *TimeZone::load("Europe/Berlin"), berlin);
  const AtCase new_york[] = {
      {"the short night", utc(2025, 3, 9, 2, 0), true, utc(2025, 3, 9, 11, 0)},
      {"the long night", utc(2025, 11, 2, 1, 0), true, utc(2025, 11, 2, 12, 0)},
  };
  expect_states(every_day({kBedtime}), *TimeZone::load("America/New_York"), new_york);
}

TEST(Schedule, WindowInsideASkippedHourDoesNotHappen) {
  const AtCase cases[] = {
      {"the hour is skipped", utc(2025, 3, 30, 0, 59), false, utc(2025, 3, 31, 0, 15)},
      {"the jump itself", utc(2025, 3, 30, 1, 0), false, utc(2025, 3, 31, 0, 15)},
  };
  expect_states(every_day({window(2, 15, 2, 45)}), *TimeZone::load("Europe/Berlin"), cases);
}

TEST(Schedule, WindowInsideARepeatedHourHappensTheFirstTime) {
  const AtCase cases[] = {
      {"the first time", utc(2025, 10, 26, 0, 15), true, utc(2025, 10, 26, 0, 45)},
      {"the second time", utc(2025, 10, 26, 1, 15), false, utc(2025, 10, 27, 1, 15)},
  };
  expect_states(every_day({window(2, 15, 2, 45)}), *TimeZone::load("Europe/Berlin"), cases);
}

// The slow judge: walks the zone's clock minute by minute and knows nothing of instants. A window
// starts when the clock first shows its start or later, and ends when it first shows its end.
class Judge {
 public:
  Judge(const TimeZone& zone, Time from, int minute_count) : from_(from) {
    std::int64_t last = INT64_MIN;
    for (int i = 0; i < minute_count; ++i) {
      const TimeZone::Local local = zone.local(from + std::chrono::minutes(i));
      last = std::max(last, wall(local.day, local.minute));
      furthest_.push_back(last);
    }
  }
  std::vector<bool> judge(const std::vector<ScheduleRow>& rows) const {
    std::vector<bool> active(furthest_.size());
    const std::int64_t first_day = furthest_.front() / 1440 - 2;
    const std::int64_t last_day = furthest_.back() / 1440 + 1;
    for (std::int64_t day = first_day; day <= last_day; ++day) {
      const LocalDay date{days(day)};
      const int weekday = static_cast<int>((day + 3) % 7);  // 1970-01-01 was a Thursday
      for (const ScheduleRow& row : rows) {
        if ((row.days >> weekday & 1) == 0) continue;
        if ((row.first_day && date < *row.first_day) || (row.last_day && date > *row.last_day)) {
          continue;
        }
        for (const Window& each : row.windows) mark(active, day, each);
      }
    }
    return active;
  }

 private:
  static std::int64_t wall(LocalDay day, int minute) {
    return std::int64_t{day.time_since_epoch().count()} * 1440 + minute;
  }
  std::size_t first_at(std::int64_t wall_minute) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(furthest_, wall_minute) -
                                    furthest_.begin());
  }
  void mark(std::vector<bool>& active, std::int64_t day, const Window& each) const {
    const int next_day = each.to_minute <= each.from_minute ? 1440 : 0;
    const std::size_t end = first_at(day * 1440 + each.to_minute + next_day);
    for (std::size_t i = first_at(day * 1440 + each.from_minute); i < end; ++i) active[i] = true;
  }

  Time from_;
  std::vector<std::int64_t> furthest_;  // by minute: the latest the clock has shown so far
};

std::vector<ScheduleRow> random_rows(std::mt19937& random, LocalDay year_start) {
  const auto below = [&](int limit) { return static_cast<int>(random() % limit); };
  std::vector<ScheduleRow> rows(1 + below(3));
  for (ScheduleRow& row : rows) {
    row.days = below(3) == 0 ? kEveryDay : static_cast<Weekdays>(random() & kEveryDay);
    if (below(3) == 0) row.first_day = year_start + days(below(300));
    if (below(3) == 0) row.last_day = row.first_day.value_or(year_start) + days(below(120));
    row.windows.resize(1 + below(3));
    for (Window& each : row.windows) {
      // Often near midnight and in the small hours, where zones change their clocks.
      const int step = below(2) == 0 ? 1 : 15;
      each.from_minute = static_cast<std::uint16_t>(below(2) == 0 ? below(240) / step * step
                                                                  : below(1440) / step * step);
      each.to_minute = static_cast<std::uint16_t>(below(4) == 0 ? below(240) : below(1441));
      if (below(10) == 0) each.to_minute = each.from_minute;
    }
  }
  return rows;
}

struct ZoneYear {
  const char* zone;
  int year;
};

class ScheduleOverAYear : public testing::TestWithParam<ZoneYear> {};

TEST_P(ScheduleOverAYear, AgreesWithTheSlowJudgeMinuteByMinute) {
  constexpr int kMinutes = 366 * 1440;
  constexpr int kMarginMinutes = 10 * 1440;  // at() looks ahead: judged, not asked
  const auto [zone_name, year] = GetParam();
  const TimeZone zone = *TimeZone::load(zone_name);
  const Time start = utc(year, 1, 1, 0, 0);
  const Judge judge(zone, start, kMinutes + kMarginMinutes);
  std::mt19937 random(static_cast<unsigned>(year));
  for (int round = 0; round < test::rounds(5); ++round) {
    const std::vector<ScheduleRow> rows = random_rows(random, local_day(year, 1, 1));
    const std::vector<bool> active = judge.judge(rows);
    std::vector<std::size_t> next_change(active.size(), active.size());
    for (std::size_t i = active.size() - 1; i-- > 0;) {
      next_change[i] = active[i + 1] != active[i] ? i + 1 : next_change[i + 1];
    }
    const Schedule schedule(rows);
    for (int i = 0; i < kMinutes; i += 1 + static_cast<int>(random() % 79)) {
      const Time now = start + std::chrono::minutes(i);
      const ScheduleState state = schedule.at(now, zone);
      ASSERT_EQ(state.active, active[i]) << zone_name << " round " << round << " minute " << i;
      const Time horizon = zone.instant(zone.local(now).day + days(8), 0);
      const Time change = start + std::chrono::minutes(next_change[i]);
      ASSERT_EQ(state.next_edge, std::min(change, horizon))
          << zone_name << " round " << round << " minute " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Zones, ScheduleOverAYear,
    testing::Values(ZoneYear{"Europe/Berlin", 2025}, ZoneYear{"America/New_York", 2025},
                    ZoneYear{"Asia/Seoul", 2025}, ZoneYear{"America/Sao_Paulo", 2018},
                    ZoneYear{"Asia/Beirut", 2025}, ZoneYear{"America/St_Johns", 2010},
                    ZoneYear{"Australia/Lord_Howe", 2025}, ZoneYear{"Pacific/Apia", 2011}));

}  // namespace
}  // namespace haetae::policy
