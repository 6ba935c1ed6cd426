#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "firewall/plan.h"
#include "firewall/sets.h"

// The text of our rules, as nft(8) and iptables-restore(8) read it. It holds nothing that a
// configuration or a network could choose but checked names of interfaces, addresses and numbers.
namespace haetae::firewall {

// The table of family inet that is ours, and ours alone.
inline constexpr std::string_view kTable = "haetae";
// The chain that is ours in the mangle tables of iptables.
inline constexpr std::string_view kMangleChain = "HAETAE";

// The kernel takes the filter for dead when it was not told the contrary for so long.
inline constexpr seconds kAliveFor{3};

// The whole table in place of the one that stands, in one transaction.
// is_alive: the filter runs, and will say so again.
std::string table_text(const Plan& plan, const Sets& sets, bool is_alive);
// The table's body alone, under another name and switched off: to see how the kernel lists it.
std::string sleeping_table_text(const Plan& plan, std::string_view name);

// Makes the sets what they are to be; empty where nothing changes. One transaction.
std::string update_text(const Sets& before, const Sets& after);
// The same, whatever stands in them.
std::string rewrite_text(const Sets& sets);
// The filter runs: holds for kAliveFor.
std::string alive_text();
// The filter ends now, not in a few seconds.
std::string not_alive_text();
// Takes the table away, also if there is none.
std::string removal_text();

// A listing of nft's in which the elements of a set on one line stand in order, and no line is
// empty: the kernel hands elements out in an order of its own, another one each time.
std::string in_order(std::string_view listing);

// Input of iptables-restore --noflush for one family: our chain, and the jump to it in place of
// every one that stands. saved: what iptables-save says of the mangle table.
std::string mangle_text(const Plan& plan, bool is_v4, std::string_view saved);
// What own_mangle_lines() gives when that stands.
std::string saved_mangle_text(const Plan& plan, bool is_v4);
// Takes the chain and every jump to it away. Empty: there is nothing of ours.
std::string mangle_removal_text(std::string_view saved);
// The lines of what iptables-save says that are ours.
std::string own_mangle_lines(std::string_view saved);

}  // namespace haetae::firewall
