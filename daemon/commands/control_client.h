#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/control_answer.h"

namespace CLI {
class App;
}

// The commands that talk to the running filter.
namespace haetae::daemon {

// What every such command has: words as a person types them, and the configuration of the filter
// that is meant.
struct ControlOptions {
  std::string config;
  std::vector<std::string> words;
};
// Adds --config, which may be left out where the filter was installed.
void add_running_config_option(CLI::App& command, std::string& config);

// Asks the running filter. Error: why there is no answer, for a person.
std::expected<boost::json::object, std::string> ask_filter(const std::string& config,
                                                           const ControlRequest& request);

// Asks and prints what the filter says. Returns the exit code: 0 done, 1 refused or not reached, 3
// done but not kept over a restart.
int order(const std::string& config, const ControlRequest& request);

// Asks and prints one part of the answer as JSON. Returns the exit code: 0, or 1 without an answer.
int print_part(const std::string& config, const ControlRequest& request, std::string_view part);

// Adds a subcommand that sends its words as they stand. words: how help calls them.
CLI::App* add_order_command(CLI::App& app, const char* name, const char* about, const char* words,
                            int& exit_code);

}  // namespace haetae::daemon
