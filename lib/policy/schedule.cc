#include "policy/schedule.h"

#include <algorithm>
#include <charconv>

namespace haetae::policy {
namespace {

using std::chrono::days;

constexpr int kMinutesPerDay = 1440;
// Yesterday's overnight window may hold today; a week and a day ahead shows every weekday's windows
// whole.
constexpr int kDaysBack = 1;
constexpr int kDaysAhead = 8;

struct Span {
  Time from;
  Time to;
};

Span span_of(const Window& window, LocalDay day, const TimeZone& zone) noexcept {
  const bool overnight = window.to_minute <= window.from_minute;
  return {zone.instant(day, window.from_minute),
          zone.instant(day, window.to_minute + (overnight ? kMinutesPerDay : 0))};
}

bool starts_on(const ScheduleRow& row, LocalDay day, int weekday) noexcept {
  if ((row.days >> weekday & 1) == 0) return false;
  if (row.first_day && day < *row.first_day) return false;
  return !row.last_day || day <= *row.last_day;
}

// Hands every span that may touch the days asked about to `take`, day by day.
template <typename Take>
void for_each_span(const std::vector<ScheduleRow>& rows, const TimeZone& zone, Time now,
                   const Take& take) noexcept {
  const TimeZone::Local today = zone.local(now);
  for (int offset = -kDaysBack; offset < kDaysAhead; ++offset) {
    const LocalDay day = today.day + days(offset);
    const int weekday = (today.weekday + offset + 7) % 7;
    for (const ScheduleRow& row : rows) {
      if (!starts_on(row, day, weekday)) continue;
      for (const Window& window : row.windows) {
        const Span span = span_of(window, day, zone);
        if (span.from < span.to) take(span);
      }
    }
  }
}

std::optional<int> parse_minute(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2) return std::nullopt;
  if (text.size() - colon != 3) return std::nullopt;
  int hour = 0;
  int minute = 0;
  const auto whole = [](std::string_view digits, int& value) {
    if (digits.front() < '0' || digits.front() > '9') return false;  // no sign
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (!whole(text.substr(0, colon), hour) || !whole(text.substr(colon + 1), minute)) {
    return std::nullopt;
  }
  if (minute > 59 || hour * 60 + minute > kMinutesPerDay) return std::nullopt;
  return hour * 60 + minute;
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

ScheduleState Schedule::at(Time now, const TimeZone& zone) const noexcept {
  if (rows_.empty()) return {};
  const Time horizon = zone.instant(zone.local(now).day + days(kDaysAhead), 0);
  Time active_until = now;  // grows along spans that touch or overlap; stays if none holds now
  Time next_start = horizon;
  for (bool grew = true; grew;) {
    grew = false;
    for_each_span(rows_, zone, now, [&](const Span& span) {
      if (span.from <= active_until && active_until < span.to) {
        active_until = span.to;
        grew = true;
      } else if (span.from > now) {
        next_start = std::min(next_start, span.from);
      }
    });
  }
  if (active_until > now) return {true, std::min(active_until, horizon)};
  return {false, next_start};
}

std::optional<Window> parse_window(std::string_view text) noexcept {
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  const std::optional<int> from = parse_minute(trim(text.substr(0, hyphen)));
  const std::optional<int> to = parse_minute(trim(text.substr(hyphen + 1)));
  if (!from || !to || *from == kMinutesPerDay) return std::nullopt;
  return Window{static_cast<std::uint16_t>(*from), static_cast<std::uint16_t>(*to)};
}

}  // namespace haetae::policy
