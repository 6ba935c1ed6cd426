// What the lists say of a URL's path, beside what they say of its host: a part of decide().
#include <algorithm>

#include "list/url_name.h"
#include "policy/decider.h"

namespace haetae::policy {

// The path's own rules, nearest first, into the rest of the room; returns how many. Empty where
// nothing is said of the path.
std::size_t Decider::elements_of_path(std::span<list::Element> room) const noexcept {
  if (request_.url == nullptr) return 0;
  const list::UrlName& whole = *request_.url;
  std::size_t count = add_path_elements(whole, room);
  if (count > 0) return count;
  // People write sites down without their www.
  const auto bare = list::without_www(whole);
  return bare ? add_path_elements(*bare, room) : 0;
}

std::size_t Decider::add_path_elements(const list::UrlName& url,
                                       std::span<list::Element> room) const noexcept {
  if (url.path_labels == 0) return 0;
  NameHashes hashes;
  hash_suffixes(url.name, policy_.names.image().key(), hashes);
  std::array<list::Lists::Holding, list::Delta::kElementsMax> holdings;
  const std::size_t found = policy_.names.holdings(hashes, holdings);
  std::size_t count = 0;
  for (const auto& holding : std::span(holdings).first(found)) {
    if (holding.label >= url.path_labels || count == room.size()) break;
    room[count++] = holding.element;
  }
  return count;
}

// What is said of a page counts beside what is said of its site: neither widens to the other, and
// neither excuses the other.
Outcome Decider::with_path(Outcome outcome) const noexcept {
  Elements room;
  const std::size_t count = elements_of_path(room);
  if (count == 0) return outcome;
  const Outcome path = work_out(policy_, profile_, std::span(room).first(count));
  if (!outcome.locked && path.locked) {
    outcome.locked = true;
    outcome.locked_list = path.locked_list;
  }
  if (path.bypass && (!outcome.bypass || (outcome.bypass_watched && !path.bypass_watched))) {
    outcome.bypass = true;
    outcome.bypass_watched = path.bypass_watched;
    outcome.bypass_list = path.bypass_list;
  }
  if (path.category &&
      (!outcome.category || (outcome.category_watched && !path.category_watched))) {
    outcome.category = true;
    outcome.category_watched = path.category_watched;
    outcome.category_list = path.category_list;
  }
  outcome.known |= path.known;
  outcome.known_good |= path.known_good;
  outcome.focus |= path.focus;
  return outcome;
}

}  // namespace haetae::policy
