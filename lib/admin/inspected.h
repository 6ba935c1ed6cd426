#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "admin/exposition.h"
#include "inspect/counters.h"

namespace haetae::admin {

// The Inspectors of one home of theirs: "tap", "gate".
struct Inspected {
  std::string_view home;
  std::vector<const inspect::Counters*> counters;
};

// Every counter of theirs, summed over each home, with a label `home`; nothing without homes. Each
// family stands once in an exposition: all homes are written together.
void write_inspected(Exposition& out, std::span<const Inspected> homes);

}  // namespace haetae::admin
