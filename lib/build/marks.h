#pragma once

#include <map>
#include <vector>

#include "base/name.h"
#include "config/config.h"
#include "policy/policy.h"

namespace haetae::build {

// Gathers what the configuration and rules/ say of names, then closes it over ancestors, so that
// one look at the longest known suffix of a name gives all that holds there.
class Marks {
 public:
  void add(const Name& name, policy::Mark mark);
  void add(const config::NameRule& rule, policy::MarkKind kind, std::uint16_t subject);

  // Fills well_known, mark_spans and marks. key: the image's, so that a query is hashed once.
  void write(policy::Policy& policy, const HashKey& key) const;

 private:
  std::map<Name, std::vector<policy::Mark>> marks_;
};

}  // namespace haetae::build
