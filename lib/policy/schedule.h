#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace haetae::policy {

// The days of the week a window starts on, as bits: Monday is bit 0.
using Weekdays = std::uint8_t;
inline constexpr Weekdays kEveryDay = 0x7f;

// Minutes since midnight, local time: from 0 to 1439, to 0 to 1440. to <= from runs past midnight
// and belongs to the day it starts on; from == to is a whole day. Its ends are the moments of
// TimeZone::instant(): a window inside an hour that daylight saving skips does not happen, one
// inside an hour that comes twice happens the first time.
struct Window {
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 0;
};

// A calendar day of the site's zone: days since 1970-01-01 (std::chrono::local_days).
using LocalDay = std::chrono::local_days;

// Windows that hold on some weekdays, or on some dates only.
struct ScheduleRow {
  Weekdays days = kEveryDay;
  std::optional<LocalDay> first_day;  // a term or a holiday; both ends included
  std::optional<LocalDay> last_day;
  std::vector<Window> windows;
};

// A site's time zone, by its name in the system's zone data ("Asia/Seoul").
class TimeZone {
 public:
  // No value: the system's zone data has no such zone.
  static std::optional<TimeZone> load(std::string_view name);
  static TimeZone utc();
  TimeZone(const TimeZone&);
  TimeZone& operator=(const TimeZone&);
  ~TimeZone();

  struct Local {
    LocalDay day;
    int minute = 0;  // since local midnight
    int second = 0;
    int weekday = 0;  // 0: Monday
  };
  Local local(Time time) const noexcept;
  // The first moment at or after which the zone's wall clock shows this: a minute that daylight
  // saving skips gives the moment of the jump; one that comes twice gives the first.
  Time instant(LocalDay day, int minute) const noexcept;
  const std::string& name() const noexcept;
  // As the zone's clock shows it: "2026-03-02T21:00:00+09:00" (RFC 3339).
  std::string rfc3339(Time time) const;

 private:
  struct Rep;
  explicit TimeZone(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

// A schedule is a pure function of a moment.
struct ScheduleState {
  bool active = false;
  Time next_edge =
      kNever;  // the next moment at which `active` may change; later than the moment asked
};

class Schedule {
 public:
  Schedule() = default;  // never active
  explicit Schedule(std::vector<ScheduleRow> rows) : rows_(std::move(rows)) {}
  // Windows that touch or overlap are one: its edge is where the last of them ends. Looks a week
  // and a day ahead; a schedule with no edge in that time says so by an edge at the end of it. An
  // empty one has no edge at all. noexcept and without allocation: asked on the hot path, though
  // callers keep the state until next_edge, since it costs microseconds.
  ScheduleState at(Time now, const TimeZone& zone) const noexcept;
  bool empty() const noexcept { return rows_.empty(); }

 private:
  std::vector<ScheduleRow> rows_;
};

// "21:00-07:00" or "9:00 - 12:30" -> Window. 24:00 is allowed at the end. No value: not a window.
std::optional<Window> parse_window(std::string_view text) noexcept;

}  // namespace haetae::policy
