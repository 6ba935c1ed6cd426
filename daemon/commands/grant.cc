#include <CLI/CLI.hpp>

#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {

void add_grant_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand("grant", "open something for a profile, for a while");
  const auto options = std::make_shared<ControlOptions>();
  const auto no_safe_search = std::make_shared<bool>(false);
  add_running_config_option(*command, options->config);
  command
      ->add_option("WORDS", options->words,
                   "PROFILE, then site NAME, service ID, category ID, bedtime or quota, then 1h or "
                   "until 20:00")
      ->required();
  command->add_flag("--no-safe-search", *no_safe_search,
                    "search engines show all they find while the grant lasts");
  command->callback([options, no_safe_search, &exit_code] {
    ControlRequest request{.command = "grant", .words = options->words};
    if (*no_safe_search) request.words.emplace_back("--no-safe-search");
    exit_code = order(options->config, request);
  });
}

}  // namespace haetae::daemon
