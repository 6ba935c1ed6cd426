#pragma once

#include <map>
#include <vector>

#include "base/name.h"
#include "policy/policy.h"

namespace haetae::policy {

// Gathers what the configuration and rules/ say of names, then closes it over ancestors, so that
// one look at the longest known suffix of a name gives all that holds there.
class Marks {
 public:
  // mark.label_count is filled in.
  void add(const Name& name, Mark mark);

  // Fills well_known, mark_spans and marks, hashed with the key of the policy's image: a query is
  // hashed once.
  void write(Policy& policy) const;

 private:
  std::map<Name, std::vector<Mark>> marks_;
};

}  // namespace haetae::policy
