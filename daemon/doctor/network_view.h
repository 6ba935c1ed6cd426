#pragma once

#include "admin/diagnosis.h"

namespace haetae::daemon {

// Interfaces, routes and forwarding of this machine, from the kernel; fills those fields of
// evidence.
void look_at_network(admin::Evidence& evidence);

}  // namespace haetae::daemon
