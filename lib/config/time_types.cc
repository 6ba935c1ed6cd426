#include <array>
#include <charconv>

#include "config/types.h"
#include "config/utf8.h"

namespace haetae::config {
namespace {

bool is_time(std::string_view text) {
  // A window of this one time is read by the same code that reads windows.
  return policy::parse_window(fmt::format("00:00-{}", text)).has_value();
}

void read_window(const Value& value, policy::Window& out) {
  constexpr std::string_view kHint = "use 00:00 to 24:00, as 21:00-07:00";
  const auto text = value.text("a window of time");
  if (!text) return;
  const std::string plain = with_hyphens(*text);
  if (const auto window = policy::parse_window(plain)) {
    out = *window;
    return;
  }
  const std::size_t dash = plain.find('-');
  const std::string_view from = std::string_view(plain).substr(0, dash);
  if (dash == std::string::npos) {
    value.fault(fmt::format("'{}' is not a window of time", *text), "write it as 21:00-07:00");
  } else if (!is_time(from)) {
    value.fault(fmt::format("'{}' is not a time", from), std::string(kHint));
  } else if (!is_time(std::string_view(plain).substr(dash + 1))) {
    value.fault(fmt::format("'{}' is not a time", plain.substr(dash + 1)), std::string(kHint));
  } else {
    value.fault(fmt::format("'{}' is not a window of time", *text), std::string(kHint));
  }
}

std::optional<int> digits(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<policy::LocalDay> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return policy::LocalDay(date);
}

constexpr std::array<std::string_view, 7> kDayNames{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

// "mon", "Monday", "weds" no: three letters or the whole name.
std::optional<int> weekday_of(std::string_view word) {
  for (std::size_t i = 0; i < kDayNames.size(); ++i) {
    if (word == kDayNames[i] || word == kDayNames[i].substr(0, 3)) return static_cast<int>(i);
  }
  return std::nullopt;
}

// "mon", "weekdays", "fri-sun".
std::optional<policy::Weekdays> days_of(std::string_view word) {
  constexpr policy::Weekdays kWorkdays = 0x1f;
  constexpr policy::Weekdays kWeekend = 0x60;
  if (word == "all" || word == "every-day" || word == "daily") return policy::kEveryDay;
  if (word == "weekdays") return kWorkdays;
  if (word == "weekends" || word == "weekend") return kWeekend;
  const std::size_t dash = word.find('-');
  const auto first = weekday_of(word.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : weekday_of(word.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  policy::Weekdays days = 0;
  for (int day = *first;; day = (day + 1) % 7) {
    days = static_cast<policy::Weekdays>(days | 1 << day);
    if (day == *last) return days;
  }
}

void add_days(const Value& value, policy::Weekdays& out) {
  const auto text = value.text("a day");
  if (!text) return;
  std::string word = with_hyphens(*text);
  for (char& c : word) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  if (const auto days = days_of(word)) {
    out = static_cast<policy::Weekdays>(out | *days);
  } else {
    value.fault(fmt::format("'{}' is not a day", *text),
                "use mon tue wed thu fri sat sun, mon-fri, weekdays, weekends or all");
  }
}

}  // namespace

Type<policy::Window> time_window() {
  return {"21:00-07:00", read_window};
}

Type<policy::LocalDay> calendar_day() {
  return parsed<policy::LocalDay>("2026-03-02", "a date", "write it as 2026-03-02", day_of);
}

Type<policy::Weekdays> weekdays() {
  return {"list of mon tue wed thu fri sat sun | weekdays | weekends | all",
          [](const Value& value, policy::Weekdays& out) {
            out = 0;
            if (value.node.kind != Node::Kind::List) return add_days(value, out);
            for (std::size_t i = 0; i < value.node.items.size(); ++i) add_days(value.at(i), out);
            if (value.node.items.empty()) value.fault("no day is named", "leave it out for all");
          }};
}

}  // namespace haetae::config
