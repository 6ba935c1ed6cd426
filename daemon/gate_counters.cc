#include "daemon/gate_counters.h"

namespace haetae::daemon {

// As long as GateCounters has members; a test looks for those that have no row yet.
const std::array<GateCounterRow, kGateCounterRowsCount> kGateCounterRows{{
    {"flows_remembered", &GateCounters::flows_remembered,
     "Flows whose verdict was remembered, to be judged again when the policy changes."},
    {"flows_forgotten", &GateCounters::flows_forgotten,
     "Of those, forgotten for newer ones: they keep their mark until they end."},
    {"judged_again", &GateCounters::judged_again,
     "Times that a live flow was judged again without a packet of it."},
    {"judged_otherwise", &GateCounters::judged_otherwise,
     "Of those, times that it came out otherwise and its connection's mark was changed."},
    {"packets", &GateCounters::packets, "Packets that the kernel asked about."},
    {"octets", &GateCounters::octets, "Their octets, IP headers included."},
    {"passed", &GateCounters::passed,
     "Packets let through while nothing was decided of their flow."},
    {"accepted", &GateCounters::accepted,
     "Packets let through for good: the kernel asks about their connection no more."},
    {"kept", &GateCounters::kept,
     "Packets let through for good although their device is stopped: house, help, grants."},
    {"blocked", &GateCounters::blocked, "Packets whose connection is blocked."},
    {"dropped_unreadable", &GateCounters::dropped_unreadable,
     "Packets dropped: their headers are not as receivers take them, or too many."},
    {"dropped_checksum", &GateCounters::dropped_checksum,
     "Packets dropped: their checksum is wrong, so their receiver would drop them."},
    {"dropped_without_ack", &GateCounters::dropped_without_ack,
     "TCP segments dropped: they carry data and acknowledge nothing, which no receiver takes."},
    {"dropped_dns", &GateCounters::dropped_dns,
     "DNS datagrams to other resolvers that ask for what is blocked."},
    {"dropped_strict", &GateCounters::dropped_strict,
     "Packets dropped under gate.strict since they could not wait, or not longer."},
    {"held", &GateCounters::held, "Packets kept back until the rest of what they say came."},
    {"held_too_long", &GateCounters::held_too_long, "Of those, the rest did not come in time."},
    {"held_no_room", &GateCounters::held_no_room,
     "Packets that should have been kept back, but there was no room."},
    {"held_again", &GateCounters::held_again,
     "Packets dropped that were sent again while the first of them was kept back."},
    {"resets_sent", &GateCounters::resets_sent,
     "TCP resets sent to servers of blocked connections."},
    {"resets_failed", &GateCounters::resets_failed,
     "Of those, not sent: the server learns when it next sends."},
}};

}  // namespace haetae::daemon
