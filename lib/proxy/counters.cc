#include "proxy/counters.h"

namespace haetae::proxy {

// As long as Counters has members; a test looks for those that have no row yet.
const std::array<CounterRow, kCounterRowsCount> kCounterRows{{
    {"connections", &Counters::connections, "Connections of clients that were taken."},
    {"connections_refused", &Counters::connections_refused,
     "Connections closed at once: there were too many, or their client may not use the proxy."},
    {"requests", &Counters::requests, "Requests whose head was read whole."},
    {"blocked", &Counters::blocked, "Of those, answered with the block page."},
    {"tunnels", &Counters::tunnels, "Tunnels opened by CONNECT, or for what is no HTTP."},
    {"tunnels_blocked", &Counters::tunnels_blocked,
     "Of those, closed for what they said first: a blocked name in a TLS hello."},
    {"silent_clients", &Counters::silent_clients,
     "Connections led here whose client said nothing for some seconds: their server was heard."},
    {"upgrades", &Counters::upgrades, "Connections that became a WebSocket."},
    {"refused_malformed", &Counters::refused_malformed,
     "Requests answered with 400, 417 or 505: nobody could tell where they end, or for whom they "
     "are."},
    {"refused_too_long", &Counters::refused_too_long, "Requests answered with 431."},
    {"answers_malformed", &Counters::answers_malformed,
     "Answers of servers that were not passed on, or cut, for the same reasons."},
    {"servers_opened", &Counters::servers_opened, "Connections opened to servers."},
    {"servers_reused", &Counters::servers_reused,
     "Requests that went over a connection that was open already."},
    {"servers_unreachable", &Counters::servers_unreachable,
     "Requests answered with 502 or 504: the server has no address, or did not answer."},
    {"requests_repeated", &Counters::requests_repeated,
     "Safe requests sent again since a connection that waited turned out to be closed."},
    {"bodies_scanned", &Counters::bodies_scanned, "Bodies whose text was looked at."},
    {"bodies_blocked", &Counters::bodies_blocked,
     "Of those, answered with the block page in their place."},
    {"bodies_cut", &Counters::bodies_cut,
     "Of those, cut off: they told late that they are blocked."},
    {"bodies_undecidable", &Counters::bodies_undecidable,
     "Bodies judged by the profile's rule: packed in another way than they say, bombs, or there "
     "was "
     "no room to look at them."},
    {"heads_blocked", &Counters::heads_blocked,
     "Answers replaced by the block page for what their head says of them, such as Rating: RTA."},
    {"timed_out", &Counters::timed_out, "Connections closed since nothing moved."},
    {"judged_again_blocked", &Counters::judged_again_blocked,
     "Connections that went on for long and were ended: bedtime, a pause, another policy."},
    {"octets_from_clients", &Counters::octets_from_clients, "Octets that clients sent."},
    {"octets_to_clients", &Counters::octets_to_clients, "Octets sent to clients."},
    {"octets_spliced", &Counters::octets_spliced,
     "Octets that passed from socket to socket without being copied."},
}};

}  // namespace haetae::proxy
