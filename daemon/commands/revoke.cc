#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_revoke_command(CLI::App& app, int& exit_code) {
  add_order_command(app, "revoke", "take grants back", "PROFILE [SUBJECT] | NUMBER", exit_code);
}

}  // namespace haetae::daemon
