#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "daemon/commands/commands.h"
#include "daemon/commands/control_client.h"

namespace haetae::daemon {
namespace {

int status(const std::string& config, bool as_json) {
  const ControlRequest request{.command = "status", .words = {}};
  if (!as_json) return order(config, request);
  const auto answer = ask_filter(config, request);
  if (!answer) {
    fmt::print(stderr, "haetae: {}\n", answer.error());
    return 1;
  }
  const boost::json::value* const status = answer->if_contains("status");
  if (status != nullptr) fmt::print("{}\n", boost::json::serialize(*status));
  return 0;
}

}  // namespace

void add_status_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand("status", "what is on now, for whom and until when");
  const auto config = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  add_running_config_option(*command, *config);
  command->add_flag("--json", *as_json, "as one JSON object");
  command->callback([config, as_json, &exit_code] { exit_code = status(*config, *as_json); });
}

}  // namespace haetae::daemon
