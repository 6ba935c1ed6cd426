#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_resume_command(CLI::App& app, int& exit_code) {
  add_order_command(app, "resume", "end a pause", "PROFILE", exit_code);
}

}  // namespace haetae::daemon
