#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_pause_command(CLI::App& app, int& exit_code) {
  add_order_command(app, "pause", "switch the internet off for a profile, or for all",
                    "PROFILE [30m | until 07:00]", exit_code);
}

}  // namespace haetae::daemon
