#pragma once

#include "admin/diagnosis.h"

namespace haetae::daemon {

// Asks every network of this machine for its IPv6 routers (RFC 4861, section 6.3.7) and listens for
// 2 s; fills evidence.announcements, or says in could_not_listen why it cannot. Needs CAP_NET_RAW.
void listen_to_announcements(admin::Evidence& evidence);

}  // namespace haetae::daemon
