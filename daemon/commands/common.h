#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "build/assemble.h"
#include "build/list_compiler.h"
#include "config/load.h"

namespace CLI {
class App;
}

namespace haetae::daemon {

// Adds the --config option that every subcommand has.
void add_config_option(CLI::App& command, std::string& file);

// The rules folder that comes with the program: beside the installed program, or in the source tree
// it was built from.
std::filesystem::path shipped_rules();

// Where state is kept: `state.path`, else systemd's $STATE_DIRECTORY, else /var/lib/haetae.
std::filesystem::path state_folder(const std::filesystem::path& config_file);

// Where commands reach the filter that runs with this configuration: `control.path`, else
// control.sock in the state folder.
std::filesystem::path control_path(const std::filesystem::path& config_file);

// config::load with the shipped rules and the state folder of this machine.
std::expected<config::Loaded, config::Faults> load_config(const std::filesystem::path& file,
                                                          const config::LoadOptions& options = {});

// Loads a configuration; prints every fault to stderr. Null if there was any.
std::unique_ptr<config::Loaded> load_or_complain(const std::string& file,
                                                 config::RulesRead read = config::RulesRead::Whole);

void print_faults(const config::Faults& faults, const char* prefix = "");

// The compiled lists of the configuration, compiled now if they are not current; prints why not.
std::shared_ptr<const list::Image> image_or_complain(const config::Loaded& loaded);

// The policy of a configuration for a command that judges with it; prints why there is none.
std::shared_ptr<const policy::Policy> policy_or_complain(
    const config::Loaded& loaded, build::Pages pages = build::Pages::WhereProxied);

// Nobody's device in the profile of that name; the error names it.
std::expected<policy::Identity, std::string> anybody_in(const policy::Policy& policy,
                                                        const std::string& profile);

// Threads that answer: as configured, or one for each processor.
std::size_t worker_count(const config::Config& config);

}  // namespace haetae::daemon
