#pragma once

#include <expected>
#include <string>

#include "firewall/plan.h"

// Packets that the rules mark as ours end at this machine, whatever address they are sent to: a
// rule of routing for the mark, and a table with one local route in which it looks (ip-rule(8)).
// For both families, where a transparent proxy gets its connections by tproxy.
namespace haetae::daemon {

// Makes them what the plan wants; takes them away where it wants none. Error: what the kernel said.
std::expected<void, std::string> apply_local_routes(const firewall::Plan& plan);
// Takes them away, whoever put them up; well if there are none.
std::expected<void, std::string> remove_local_routes();

// What stands of ours, and what would for the plan: equal text for equal rules; empty: nothing.
std::string list_local_routes();
std::string local_routes_of(const firewall::Plan& plan);

}  // namespace haetae::daemon
