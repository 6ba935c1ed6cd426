#include "standing/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "standing/draft.h"

namespace haetae::standing {
namespace {

// Ends what of this kind is on for the profile; the notes say what holds all the same.
bool end_all(Draft& draft, Kind kind, const std::string& profile) {
  bool was_on = false;
  for (const auto& [id, entry] : draft.world().book.entries) {
    if (entry.kind != kind || entry.profile != profile) continue;
    was_on |= !is_over(entry, draft.world().now);
    draft.end(entry);
  }
  return was_on;
}

// `all` leaves out adults and things: said, so that nobody wonders.
void tell_who_is_not_meant(Draft& draft, Words words) {
  if (words.front() != "all") return;
  std::vector<std::string> others;
  const auto& profiles = draft.policy().profiles;
  const auto& meant = draft.world().known.all();
  for (std::size_t id = 0; id < profiles.size(); ++id) {
    if (std::ranges::find(meant, id) == meant.end()) others.push_back(profiles[id].name);
  }
  if (others.empty()) return;
  draft.say(fmt::format("note: `all` does not mean {}; name them if you do", names_text(others)));
}

std::expected<Done, Refusal> begin(const World& world, Kind kind, Words words) {
  const auto names = named_profiles(world, words, false);
  if (!names) return std::unexpected(names.error());
  const auto end = read_end(words.subspan(1), world.now, world.known.policy().zone);
  if (!end) return std::unexpected(end.error());
  if (*end && (*end)->length > limits::kPauseLengthMax) {
    return std::unexpected(
        Refusal{fmt::format("longer than {} days", limits::kPauseLengthMax.count()),
                "leave the length out: it then holds until you end it"});
  }
  Draft draft(world);
  Time until;
  for (const std::string& name : *names) {
    end_all(draft, kind, name);
    Entry entry = draft.entry(kind, name, *end);
    until = entry.until;
    draft.begin(std::move(entry));
  }
  const bool is_pause = kind == Kind::Pause;
  const std::string till =
      until != kNever
          ? draft.until_text(until)
          : fmt::format("until you say: haetae {}",
                        is_pause ? "resume " + words.front() : "focus " + words.front() + " off");
  draft.say(
      fmt::format("{} {} {}", names_with_verb(*names), is_pause ? "paused" : "in focus", till));
  tell_who_is_not_meant(draft, words);
  return draft.finish();
}

std::expected<Done, Refusal> finish_off(const World& world, Kind kind, Words words) {
  const auto names = named_profiles(world, words, true);
  if (!names) return std::unexpected(names.error());
  Draft draft(world);
  std::vector<std::string> ended;
  for (const std::string& name : *names) {
    if (end_all(draft, kind, name)) ended.push_back(name);
  }
  const std::string_view state = kind == Kind::Pause ? "paused" : "in focus by hand";
  if (ended.empty()) {
    draft.say(fmt::format("{} not {}", names_with_verb(*names), state));
  } else {
    draft.say(fmt::format("{} no longer {}", names_with_verb(ended), state));
  }
  for (const std::string& name : *names) {
    const std::string note = obstacle_to({.kind = kind, .profile = name}, world);
    if (!note.empty()) draft.say(note);
  }
  return draft.finish();
}

std::expected<Done, Refusal> pause(const World& world, Words words) {
  return begin(world, Kind::Pause, words);
}

std::expected<Done, Refusal> resume(const World& world, Words words) {
  if (words.size() > 1) {
    return std::unexpected(Refusal{fmt::format("'{}' is one word too many", words[1]),
                                   fmt::format("write haetae resume {}", words.front())});
  }
  return finish_off(world, Kind::Pause, words);
}

std::expected<Done, Refusal> focus(const World& world, Words words) {
  const bool off = words.size() == 2 && words[1] == "off";
  return off ? finish_off(world, Kind::Focus, words.first(1)) : begin(world, Kind::Focus, words);
}

struct Command {
  std::string_view name;
  std::expected<Done, Refusal> (*carry_out)(const World&, Words);
};
constexpr std::array<Command, 5> kCommands{
    {{"pause", pause}, {"resume", resume}, {"focus", focus}, {"grant", grant}, {"revoke", revoke}}};

}  // namespace

std::expected<Done, Refusal> carry_out(const World& world, std::string_view command,
                                       std::span<const std::string> words) {
  const auto at = std::ranges::find(kCommands, command, &Command::name);
  if (at == kCommands.end()) {
    return std::unexpected(Refusal{fmt::format("there is no command '{}'", command), {}});
  }
  return at->carry_out(world, words);
}

}  // namespace haetae::standing
