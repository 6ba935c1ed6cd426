#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_focus_command(CLI::App& app, int& exit_code) {
  add_order_command(app, "focus", "leave a profile what its focus allows, and nothing else",
                    "PROFILE [1h | until 17:00 | off]", exit_code);
}

}  // namespace haetae::daemon
