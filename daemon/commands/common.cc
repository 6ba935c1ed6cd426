#include "daemon/commands/common.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "base/random_key.h"
#include "daemon/packet_tap.h"

namespace haetae::daemon {

namespace fs = std::filesystem;

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("-c,--config", file, "the configuration, a YAML file")->required();
}

fs::path shipped_rules() {
  if (const char* const named = std::getenv("HAETAE_RULES"); named != nullptr && *named != '\0') {
    return named;
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  // Installed: PREFIX/sbin/haetae and PREFIX/share/haetae/rules. Built: build/PRESET/haetae.
  for (const char* const relative : {"../share/haetae/rules", "../../rules"}) {
    const fs::path candidate = program.parent_path() / relative;
    if (fs::exists(candidate / "categories.yaml", error)) return fs::weakly_canonical(candidate);
  }
  return HAETAE_RULES_FOLDER;
}

void print_faults(const config::Faults& faults, const char* prefix) {
  for (const config::Fault& fault : faults) {
    fmt::print(stderr, "{}{}\n", prefix, config::to_text(fault));
  }
}

fs::path state_folder(const fs::path& config_file) {
  if (const auto written = config::written_paths(config_file).state) return *written;
  const char* const given = std::getenv("STATE_DIRECTORY");
  return given != nullptr && *given != '\0' ? given : "/var/lib/haetae";
}

fs::path control_path(const fs::path& config_file) {
  if (const auto written = config::written_paths(config_file).control) return *written;
  return state_folder(config_file) / "control.sock";
}

std::expected<config::Loaded, config::Faults> load_config(const fs::path& file,
                                                          const config::LoadOptions& options) {
  auto loaded = config::load(file, shipped_rules(), options);
  if (!loaded) return loaded;
  loaded->config.state_path = state_folder(file);
  const config::Tap& tap = loaded->config.tap;
  if (tap.filter.empty()) return loaded;
  if (const std::string why = packet_filter_fault(tap.filter); !why.empty()) {
    return std::unexpected(config::Faults{{file.string(), tap.filter_line, "tap.filter", why,
                                           "write it as `tcp or udp`, or leave it out"}});
  }
  return loaded;
}

std::unique_ptr<config::Loaded> load_or_complain(const std::string& file, config::RulesRead read) {
  auto loaded = load_config(file, {.folder = {}, .known = nullptr, .read = read});
  if (loaded) return std::make_unique<config::Loaded>(std::move(*loaded));
  print_faults(loaded.error());
  return nullptr;
}

std::shared_ptr<const list::Image> image_or_complain(const config::Loaded& loaded) {
  const build::ListFiles files = build::ListFiles::below(loaded.config.state_path);
  auto image = list::Image::open(files.image);
  if (image && build::is_current(**image, loaded, files)) return *image;
  const auto compiled = build::compile_lists(loaded, files, random_key);
  if (!compiled) {
    fmt::print(stderr, "haetae: {}\n", compiled.error());
    return nullptr;
  }
  image = list::Image::open(files.image);
  if (!image) fmt::print(stderr, "haetae: {}\n", image.error());
  return image ? *image : nullptr;
}

std::shared_ptr<const policy::Policy> policy_or_complain(const config::Loaded& loaded,
                                                         build::Pages pages) {
  const auto image = image_or_complain(loaded);
  if (!image) return nullptr;
  const auto assembled =
      build::assemble(loaded, image, 1, loaded.config.state_path, nullptr, pages);
  if (assembled) return assembled->policy;
  print_faults(assembled.error());
  return nullptr;
}

std::expected<policy::Identity, std::string> anybody_in(const policy::Policy& policy,
                                                        const std::string& profile) {
  const auto found = std::ranges::find(policy.profiles, profile, &policy::Profile::name);
  if (found == policy.profiles.end()) {
    return std::unexpected(fmt::format("no such profile: '{}'", profile));
  }
  return policy::Identity{policy::kUnknownDevice,
                          static_cast<policy::ProfileId>(found - policy.profiles.begin())};
}

std::size_t worker_count(const config::Config& config) {
  if (config.workers > 0) return static_cast<std::size_t>(config.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace haetae::daemon
