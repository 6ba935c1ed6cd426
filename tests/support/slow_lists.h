#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "list/delta.h"
#include "list/image.h"
#include "list/rule.h"

namespace haetae::test {

// The judge of image and delta: what they must say, by text and in the most obvious way. Of more
// than limits::kImageSetElementsMax elements at one name it keeps those that the builder keeps: the
// name's own in the order in which their rules came, then those of its ancestors, nearest ancestor
// first and each one's in ascending order.
class SlowLists {
 public:
  void add(list::ListId list, const list::Rule& rule, std::uint32_t condition = 0);
  void remove(list::ListId list, const list::Rule& rule);

  // The longest listed suffix of the name: where it starts, and its elements with those inherited.
  struct Found {
    std::uint8_t label;
    std::vector<list::Element> elements;  // ascending
  };
  std::optional<Found> find(const Name& name) const;
  // Nearest suffix first, ascending elements within a suffix.
  std::vector<list::Lists::Holding> holdings(const Name& name) const;
  std::size_t name_count() const { return names_.size(); }
  // True if an element was left out at some name that was added to or asked about.
  bool met_limit() const { return met_limit_; }

 private:
  std::map<std::string, std::set<list::Element>> names_;
  mutable bool met_limit_ = false;
};

}  // namespace haetae::test
