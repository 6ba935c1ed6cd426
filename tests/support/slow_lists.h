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

// The judge of image and delta: what they must say, by text and in the most obvious way.
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

 private:
  std::map<std::string, std::set<list::Element>> names_;
};

}  // namespace haetae::test
