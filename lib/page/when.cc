#include "page/when.h"

#include <fmt/format.h>

#include "page/html.h"

namespace haetae::page {
namespace {

constexpr int kMinutesPerHour = 60;
constexpr int kDaysOfWeek = 7;

}  // namespace

When when_of(Time at, Time now, const policy::TimeZone& zone) {
  const policy::TimeZone::Local local = zone.local(at);
  When when;
  when.clock =
      fmt::format("{:02}:{:02}", local.minute / kMinutesPerHour, local.minute % kMinutesPerHour);
  const std::chrono::year_month_day date(local.day);
  when.date = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                          static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  when.days_ahead = static_cast<int>((local.day - zone.local(now).day).count());
  when.weekday = local.weekday;
  return when;
}

std::string opens_text(const When& opens, const config::PageWords& words) {
  if (opens.days_ahead <= 0) return fill(words.when_today, {{"time", opens.clock}});
  if (opens.days_ahead == 1) return fill(words.when_tomorrow, {{"time", opens.clock}});
  if (opens.days_ahead < kDaysOfWeek) {
    return fill(words.when_day,
                {{"weekday", words.weekdays[static_cast<std::size_t>(opens.weekday)]},
                 {"time", opens.clock}});
  }
  return fill(words.when_date, {{"date", opens.date}, {"time", opens.clock}});
}

std::string moment_text(const When& when, const config::PageWords& words) {
  if (when.days_ahead <= 0) return when.clock;
  if (when.days_ahead < kDaysOfWeek) {
    return words.weekdays[static_cast<std::size_t>(when.weekday)] + ' ' + when.clock;
  }
  return when.date + ' ' + when.clock;
}

std::string length_text(milliseconds length) {
  const auto whole = std::chrono::ceil<minutes>(length).count();
  const auto hours = whole / kMinutesPerHour;
  const auto left = whole % kMinutesPerHour;
  if (hours == 0) return fmt::format("{} min", left);
  return left == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, left);
}

}  // namespace haetae::page
