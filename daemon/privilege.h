#pragma once

namespace haetae::daemon {

// Lets go of the right to change the network (CAP_NET_ADMIN) for good: the service is given it for
// the firewall's sake, and a filter that answers DNS only has no use for it. Root stays as it is.
// For the calling thread and those that it starts from then on.
void give_up_privilege_over_network();

}  // namespace haetae::daemon
