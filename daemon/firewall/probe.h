#pragma once

#include "daemon/firewall/firewall.h"
#include "firewall/machine.h"

namespace haetae::daemon {

// What this kernel and machine can do for a plan, and the plan fitted to that. Tries the rules
// without taking them; changes nothing. Machine::stands and holder are left as they are.
firewall::Machine fit_to_machine(Firewall& firewall, firewall::Plan& plan);

// Fills Machine::stands and holder. Loads the plan for a moment, switched off.
void look_at_standing(Firewall& firewall, const firewall::Plan& plan, firewall::Machine& machine);

}  // namespace haetae::daemon
