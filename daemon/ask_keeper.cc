#include "daemon/ask_keeper.h"

#include <fmt/core.h>

#include "daemon/clock.h"
#include "page/limits.h"

namespace haetae::daemon {
namespace {

constexpr std::string_view kJournalName = "asks.jsonl";

}  // namespace

AskKeeper::AskKeeper(const std::filesystem::path& state) : journal_(state / kJournalName) {
  const auto text = journal_.read();
  if (!text)
    fmt::print(stderr, "haetae: {}; earlier questions of children are lost\n", text.error());
  page::AsksRead read = page::read_asks(text.value_or(""), read_clock().wall);
  if (!text || read.damaged_lines > 0) {
    journal_.keep_aside();
    fmt::print(stderr,
               "haetae: {}: {} lines are damaged and left out; the file as it was is kept "
               "as {}.damaged\n",
               journal_.path().string(), read.damaged_lines, journal_.path().string());
  }
  asks_ = std::move(read.asks);
  lines_ = asks_.all().size();
  if (const auto kept = journal_.rewrite(page::asks_text(asks_)); !kept) {
    fmt::print(stderr, "haetae: {}; questions of children are not kept\n", kept.error());
  }
}

page::Asked AskKeeper::ask(page::Ask ask, Time now) {
  const std::lock_guard lock(mutex_);
  switch (asks_.may_ask(ask, now)) {
    case page::Asks::Answer::Before: return page::Asked::Before;
    case page::Asks::Answer::TooOften: return page::Asked::TooOften;
    case page::Asks::Answer::Welcome: break;
  }
  page::Asks with = asks_;
  const std::string line = page::ask_line(with.add(std::move(ask), now));
  // What was forgotten makes the file long: it is written anew, with the new one.
  const bool is_long = lines_ >= 2 * limits::kAsksMax;
  const auto kept = is_long ? journal_.rewrite(page::asks_text(with)) : journal_.append(line);
  if (!kept) {
    fmt::print(stderr, "haetae: {}; a question of a child is lost\n", kept.error());
    // A file that cannot be added to any more may be written anew once there is room.
    if (!journal_.rewrite(page::asks_text(with))) return page::Asked::NotKept;
    lines_ = with.all().size();
  } else {
    lines_ = is_long ? with.all().size() : lines_ + 1;
  }
  asks_ = std::move(with);
  return page::Asked::Kept;
}

std::vector<page::Ask> AskKeeper::all(Time now) {
  const std::lock_guard lock(mutex_);
  asks_.forget_old(now);
  return {asks_.all().begin(), asks_.all().end()};
}

}  // namespace haetae::daemon
