#pragma once

#include <string>

#include "daemon/commands/replay_run.h"

namespace haetae::daemon {

// One request as a JSON line that scripts rely on: the keys of `explain --json`, and capture,
// packet, time, proto, src, sport, dst, dport, host, url; null where there is nothing to say.
// Appended to out with its line end.
void write_replay_json(const SeenAt& at, const policy::Policy& policy, std::string& out);

// The same as a line for a person.
void write_replay_text(const SeenAt& at, const policy::Policy& policy, std::string& out);

// The host that was asked for: a name, or an address where there is none.
std::string replay_host(const inspect::Seen& seen);

// What all of it came to, in a few lines. seconds: how long it took.
std::string replay_summary(const ReplayTotals& totals, double seconds);

}  // namespace haetae::daemon
