#include "standing/journal.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/name.h"

namespace haetae::standing {
namespace {

using policy::GrantSubject;

constexpr std::string_view kNothing = "-";
constexpr std::size_t kSumDigits = 16;
// Moments of a journal lie between 1970 and the year 9999: sums of two of them do not overflow.
constexpr std::int64_t kMomentMax = 253'402'300'800'000;
constexpr std::uint64_t kIdMax = std::uint64_t{1} << 62;
// A command may replace all that is on by as much.
constexpr std::size_t kReadEntriesMax = 2 * limits::kStandingEntriesMax;
// As config/checks.cc has it, in octets.
constexpr std::size_t kProfileBytesMax = 64;

constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds{
    {{"pause", Kind::Pause}, {"focus", Kind::Focus}, {"grant", Kind::Grant}}};
constexpr std::array<std::pair<std::string_view, GrantSubject>, 5> kSubjects{
    {{"site", GrantSubject::Name},
     {"service", GrantSubject::Service},
     {"category", GrantSubject::Category},
     {"bedtime", GrantSubject::Bedtime},
     {"quota", GrantSubject::Quota}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> kSearches{
    {{"strict", false}, {"unsafe", true}}};

template <typename Table, typename Value>
std::string_view word_of(const Table& table, Value value) {
  return std::ranges::find(table, value, [](const auto& row) { return row.second; })->first;
}

std::string moment_text(Time time) {
  return time == kNever ? std::string(kNothing)
                        : fmt::format("{}", time.time_since_epoch().count());
}

std::string text_of(const Entry& entry) {
  const bool is_grant = entry.kind == Kind::Grant;
  const std::string anchor =
      entry.anchor ? fmt::format("{:x}:{}", entry.anchor->boot, entry.anchor->until.count())
                   : std::string(kNothing);
  return fmt::format("put {} {} {} {} {} {} {} {} {} {}", entry.id, word_of(kKinds, entry.kind),
                     entry.profile, is_grant ? word_of(kSubjects, entry.subject) : kNothing,
                     entry.thing.empty() ? kNothing : entry.thing,
                     word_of(kSearches, entry.lifts_safe_search), moment_text(entry.made),
                     moment_text(entry.from), moment_text(entry.until), anchor);
}

// The words of one record. The first that is not what is wanted sticks: it is asked once, at the
// end.
class Words {
 public:
  explicit Words(std::string_view text) : left_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }
  bool fail() {
    ok_ = false;
    return false;
  }

  std::string_view word() {
    const std::size_t end = std::min(left_.find(' '), left_.size());
    const std::string_view word = left_.substr(0, end);
    left_.remove_prefix(std::min(end + 1, left_.size()));
    if (word.empty()) fail();
    return word;
  }
  template <typename Table>
  auto one_of(const Table& table) {
    const std::string_view wanted = word();
    const auto at = std::ranges::find(table, wanted, [](const auto& row) { return row.first; });
    if (at != table.end()) return at->second;
    fail();
    return table.front().second;
  }
  std::uint64_t number(std::uint64_t most) { return number_in(word(), 10, most); }
  Time moment() { return Time(milliseconds(static_cast<std::int64_t>(number(kMomentMax)))); }
  Time moment_or_never() {
    if (!skip_nothing()) return moment();
    return kNever;
  }
  std::optional<Entry::Anchor> anchor() {
    if (skip_nothing()) return std::nullopt;
    const std::string_view text = word();
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view until = text.substr(std::min(colon + 1, text.size()));
    Entry::Anchor anchor;
    anchor.boot = number_in(text.substr(0, colon), 16, ~std::uint64_t{0});
    anchor.until = milliseconds(static_cast<std::int64_t>(number_in(until, 10, kMomentMax)));
    return anchor;
  }
  // Takes "-" if it is next.
  bool skip_nothing() {
    if (left_ != kNothing && !left_.starts_with("- ")) return false;
    word();
    return true;
  }

 private:
  std::uint64_t number_in(std::string_view digits, int base, std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!whole || number > most) fail();
    return whole ? number : 0;
  }

  std::string_view left_;
  bool ok_ = true;
};

// The thing as text_of() writes it, or the record is none of ours.
bool is_thing(const Entry& entry) {
  switch (entry.subject) {
    case GrantSubject::Name: {
      const auto name = Name::from_text(entry.thing);
      return name && name->to_text() == entry.thing;
    }
    case GrantSubject::Service:
    case GrantSubject::Category: return !entry.thing.empty();
    case GrantSubject::Bedtime:
    case GrantSubject::Quota: return entry.thing.empty();
  }
  return false;
}

Entry read_entry(Words& in) {
  Entry entry;
  entry.id = in.number(kIdMax);
  entry.kind = in.one_of(kKinds);
  entry.profile = in.word();
  const bool is_grant = entry.kind == Kind::Grant;
  if (is_grant) {
    entry.subject = in.one_of(kSubjects);
  } else if (!in.skip_nothing()) {
    in.fail();
  }
  if (!in.skip_nothing()) entry.thing = in.word();
  entry.lifts_safe_search = in.one_of(kSearches);
  entry.made = in.moment();
  entry.from = in.moment();
  entry.until = in.moment_or_never();
  entry.anchor = in.anchor();
  const bool thing_fits = is_grant ? is_thing(entry) : entry.thing.empty();
  const bool end_fits = entry.until != kNever || (!is_grant && !entry.anchor);
  const bool is_plain = entry.profile.size() <= kProfileBytesMax &&
                        entry.thing.size() <= Name::kTextBytesMax &&
                        (is_grant || !entry.lifts_safe_search);
  if (entry.id == 0 || !thing_fits || !end_fits || !is_plain) in.fail();
  return entry;
}

// Applies a record's changes to the book: all of them, or none and false.
bool take_record(std::string_view body, Book& book) {
  Words in(body);
  std::vector<Change> changes;
  std::uint64_t next_id = 0;
  while (in.ok() && !in.at_end()) {
    const std::string_view what = in.word();
    if (what == "put") {
      changes.push_back({.put = read_entry(in)});
    } else if (what == "end") {
      changes.push_back({.put = {}, .ended = in.number(kIdMax)});
    } else if (what == "next") {
      next_id = in.number(kIdMax);
    } else {
      in.fail();
    }
  }
  if (!in.ok() || body.empty()) return false;
  if (book.entries.size() + changes.size() > kReadEntriesMax) return false;
  for (const Change& change : changes) apply(book, change);
  book.next_id = std::max(book.next_id, next_id);
  return true;
}

}  // namespace

std::string journal_line(std::string_view body) {
  return fmt::format("{:016x} {}\n", XXH64(body.data(), body.size(), 0), body);
}

std::string journal_record(std::span<const Change> changes) {
  std::string body;
  for (const Change& change : changes) {
    if (!body.empty()) body += ' ';
    body += change.put ? text_of(*change.put) : fmt::format("end {}", change.ended);
  }
  return journal_line(body);
}

std::string whole_journal(const Book& book) {
  std::string text(kJournalHeader);
  text += journal_line(fmt::format("next {}", book.next_id));
  for (const auto& [id, entry] : book.entries) text += journal_line(text_of(entry));
  return text;
}

JournalRead read_journal(std::string_view text) {
  JournalRead read;
  if (!text.starts_with(kJournalHeader)) {
    const bool is_cut = kJournalHeader.starts_with(text);
    if (!text.empty()) {
      read.fault = is_cut ? "it ends inside its first line"
                          : "its first line is not one that this version writes";
    }
    return read;
  }
  read.good_bytes = kJournalHeader.size();
  while (read.good_bytes < text.size()) {
    const std::string_view rest = text.substr(read.good_bytes);
    const std::size_t line_bytes = rest.find('\n');
    if (line_bytes == std::string_view::npos) {
      read.fault = fmt::format("its last {} octets are half a record", rest.size());
      return read;
    }
    const std::string_view line = rest.substr(0, line_bytes);
    const std::string_view body = line.substr(std::min(kSumDigits + 1, line.size()));
    const std::string sum = fmt::format("{:016x} ", XXH64(body.data(), body.size(), 0));
    if (line.size() > limits::kJournalRecordBytesMax || !line.starts_with(sum) ||
        !take_record(body, read.book)) {
      read.fault = fmt::format("record {} is damaged", read.records + 1);
      return read;
    }
    read.good_bytes += line_bytes + 1;
    ++read.records;
  }
  return read;
}

}  // namespace haetae::standing
