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
  if (whole.path_labels == 0) return 0;
  const std::size_t last = whole.path_labels - 1;
  const std::size_t count = elements_at(whole.name, last, room);
  if (count > 0) return count;
  // People write sites down without their www.
  const auto bare = list::without_www(whole);
  return bare ? elements_at(bare->name, last, room) : 0;
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
