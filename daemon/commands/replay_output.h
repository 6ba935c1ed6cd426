#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "daemon/commands/replay_run.h"
#include "event/json_object.h"
#include "policy/describe.h"

namespace haetae::daemon {

// One request as a JSON line that scripts rely on: the keys of `explain --json`, and capture,
// packet, time, proto, src, sport, dst, dport, host, url, device, unread, technique; null where
// there is nothing to say. Appended to out with its line end.
void write_replay_json(const SeenAt& at, const policy::Policy& policy, std::string& out);
// The parts of such a line: verdict, reason, category, list, rule, profile, until, also; and where
// it was seen, from capture on.
void write_judgement(const inspect::Seen& seen, const policy::Policy& policy,
                     event::JsonObject& line);
void write_place(const SeenAt& at, const policy::Policy& policy, event::JsonObject& line);

// The same as a line for a person.
void write_replay_text(const SeenAt& at, const policy::Policy& policy, std::string& out);
// Parts of such a line: "BLOCKED"; "category; adult; list; rule".
std::string_view replay_verdict(policy::Action action);
std::string why_of(const inspect::Seen& seen, const policy::Policy& policy);

policy::Description describe_seen(const inspect::Seen& seen, const policy::Policy& policy);

// The URL that was asked for; empty if there was none, or if it says that somebody looks for help:
// that is nobody's business.
std::string replay_url(const inspect::Seen& seen);
// The URL, or the host.
std::string replay_input(const inspect::Seen& seen);
// The host that was asked for: a name, or an address where there is none.
std::string replay_host(const inspect::Seen& seen);
// The device that asked; empty if the configuration does not know it.
std::string replay_device(const inspect::Seen& seen, const policy::Policy& policy);

// "TITLE: a 5, b 3 and 7 more", the largest first; nothing where there are none.
using NamedCounts = std::map<std::string, std::uint64_t>;
void list_counts(std::string_view title, const NamedCounts& counts, std::string& out);

// What all of it came to, in a few lines. seconds: how long it took.
std::string replay_summary(const ReplayTotals& totals, double seconds);

}  // namespace haetae::daemon
