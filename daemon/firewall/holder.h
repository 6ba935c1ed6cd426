#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>

#include "daemon/sockets.h"

namespace haetae::daemon {

// Who keeps the firewall of this network namespace: one process, by a socket without a file, which
// goes with the process whatever ends it. By it others are told who that is, and it is told to let
// go.

// The listening socket: while it is open, the firewall is ours. Error: who has it.
std::expected<Descriptor, std::string> hold_firewall();

// Who holds it: "haetae (pid 812)"; empty: nobody.
std::string firewall_holder();

// What came of asking the holder to keep the firewall no more.
enum class LetGo : std::uint8_t {
  Nobody,    // held it
  Done,      // it keeps it no more, until it is reloaded or started again
  NoAnswer,  // it hangs, or is another program
};
LetGo ask_to_let_go();

// The holder's side: takes one connection of a socket that is readable, and answers. True: root, or
// the user that we run as, asked us to let go.
bool answer_asker(int listening);

}  // namespace haetae::daemon
