#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"

namespace haetae::daemon {
namespace {

int check(const std::string& file) {
  const auto loaded = load_or_complain(file);
  if (!loaded) return 1;
  print_faults(loaded->warnings, "warning: ");
  fmt::print("{}: good: {} profiles, {} devices, {} lists\n", file, loaded->config.profiles.size(),
             loaded->config.devices.size(), build::list_sources(*loaded).size());
  return 0;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand("check", "read the configuration and name every fault");
  const auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  command->callback([file, &exit_code] { exit_code = check(*file); });
}

}  // namespace haetae::daemon
