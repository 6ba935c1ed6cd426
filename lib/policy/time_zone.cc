#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <string>

#include "policy/schedule.h"

namespace haetae::policy {
namespace {

constexpr absl::CivilDay kEpochDay(1970, 1, 1);
constexpr int kMinutesPerHour = 60;

Time to_time(absl::Time time) noexcept {
  return Time(milliseconds(absl::ToUnixMillis(time)));
}

}  // namespace

struct TimeZone::Rep {
  std::string name;
  absl::TimeZone zone;
};

std::optional<TimeZone> TimeZone::load(std::string_view name) {
  // The zone data's reader would take a path or the machine's own zone ("localtime") as well; a
  // configuration names a zone that is the same on every machine.
  if (name.empty() || name.front() == '/' || name.contains("..") || name == "localtime") {
    return std::nullopt;
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
  return TimeZone(std::make_unique<Rep>(std::string(name), zone));
}

TimeZone TimeZone::utc() {
  return TimeZone(std::make_unique<Rep>("UTC", absl::UTCTimeZone()));
}

TimeZone::TimeZone(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
TimeZone::TimeZone(const TimeZone& other) : rep_(std::make_unique<Rep>(*other.rep_)) {}
TimeZone& TimeZone::operator=(const TimeZone& other) {
  *rep_ = *other.rep_;
  return *this;
}
TimeZone::~TimeZone() = default;

TimeZone::Local TimeZone::local(Time time) const noexcept {
  const absl::Time asked = absl::FromUnixMillis(time.time_since_epoch().count());
  const absl::CivilSecond civil = rep_->zone.At(asked).cs;
  const absl::CivilDay day(civil);
  Local local;
  local.day = LocalDay(std::chrono::days(day - kEpochDay));
  local.minute = civil.hour() * kMinutesPerHour + civil.minute();
  local.second = civil.second();
  local.weekday = static_cast<int>(absl::GetWeekday(day));  // absl's Monday is 0 too
  return local;
}

Time TimeZone::instant(LocalDay day, int minute) const noexcept {
  const absl::CivilDay civil_day = kEpochDay + day.time_since_epoch().count();
  const absl::CivilSecond civil = absl::CivilSecond(civil_day) + minute * 60;
  const absl::TimeZone::TimeInfo info = rep_->zone.At(civil);
  // `pre` reads a time that comes twice by the clock before the change: the first of the two.
  return to_time(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre);
}

std::string TimeZone::rfc3339(Time time) const {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMillis(time.time_since_epoch().count()),
                          rep_->zone);
}

const std::string& TimeZone::name() const noexcept {
  return rep_->name;
}

}  // namespace haetae::policy
