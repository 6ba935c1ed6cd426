#pragma once

#include "daemon/firewall/firewall.h"
#include "firewall/machine.h"

namespace haetae::daemon {

// What this kernel and machine can do for a plan. Tries the rules without taking them; changes
// nothing. The plan's queue_by does not matter. Machine::stands and holder are left as they are.
firewall::Machine probe(Firewall& firewall, const firewall::Plan& plan);

// Fills Machine::stands and holder. Loads the plan for a moment, switched off.
void look_at_standing(Firewall& firewall, const firewall::Plan& plan, firewall::Machine& machine);

}  // namespace haetae::daemon
