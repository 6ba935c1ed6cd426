#include "daemon/standing_keeper.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "daemon/clock.h"
#include "standing/journal.h"
#include "standing/publish.h"

namespace haetae::daemon {
namespace {

constexpr std::string_view kJournalName = "standing.journal";
// Clocks that are steered differ by less; what is more was set.
constexpr milliseconds kClockStepMin{1000};
// A full disk is tried again so often.
constexpr milliseconds kKeepAgainAfter{5000};

milliseconds wall_ahead(const standing::Moment& now) {
  return now.wall.time_since_epoch() - now.since_boot;
}

}  // namespace

StandingKeeper::StandingKeeper(const std::filesystem::path& state, standing::Catalogue catalogue)
    : journal_(state / kJournalName),
      catalogue_(std::move(catalogue)),
      now_(read_moment()),
      wall_ahead_(wall_ahead(now_)) {
  restore();
  tell_what_waits();
}

void StandingKeeper::restore() {
  const std::string path = journal_.path().string();
  const auto text = journal_.read();
  if (!text) fmt::print(stderr, "haetae: {}; no pause, focus or grant is restored\n", text.error());
  standing::JournalRead read = standing::read_journal(text.value_or(""));
  if (!read.fault.empty()) {
    fmt::print(stderr,
               "haetae: {}: {}; {} records before that are restored, the file as it was is kept as "
               "{}.damaged\n",
               path, read.fault, read.records, path);
  }
  if (!text || !read.fault.empty()) journal_.keep_aside();
  book_ = std::move(read.book);
  follow_clock(book_, std::nullopt, now_);
  keep_whole();
  if (!why_not_kept_.empty()) {
    fmt::print(stderr, "haetae: {}; what is said from now on is not kept over a restart\n",
               why_not_kept_);
  }
}

void StandingKeeper::take_up(standing::Catalogue catalogue) {
  catalogue_ = std::move(catalogue);
  changed_ = true;
  tell_what_waits();
}

void StandingKeeper::tell_what_waits() {
  std::set<std::string> names;
  const auto waiting = standing::waiting(book_, catalogue_.policy(), now_);
  for (const standing::Entry* const entry : waiting) names.insert(entry->profile);
  std::vector<std::string> told(names.begin(), names.end());
  if (told != waiting_told_ && !told.empty()) {
    fmt::print(stderr,
               "haetae: {} pauses, focuses or grants of {} wait: they name what the configuration "
               "does not know any more\n",
               waiting.size(), fmt::join(told, ", "));
  }
  waiting_told_ = std::move(told);
}

std::shared_ptr<const policy::Standing> StandingKeeper::standing() {
  changed_ = false;
  published_ = now_;
  return std::make_shared<const policy::Standing>(
      standing::publish(book_, catalogue_.policy(), now_));
}

std::expected<StandingKeeper::Answer, standing::Refusal> StandingKeeper::carry_out(
    std::string_view command, const std::vector<std::string>& words) {
  look_at_clock();
  auto done = standing::carry_out({catalogue_, book_, now_}, command, words);
  if (!done) return std::unexpected(std::move(done.error()));
  Answer answer{.said = std::move(done->said), .why_not_kept = {}};
  if (done->changes.empty()) return answer;
  for (const standing::Change& change : done->changes) apply(book_, change);
  changed_ = true;
  // A journal that lacks an earlier word is of no use for a later one: it is written whole.
  if (!why_not_kept_.empty() || records_ > book_.entries.size() + limits::kJournalSpareRecordsMax) {
    keep_whole();
  } else if (auto kept = journal_.append(standing::journal_record(done->changes)); !kept) {
    why_not_kept_ = kept.error();
    keep_whole();
  } else {
    ++records_;
  }
  answer.why_not_kept = why_not_kept_;
  return answer;
}

standing::Overview StandingKeeper::overview() {
  look_at_clock();
  return standing::overview(book_, catalogue_.policy(), now_);
}

bool StandingKeeper::on_beat() {
  const auto next_end = standing::next_anchored_end(book_, published_);
  look_at_clock();
  // Where the wall clock cannot tell, decide() does not see this end by itself.
  changed_ |= next_end && now_.since_boot >= *next_end;
  if (!why_not_kept_.empty() && now_.since_boot >= keep_again_at_) {
    keep_whole();
    if (why_not_kept_.empty()) fmt::print(stderr, "haetae: {}: kept\n", journal_.path().string());
  }
  return std::exchange(set_back_, false);
}

void StandingKeeper::look_at_clock() {
  now_ = read_moment();
  const milliseconds ahead = wall_ahead(now_);
  const milliseconds step = ahead - wall_ahead_;
  if (std::chrono::abs(step) < kClockStepMin) return;
  const Time wall_before{now_.since_boot + wall_ahead_};
  wall_ahead_ = ahead;
  changed_ = true;
  set_back_ |= step < milliseconds(0);
  fmt::print(stderr, "haetae: the clock was set {} by {} s\n",
             step < milliseconds(0) ? "back" : "forward",
             std::chrono::round<seconds>(std::chrono::abs(step)).count());
  if (follow_clock(book_, wall_before, now_)) keep_whole();
}

void StandingKeeper::keep_whole() {
  const auto kept = journal_.rewrite(standing::whole_journal(book_));
  why_not_kept_ = kept ? "" : kept.error();
  records_ = book_.entries.size() + 1;
  keep_again_at_ = now_.since_boot + kKeepAgainAfter;
}

}  // namespace haetae::daemon
