#pragma once

#include <cstddef>

#include "base/time.h"
#include "daemon/worker.h"
#include "inspect/judged_flows.h"
#include "inspect/sighting_source.h"
#include "policy/flow_mark.h"

namespace haetae::daemon {

// Remembers the connections that the kernel lets pass since an earlier run of the filter accepted
// them, so that they are judged again like those of this run: at once, and with each change. Only
// those whose name a DNS answer told and whose device can be told: to judge the others by their
// address would cut what was allowed by its name. Returns how many.
std::size_t take_up_running_flows(const Published& published, const policy::MarkBits& bits,
                                  inspect::SightingSource& sightings, inspect::JudgedFlows& judged,
                                  const Now& now);

}  // namespace haetae::daemon
