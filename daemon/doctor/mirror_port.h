#pragma once

#include "admin/diagnosis.h"

namespace haetae::daemon {

// Listens to the tap's interface for 2 s, if one is configured, and tries whether resets can leave;
// fills evidence.mirror_port. Of the evidence, interfaces and allow_from must stand already. Sends
// nothing. Needs CAP_NET_RAW.
void look_at_mirror_port(const config::Tap& tap, admin::Evidence& evidence);

}  // namespace haetae::daemon
