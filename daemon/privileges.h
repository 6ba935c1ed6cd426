#pragma once

namespace haetae::daemon {

// Whether this thread may change the firewall (CAP_NET_ADMIN).
bool may_administer_network() noexcept;

// A program that answers strangers keeps no right that it does not use. These give up theirs for
// good, for the calling thread and those that it starts from then on: call them before others run.

// CAP_NET_RAW, which taps and resets need.
void give_up_raw_sockets() noexcept;

// CAP_NET_ADMIN, which the firewall and the gate need. Root keeps it: it has every other right,
// too, and looks for neighbours with it.
void give_up_network_administration() noexcept;

}  // namespace haetae::daemon
