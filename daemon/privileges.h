#pragma once

namespace haetae::daemon {

// Gives up CAP_NET_RAW for good, if this process has it: a program that answers strangers keeps no
// right that it does not use. Before other threads start, which take over what they find.
void give_up_raw_sockets() noexcept;

}  // namespace haetae::daemon
