#include "config/load.h"

#include "config/checks.h"
#include "config/settings.h"
#include "config/value.h"
#include "config/yaml_file.h"

namespace haetae::config {
namespace {

// Names that devices, networks and profiles refer to, wherever they stand in the file.
void gather_names(const Node& root, Context& context) {
  if (const Node::Entry* profiles = root.find("profiles")) {
    for (const Node::Entry& profile : profiles->value.entries) {
      context.profile_names.push_back(profile.key);
    }
  }
  if (const Node::Entry* lists = root.find("lists")) {
    for (const Node& list : lists->value.items) {
      const Node::Entry* name = list.find("name");
      if (name != nullptr) context.list_names.push_back(name->value.text);
    }
  }
  if (context.rules == nullptr) return;
  for (const ListSource& list : context.rules->start_lists) {
    context.list_names.push_back(list.name);
  }
}

// The scalar at section.key, or null.
const std::string* text_at(const Node& root, std::string_view section, std::string_view key) {
  const Node::Entry* const outer = root.find(section);
  const Node::Entry* const inner = outer == nullptr ? nullptr : outer->value.find(key);
  return inner == nullptr || inner->value.text.empty() ? nullptr : &inner->value.text;
}

// The rules are needed to read the rest, so their place is looked up first.
std::filesystem::path rules_folder(const Node& root, const Context& context,
                                   const std::filesystem::path& default_rules) {
  const std::string* const path = text_at(root, "rules", "path");
  return path == nullptr ? default_rules : (context.folder / *path).lexically_normal();
}

// Whether anything is to be judged by the words in it. What is no such word is told later.
bool wants_texts(const Node& root) {
  const std::string* const written = text_at(root, "rules", "patterns");
  return written == nullptr || (*written != "false" && *written != "no" && *written != "off");
}

// Rules are many times as large as a configuration and change with the program only: a running
// filter that loads again keeps the ones it has.
std::expected<std::shared_ptr<const Rules>, Faults> rules_of(
    const std::filesystem::path& folder, const std::shared_ptr<const Rules>& known,
    RulesRead read) {
  const FolderStamp stamp = stamp_of(folder);
  const bool is_known = known != nullptr && known->folder == folder && known->stamp == stamp;
  if (is_known && (known->has_texts || read == RulesRead::WithoutTexts)) return known;
  std::expected<Rules, Faults> rules = load_rules(folder, read);
  if (!rules) return std::unexpected(std::move(rules.error()));
  // Taken before the reading: what changes meanwhile is read again at the next load.
  rules->stamp = stamp;
  return std::make_shared<const Rules>(std::move(*rules));
}

Config read_config(const Node& root, Context& context) {
  context.known_paths = known_paths();
  gather_names(root, context);
  Config config;
  const Value whole{root, context, ""};
  read_section(config_table(), whole, config);
  check_whole(whole, config);
  return config;
}

Context context_for(const std::filesystem::path& file) {
  Context context;
  context.file = file.string();
  context.folder = std::filesystem::absolute(file).parent_path();
  return context;
}

}  // namespace

std::expected<Loaded, Faults> load(const std::filesystem::path& file,
                                   const std::filesystem::path& default_rules,
                                   const LoadOptions& options) {
  Context context = context_for(file);
  if (!options.folder.empty()) context.folder = std::filesystem::absolute(options.folder);
  const std::optional<Node> root = read_yaml(file, context.faults);
  if (!root) return std::unexpected(std::move(context.faults));
  const std::filesystem::path rules_at = rules_folder(*root, context, default_rules);
  const RulesRead read = wants_texts(*root) ? options.read : RulesRead::WithoutTexts;
  const auto rules = rules_of(rules_at, options.known, read);
  // Without rules every id in the file would look wrong: the rules' own faults come first.
  if (!rules) return std::unexpected(rules.error());
  context.rules = rules->get();
  Config config = read_config(*root, context);
  put_in_order(context.faults);
  if (!context.faults.empty()) return std::unexpected(std::move(context.faults));
  config.file = file;
  config.rules_path = rules_at;
  put_in_order(context.warnings);
  return Loaded{std::move(config), *rules, std::move(context.warnings)};
}

WrittenPaths written_paths(const std::filesystem::path& file) {
  Faults ignored;
  const std::optional<Node> root = read_yaml(file, ignored);
  const auto path_at = [&](std::string_view section) -> std::optional<std::filesystem::path> {
    const std::string* const path = root ? text_at(*root, section, "path") : nullptr;
    if (path == nullptr) return std::nullopt;
    return (context_for(file).folder / *path).lexically_normal();
  };
  return {path_at("state"), path_at("control")};
}

std::expected<Config, Faults> load_text(std::string_view text, const std::filesystem::path& file,
                                        const Rules& rules, Faults* warnings) {
  Context context = context_for(file);
  context.rules = &rules;
  const std::optional<Node> root = parse_yaml(text, context.file, context.faults);
  if (!root) return std::unexpected(std::move(context.faults));
  Config config = read_config(*root, context);
  put_in_order(context.faults);
  if (!context.faults.empty()) return std::unexpected(std::move(context.faults));
  config.file = file;
  config.rules_path = rules.folder;
  put_in_order(context.warnings);
  if (warnings != nullptr) *warnings = std::move(context.warnings);
  return config;
}

}  // namespace haetae::config
