#pragma once

#include <string>

#include "config/config.h"
#include "config/table.h"

namespace haetae::config {

// The settings of a configuration file, all of them: a row a key. To add one, add a row and the
// field that it fills; check, defaults, hints and manual() follow.
const Table<Config>& config_table();

// The part below `profiles.NAME`; config_table() holds it.
const Table<Profile>& profile_table();

// The part below `gate`.
const Table<Gate>& gate_table();

// The part below `page`.
Type<Page> page_section();

// An entry of `dns.trusted_peers`.
Type<TrustedPeer> trusted_peer();

// Every key with what may stand there, its default and its meaning, as Markdown.
std::string manual();

// Every key's path, list items and names left out: "dns.listen", "lists.path".
std::vector<std::string> known_paths();

}  // namespace haetae::config
