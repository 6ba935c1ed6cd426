#pragma once

#include <expected>
#include <string>

#include "firewall/plan.h"

// Our chain in the mangle tables of iptables, by its own programs (there is no library for them):
// iptables-nft-save and iptables-nft-restore, and those of IPv6.
namespace haetae::daemon {

// Whether the programs are there.
bool has_mangle_programs();

// The chain of both families with the jump to it, made anew. Error: what the programs said.
std::expected<void, std::string> apply_mangle(const firewall::Plan& plan);
// Takes it away, and a mangle table that holds nothing else; well if there is none.
std::expected<void, std::string> remove_mangle();

// What stands of ours in both families, as the programs write it; empty: nothing.
std::string list_mangle();

}  // namespace haetae::daemon
