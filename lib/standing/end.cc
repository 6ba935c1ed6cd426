#include "standing/end.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "policy/decide.h"

namespace haetae::standing {
namespace {

using std::chrono::days;

constexpr std::string_view kLengthHint =
    "write a length as 30m, 2h or 1h30m, or a time as "
    "`until 21:00`";
constexpr std::string_view kTimeHint =
    "use 00:00 to 24:00, as `until 07:00` or `until tomorrow "
    "07:00`";

struct Unit {
  std::string_view word;
  milliseconds length;
};
constexpr std::array<Unit, 17> kUnits{{
    {"s", seconds(1)},
    {"sec", seconds(1)},
    {"secs", seconds(1)},
    {"second", seconds(1)},
    {"seconds", seconds(1)},
    {"m", minutes(1)},
    {"min", minutes(1)},
    {"mins", minutes(1)},
    {"minute", minutes(1)},
    {"minutes", minutes(1)},
    {"h", minutes(60)},
    {"hr", minutes(60)},
    {"hour", minutes(60)},
    {"hours", minutes(60)},
    {"d", minutes(24 * 60)},
    {"day", minutes(24 * 60)},
    {"days", minutes(24 * 60)},
}};
// Beyond every limit on lengths; what is longer was mistyped.
constexpr milliseconds kLengthMax = days(10'000);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string joined(std::span<const std::string> words, std::string_view between) {
  return fmt::format("{}", fmt::join(words, between));
}

// "1h30m" -> 90 minutes. No value: not a length of time.
std::optional<milliseconds> length_of(std::string_view text) {
  milliseconds sum{0};
  while (!text.empty()) {
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (error != std::errc{} || number > kLengthMax / seconds(1)) return std::nullopt;
    text.remove_prefix(digits);
    const auto letters =
        static_cast<std::size_t>(std::ranges::find_if(text, is_digit) - text.begin());
    const auto unit = std::ranges::find(kUnits, text.substr(0, letters), &Unit::word);
    if (unit == kUnits.end() || number > kLengthMax / unit->length) return std::nullopt;
    text.remove_prefix(letters);
    sum += number * unit->length;
    if (sum > kLengthMax) return std::nullopt;
  }
  return sum;
}

std::expected<milliseconds, Refusal> read_length(std::span<const std::string> words) {
  const std::string said = joined(words, " ");
  std::string text = joined(words, "");
  for (char& c : text) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  if (std::ranges::all_of(text, is_digit)) {
    return std::unexpected(Refusal{fmt::format("'{}' of what?", said),
                                   fmt::format("write {0}m for minutes, {0}h for hours", text)});
  }
  if (text.contains(':')) {
    return std::unexpected(Refusal{fmt::format("'{}' is not a length of time", said),
                                   fmt::format("for a time of day write `until {}`", said)});
  }
  const auto length = length_of(text);
  if (!length) {
    return std::unexpected(
        Refusal{fmt::format("'{}' is not a length of time", said), std::string(kLengthHint)});
  }
  if (*length == milliseconds(0)) {
    return std::unexpected(
        Refusal{fmt::format("'{}' is no time at all", said), std::string(kLengthHint)});
  }
  return *length;
}

std::optional<int> minute_of(std::string_view text) {
  // A window that ends at this time is read by the code that reads windows.
  const auto window = policy::parse_window(fmt::format("00:00-{}", text));
  if (!window) return std::nullopt;
  return window->to_minute;
}

std::expected<Time, Refusal> read_until(std::span<const std::string> words, const Moment& now,
                                        const policy::TimeZone& zone) {
  if (now.wall < policy::kClockCredibleFrom) {
    return std::unexpected(Refusal{"this machine's clock is not set yet",
                                   "say how long, as 30m, or wait until it has the time"});
  }
  const bool tomorrow = !words.empty() && words.front() == "tomorrow";
  if (tomorrow) words = words.subspan(1);
  if (words.empty()) return std::unexpected(Refusal{"until when?", std::string(kTimeHint)});
  const std::optional<int> minute = words.size() == 1 ? minute_of(words.front()) : std::nullopt;
  if (!minute) {
    return std::unexpected(
        Refusal{fmt::format("'{}' is not a time", joined(words, " ")), std::string(kTimeHint)});
  }
  const policy::LocalDay today = zone.local(now.wall).day;
  const Time at = zone.instant(today + days(tomorrow ? 1 : 0), *minute);
  return at > now.wall ? at : zone.instant(today + days(1), *minute);
}

}  // namespace

std::expected<std::optional<End>, Refusal> read_end(std::span<const std::string> words,
                                                    const Moment& now,
                                                    const policy::TimeZone& zone) {
  if (words.empty()) return std::nullopt;
  if (words.front() == "until" || words.front() == "till") {
    const auto until = read_until(words.subspan(1), now, zone);
    if (!until) return std::unexpected(until.error());
    return End{.length = {}, .until = *until};
  }
  if (words.front() == "for" && words.size() > 1) words = words.subspan(1);
  const auto length = read_length(words);
  if (!length) return std::unexpected(length.error());
  return End{.length = *length, .until = {}};
}

std::string clock_text(Time time, const Moment& now, const policy::TimeZone& zone) {
  constexpr milliseconds kNear = minutes(10);
  const policy::TimeZone::Local local = zone.local(time);
  const policy::LocalDay today = zone.local(now.wall).day;
  std::string text = fmt::format("{:02}:{:02}", local.minute / 60, local.minute % 60);
  const milliseconds left = time - now.wall;
  if (local.second != 0 && left < kNear) text += fmt::format(":{:02}", local.second);
  if (local.day == today + days(1)) {
    text += " tomorrow";
  } else if (local.day != today) {
    const std::chrono::year_month_day date(local.day);
    text =
        fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), text);
  }
  return fmt::format("{} ({})", text, zone.name());
}

}  // namespace haetae::standing
