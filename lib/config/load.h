#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "config/config.h"
#include "config/fault.h"
#include "config/rules.h"

namespace haetae::config {

struct Loaded {
  Config config;
  std::shared_ptr<const Rules> rules;  // never null; shared with whoever loads again
  // Things that are right but do nothing here: sections that this version does not act on, a device
  // known only by MAC, ….
  Faults warnings;
};

struct LoadOptions {
  // What relative paths are relative to, if not the file's own folder (a kept copy).
  std::filesystem::path folder;
  // Rules of an earlier load, taken over if their folder holds the same files still and they hold
  // what is to be read now; may be null.
  std::shared_ptr<const Rules> known;
  // Where the configuration says `rules.patterns: false`, texts are never read.
  RulesRead read = RulesRead::Whole;
};

// Reads the configuration and the rules it names. Error: every fault, not only the first.
// default_rules: the rules folder if the configuration names none.
std::expected<Loaded, Faults> load(const std::filesystem::path& file,
                                   const std::filesystem::path& default_rules,
                                   const LoadOptions& options = {});

// The paths that say where a running filter is to be found, if they are written in the file,
// however many faults the rest has: what worked last, and who runs, must be known before the
// configuration is any good.
struct WrittenPaths {
  std::optional<std::filesystem::path> state;    // `state.path`
  std::optional<std::filesystem::path> control;  // `control.path`
};
WrittenPaths written_paths(const std::filesystem::path& file);

// The same for text at hand and rules that were read already: the text is judged as if it stood in
// `file`, which need not exist. warnings may be null.
std::expected<Config, Faults> load_text(std::string_view text, const std::filesystem::path& file,
                                        const Rules& rules, Faults* warnings = nullptr);

}  // namespace haetae::config
