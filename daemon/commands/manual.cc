#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "config/settings.h"
#include "daemon/commands/commands.h"

namespace haetae::daemon {

void add_manual_command(CLI::App& app) {
  app.add_subcommand("manual", "every key of the configuration, as Markdown (docs/CONFIG.md)")
      ->callback([] { fmt::print("{}", config::manual()); });
}

}  // namespace haetae::daemon
