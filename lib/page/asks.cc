#include "page/asks.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "event/json_object.h"
#include "page/ask_subject.h"
#include "page/limits.h"
#include "page/when.h"

namespace haetae::page {
namespace {

namespace json = boost::json;

// The keys of one line. The first that is not what is wanted sticks: it is asked once, at the end.
class Keys {
 public:
  explicit Keys(const json::object& object) : object_(object) {}

  bool ok() const { return ok_; }
  std::int64_t number(std::string_view key) {
    const json::value* const value = object_.if_contains(key);
    json::error_code error;
    const std::int64_t number = value == nullptr ? -1 : value->to_number<std::int64_t>(error);
    const bool is_good = !error && number >= 0;
    ok_ = ok_ && is_good;
    return is_good ? number : 0;
  }
  bool flag(std::string_view key) {
    const json::value* const value = object_.if_contains(key);
    const bool is_good = value != nullptr && value->is_bool();
    ok_ = ok_ && is_good;
    return is_good && value->get_bool();
  }
  // Null is empty.
  std::string text(std::string_view key) {
    const json::value* const value = object_.if_contains(key);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    ok_ = ok_ && value != nullptr && value->is_null();
    return {};
  }

 private:
  const json::object& object_;
  bool ok_ = true;
};

std::optional<Ask> read_ask(std::string_view line) {
  if (line.size() > limits::kAskLineBytesMax) return std::nullopt;
  json::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  Keys keys(value.get_object());
  Ask ask;
  ask.id = static_cast<std::uint64_t>(keys.number("id"));
  ask.when = Time(milliseconds(keys.number("when")));
  ask.asker = keys.text("asker");
  ask.profile = keys.text("profile");
  ask.host = keys.text("host");
  ask.is_page = keys.flag("page");
  const auto reason = reason_of(keys.text("reason"));
  ask.category = keys.text("category");
  // Moments up to the year 9999: sums of two of them do not overflow.
  constexpr Time kLatest{milliseconds(253'402'300'800'000)};
  if (!keys.ok() || !reason || ask.id == 0 || ask.asker.empty() || ask.when > kLatest) {
    return std::nullopt;
  }
  ask.reason = *reason;
  return ask;
}

}  // namespace

Asks::Answer Asks::may_ask(const Ask& ask, Time now) const {
  std::size_t of_asker = 0, of_all = 0;
  for (const Ask& old : asks_) {
    // A clock that was set back makes them stand in the future: they count still.
    if (old.when + limits::kAskAgainAfter <= now) continue;
    ++of_all;
    if (old.asker != ask.asker) continue;
    ++of_asker;
    if (old.host == ask.host) return Answer::Before;
  }
  const bool is_too_often = of_asker >= limits::kAsksPerHour || of_all >= limits::kAsksOfAllPerHour;
  return is_too_often ? Answer::TooOften : Answer::Welcome;
}

const Ask& Asks::add(Ask ask, Time now) {
  forget_old(now);
  if (asks_.size() >= limits::kAsksMax) asks_.pop_front();
  ask.id = next_id_++;
  return asks_.emplace_back(std::move(ask));
}

void Asks::forget_old(Time now) {
  std::erase_if(asks_, [now](const Ask& ask) { return ask.when + limits::kAsksKept <= now; });
}

std::string ask_line(const Ask& ask) {
  std::string out;
  event::JsonObject line(out);
  line.number("id", ask.id);
  line.number("when", static_cast<std::uint64_t>(ask.when.time_since_epoch().count()));
  line.text("asker", ask.asker);
  line.text("profile", ask.profile);
  line.text("host", ask.host);
  line.flag("page", ask.is_page);
  line.text("reason", policy::to_text(ask.reason));
  line.text("category", ask.category);
  line.finish();
  return out + '\n';
}

std::string asks_text(const Asks& asks) {
  std::string text;
  for (const Ask& ask : asks.all()) text += ask_line(ask);
  return text;
}

std::vector<std::string> lines_of(std::span<const Ask> asks, const policy::TimeZone& zone) {
  std::vector<std::string> lines;
  for (auto ask = asks.rbegin(); ask != asks.rend(); ++ask) {
    const When when = when_of(ask->when, ask->when, zone);
    std::string what = ask->host.empty() ? "more time" : ask->host;
    if (ask->is_page) what = "a page of " + what;
    std::string why(policy::to_text(ask->reason));
    if (!ask->category.empty()) why += ' ' + ask->category;
    lines.push_back(fmt::format("{} {}  {} ({}) asks for {} [{}]", when.date, when.clock,
                                ask->profile, ask->asker, what, why));
  }
  if (lines.empty()) return {"nobody asked for anything"};
  const Ask& last = asks.back();
  const std::string thing = last.host.empty() ? "bedtime 15m" : "site " + last.host + " 1h";
  lines.push_back(fmt::format("to say yes: haetae grant {} {}", last.profile, thing));
  return lines;
}

struct AsksReader {
  static void put(Asks& asks, Ask ask) {
    if (asks.asks_.size() >= limits::kAsksMax) asks.asks_.pop_front();
    asks.next_id_ = std::max(asks.next_id_, ask.id + 1);
    asks.asks_.push_back(std::move(ask));
  }
};

AsksRead read_asks(std::string_view text, Time now) {
  AsksRead read;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    auto ask = end == std::string_view::npos ? std::nullopt : read_ask(line);
    if (!ask) {
      ++read.damaged_lines;
      continue;
    }
    ++read.lines;
    AsksReader::put(read.asks, std::move(*ask));
  }
  read.asks.forget_old(now);
  return read;
}

}  // namespace haetae::page
