#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standing/end.h"
#include "standing/order.h"

// What the words of order.cc and order_grant.cc have in common.
namespace haetae::standing {

using Words = std::span<const std::string>;

// Gathers what one word changes.
class Draft {
 public:
  explicit Draft(const World& world) : world_(world), next_id_(world.book.next_id) {}

  const World& world() const noexcept { return world_; }
  const policy::Policy& policy() const noexcept { return world_.known.policy(); }

  void say(std::string sentence) { done_.said.push_back(std::move(sentence)); }
  void end(const Entry& entry) {
    done_.changes.push_back({.put = std::nullopt, .ended = entry.id});
  }
  // An entry that begins now and ends as said (no value: never), with a number of its own.
  Entry entry(Kind kind, const std::string& profile, const std::optional<End>& end);
  void begin(Entry entry) { done_.changes.push_back({.put = std::move(entry)}); }

  // Adds what is over to the changes; refuses if too much would be on.
  std::expected<Done, Refusal> finish();

  // "until 21:30 (Asia/Seoul)".
  std::string until_text(Time until) const;

 private:
  const World& world_;
  std::uint64_t next_id_;
  Done done_;
};

// The profiles that the first word names, by name: one, or for `all` the catalogue's. Refuses an
// unknown one, with `to_end` unless something is still on for it.
std::expected<std::vector<std::string>, Refusal> named_profiles(const World& world, Words words,
                                                                bool to_end);

// "minji is", "minji and jun are".
std::string names_text(std::span<const std::string> names);
std::string names_with_verb(std::span<const std::string> names);

// "site wikipedia.org", "service youtube", "category games", "bedtime", "quota"; "pause", "focus".
std::string thing_text(const Entry& entry);

// "minji's bedtime holds until 07:00 tomorrow (Asia/Seoul) all the same" and the like, if what the
// policy asks before the entry blocks everything now; empty if not.
std::string obstacle_to(const Entry& entry, const World& world);

std::expected<Done, Refusal> grant(const World& world, Words words);
std::expected<Done, Refusal> revoke(const World& world, Words words);

}  // namespace haetae::standing
