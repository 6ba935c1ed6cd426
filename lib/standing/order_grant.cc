#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/idn.h"
#include "base/limits.h"
#include "config/nearest.h"
#include "policy/decide.h"
#include "standing/draft.h"

namespace haetae::standing {
namespace {

using policy::GrantSubject;

constexpr std::string_view kNoSafeSearch = "--no-safe-search";
constexpr std::string_view kSubjectHint =
    "write one of: site NAME, service ID, category ID, bedtime, quota";

// What a grant opens, as the words say it.
struct Subject {
  GrantSubject subject = GrantSubject::Name;
  std::string thing;
  std::size_t words = 0;  // how many of them said it
};

struct Called {
  std::string_view word;
  GrantSubject subject;
};
constexpr std::array<Called, 6> kSubjects{{{"site", GrantSubject::Name},
                                           {"name", GrantSubject::Name},
                                           {"service", GrantSubject::Service},
                                           {"category", GrantSubject::Category},
                                           {"bedtime", GrantSubject::Bedtime},
                                           {"quota", GrantSubject::Quota}}};

// The site's name in a word or a pasted URL.
std::string_view host_of(std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme == std::string_view::npos) return word;
  word.remove_prefix(scheme + 3);
  return word.substr(0, word.find_first_of(":/?#"));
}

std::expected<std::string, Refusal> site(const std::string& word) {
  const auto name = name_from_user_text(host_of(word));
  if (!name || !name->is_hostname()) {
    return std::unexpected(
        Refusal{fmt::format("'{}' is not a site's name{}", word, name ? "" : ": " + name.error()),
                "write it as wikipedia.org"});
  }
  if (name->label_count() == 1) {
    return std::unexpected(
        Refusal{fmt::format("'{0}' would open every site that ends in .{0}", name->to_text()),
                "write the whole name, as wikipedia.org"});
  }
  return name->to_text();
}

std::expected<Subject, Refusal> read_subject(const Catalogue& known, Words words) {
  if (words.empty()) {
    return std::unexpected(Refusal{"what is granted?", std::string(kSubjectHint)});
  }
  const auto called = std::ranges::find(kSubjects, words.front(), &Called::word);
  if (called == kSubjects.end()) {
    return std::unexpected(
        Refusal{fmt::format("'{}' is nothing that can be granted", words.front()),
                std::string(kSubjectHint)});
  }
  Subject out{called->subject, {}, 1};
  if (out.subject == GrantSubject::Bedtime || out.subject == GrantSubject::Quota) return out;
  if (words.size() < 2) {
    return std::unexpected(
        Refusal{fmt::format("which {}?", words.front()), std::string(kSubjectHint)});
  }
  out.words = 2;
  const std::string& word = words[1];
  if (out.subject == GrantSubject::Name) {
    auto name = site(word);
    if (!name) return std::unexpected(name.error());
    out.thing = std::move(*name);
  } else if (out.subject == GrantSubject::Service) {
    const auto id = known.service(word);
    if (!id) return std::unexpected(id.error());
    out.thing = known.policy().services[*id].id;
  } else {
    const auto id = known.category(word);
    if (!id) return std::unexpected(id.error());
    out.thing = known.policy().categories[*id].id;
  }
  return out;
}

bool is_same(const Entry& entry, const std::string& profile, const Subject& subject) {
  return entry.kind == Kind::Grant && entry.profile == profile &&
         entry.subject == subject.subject && entry.thing == subject.thing;
}

// The running grant of the same thing that ends last.
const Entry* running(const World& world, const std::string& profile, const Subject& subject) {
  const Entry* last = nullptr;
  for (const auto& [id, entry] : world.book.entries) {
    if (!is_same(entry, profile, subject) || is_over(entry, world.now)) continue;
    if (last == nullptr || entry.until > last->until) last = &entry;
  }
  return last;
}

// Bedtime that has not begun counts from its beginning: 15 minutes more at half past eight are not
// over before the child would have gone to bed.
std::expected<Time, Refusal> bedtime_start(const World& world, const policy::Profile& profile) {
  constexpr std::chrono::hours kSoon{24};
  const Time now = world.now.wall;
  if (profile.bedtime.empty()) {
    return std::unexpected(Refusal{fmt::format("{} has no bedtime", profile.name), {}});
  }
  if (now < policy::kClockCredibleFrom) return now;  // until the clock is set, it is bedtime
  const policy::ScheduleState bedtime = profile.bedtime.at(now, world.known.policy().zone);
  if (bedtime.active) return now;
  if (bedtime.next_edge - now <= kSoon) return bedtime.next_edge;
  return std::unexpected(
      Refusal{fmt::format("{} has no bedtime within a day", profile.name), "say it on that day"});
}

// Time that is added: what runs already is made longer, never shorter.
std::expected<Entry, Refusal> more_time(Draft& draft, const std::string& profile,
                                        const Subject& subject, const End& end) {
  const World& world = draft.world();
  const policy::Profile& rules = draft.policy().profiles[*world.known.profile(profile)];
  Time start = world.now.wall;
  if (subject.subject == GrantSubject::Bedtime) {
    const auto begins = bedtime_start(world, rules);
    if (!begins) return std::unexpected(begins.error());
    start = *begins;
  }
  Entry entry = draft.entry(Kind::Grant, profile, end);
  const Entry* const before = running(world, profile, subject);
  if (before != nullptr) entry.from = before->from;
  if (end.until) {
    if (before == nullptr) entry.from = start;
    if (*end.until > start) return entry;
    return std::unexpected(Refusal{fmt::format("{}'s bedtime begins only at {}", profile,
                                               clock_text(start, world.now, draft.policy().zone)),
                                   "say how much longer, as 15m"});
  }
  if (before != nullptr && before->until > start) {
    entry.until = before->until + *end.length;
    entry.anchor = before->anchor;
    if (entry.anchor) entry.anchor->until += *end.length;
  } else if (start > world.now.wall) {
    entry.from = start;
    entry.until = start + *end.length;
    entry.anchor.reset();  // it depends on what the wall clock shows when it begins
  }
  return entry;
}

std::string sentence(const Draft& draft, const Entry& entry) {
  const std::string until = draft.until_text(entry.until);
  switch (entry.subject) {
    case GrantSubject::Bedtime: return fmt::format("{} may stay up {}", entry.profile, until);
    case GrantSubject::Quota:
      return fmt::format("{} has more time {}, whatever was used up", entry.profile, until);
    case GrantSubject::Name:
    case GrantSubject::Service:
    case GrantSubject::Category: break;
  }
  return fmt::format("{} may use {} {}{}", entry.profile, thing_text(entry), until,
                     entry.lifts_safe_search ? ", without safe search" : "");
}

std::expected<void, Refusal> check_room(const Draft& draft, const Entry& entry) {
  const World& world = draft.world();
  if (entry.until - world.now.wall > limits::kGrantLengthMax) {
    return std::unexpected(
        Refusal{fmt::format("longer than {} days", limits::kGrantLengthMax.count()),
                "what is to stay open belongs into the profile, under `allow`"});
  }
  const auto of_profile = std::ranges::count_if(world.book.entries, [&](const auto& row) {
    const Entry& other = row.second;
    const bool is_replaced = other.subject == entry.subject && other.thing == entry.thing;
    return other.kind == Kind::Grant && other.profile == entry.profile && !is_replaced &&
           !is_over(other, world.now);
  });
  if (static_cast<std::size_t>(of_profile) < limits::kGrantsOfProfileMax) return {};
  return std::unexpected(Refusal{fmt::format("{} has {} grants already", entry.profile, of_profile),
                                 fmt::format("take some back: haetae revoke {}", entry.profile)});
}

// Adds one profile's grant to the draft.
std::expected<void, Refusal> grant_to(Draft& draft, const std::string& profile,
                                      const Subject& subject, const End& end, bool no_safe_search) {
  const bool is_time =
      subject.subject == GrantSubject::Bedtime || subject.subject == GrantSubject::Quota;
  auto made = is_time ? more_time(draft, profile, subject, end)
                      : std::expected<Entry, Refusal>(draft.entry(Kind::Grant, profile, end));
  if (!made) return std::unexpected(made.error());
  Entry& entry = *made;
  entry.subject = subject.subject;
  entry.thing = subject.thing;
  entry.lifts_safe_search = no_safe_search;
  for (const auto& [id, other] : draft.world().book.entries) {
    if (is_same(other, profile, subject)) draft.end(other);
  }
  if (const auto room = check_room(draft, entry); !room) return std::unexpected(room.error());
  draft.say(fmt::format("{}; to take it back: haetae revoke {}", sentence(draft, entry), entry.id));
  const std::string note = obstacle_to(entry, draft.world());
  if (!note.empty()) draft.say(note);
  draft.begin(std::move(entry));
  return {};
}

std::optional<std::uint64_t> number_of(std::string_view word) {
  if (word.starts_with('#')) word.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

void take_back(Draft& draft, const Entry& entry) {
  draft.end(entry);
  draft.say(entry.kind == Kind::Grant
                ? fmt::format("taken back from {}: {}", entry.profile, thing_text(entry))
                : fmt::format("{}'s {} is ended", entry.profile, thing_text(entry)));
}

}  // namespace

std::expected<Done, Refusal> grant(const World& world, Words words) {
  std::vector<std::string> plain;
  std::ranges::copy_if(words, std::back_inserter(plain),
                       [](const std::string& word) { return word != kNoSafeSearch; });
  const bool no_safe_search = plain.size() != words.size();
  const auto names = named_profiles(world, plain, false);
  if (!names) return std::unexpected(names.error());
  const Words rest = Words(plain).subspan(1);
  const auto subject = read_subject(world.known, rest);
  if (!subject) return std::unexpected(subject.error());
  const auto end = read_end(rest.subspan(subject->words), world.now, world.known.policy().zone);
  if (!end) return std::unexpected(end.error());
  if (!*end) {
    return std::unexpected(Refusal{"for how long?", "every grant ends: add 1h, or until 20:00"});
  }
  if (no_safe_search && subject->words == 1) {
    return std::unexpected(Refusal{"safe search goes with a site, a service or a category",
                                   fmt::format("leave {} out", kNoSafeSearch)});
  }
  Draft draft(world);
  for (const std::string& name : *names) {
    const bool nothing_to_lift =
        subject->subject == GrantSubject::Bedtime && names->size() > 1 &&
        draft.policy().profiles[*world.known.profile(name)].bedtime.empty();
    if (nothing_to_lift) continue;  // `all` has some without a bedtime
    const auto granted = grant_to(draft, name, *subject, **end, no_safe_search);
    if (!granted) return std::unexpected(granted.error());
  }
  return draft.finish();
}

std::expected<Done, Refusal> revoke(const World& world, Words words) {
  Draft draft(world);
  const auto number = words.size() == 1 ? number_of(words.front()) : std::nullopt;
  if (number && !world.known.profile(words.front())) {
    const auto at = world.book.entries.find(*number);
    if (at == world.book.entries.end() || is_over(at->second, world.now)) {
      return std::unexpected(Refusal{fmt::format("nothing that is on has the number {}", *number),
                                     "haetae status shows what is on"});
    }
    take_back(draft, at->second);
    return draft.finish();
  }
  const auto names = named_profiles(world, words, true);
  if (!names) return std::unexpected(names.error());
  std::optional<Subject> only;
  if (words.size() > 1) {
    auto subject = read_subject(world.known, words.subspan(1));
    if (!subject) return std::unexpected(subject.error());
    if (words.size() > 1 + subject->words) {
      return std::unexpected(
          Refusal{fmt::format("'{}' is one word too many", words[1 + subject->words]),
                  "a grant is taken back whole"});
    }
    only = std::move(*subject);
  }
  bool found = false;
  for (const auto& [id, entry] : world.book.entries) {
    if (entry.kind != Kind::Grant || is_over(entry, world.now)) continue;
    if (std::ranges::find(*names, entry.profile) == names->end()) continue;
    if (only && !is_same(entry, entry.profile, *only)) continue;
    take_back(draft, entry);
    found = true;
  }
  if (!found) {
    return std::unexpected(
        Refusal{fmt::format("{} no such grant",
                            names->size() == 1 ? names->front() + " has" : "nobody has"),
                "haetae status shows what is on"});
  }
  return draft.finish();
}

}  // namespace haetae::standing
