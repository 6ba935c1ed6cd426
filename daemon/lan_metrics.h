#pragma once

#include "admin/exposition.h"
#include "daemon/lan_watch.h"

namespace haetae::daemon {

// What is known of the network around us, and what was asked and lost on the way. Numbers only: no
// family tells of one device.
void write_lan(admin::Exposition& out, const LanWatch& lan);

}  // namespace haetae::daemon
