#include <CLI/CLI.hpp>

#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_status_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand("status", "what is on now, for whom and until when");
  const auto config = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  add_running_config_option(*command, *config);
  command->add_flag("--json", *as_json, "as one JSON object");
  command->callback([config, as_json, &exit_code] {
    exit_code = *as_json ? print_part(*config, {.command = "status", .words = {}}, "status")
                         : order(*config, {.command = "status", .words = {}});
  });
}

}  // namespace haetae::daemon
