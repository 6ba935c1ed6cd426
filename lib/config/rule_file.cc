#include "config/rule_file.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/nearest.h"

namespace haetae::config {

void RuleFile::fail(int line, std::string key, std::string message, std::string hint) {
  faults_.push_back({file_, line, std::move(key), std::move(message), std::move(hint)});
}

bool RuleFile::has_only(const Node& node, const std::string& where,
                        const std::vector<std::string>& keys) {
  if (node.kind != Node::Kind::Map) {
    fail(node.line, where, "this must hold keys and values", "");
    return false;
  }
  bool all_known = true;
  for (const Node::Entry& entry : node.entries) {
    if (std::ranges::find(keys, entry.key) != keys.end()) continue;
    fail(entry.line, where.empty() ? entry.key : where + "." + entry.key, "there is no such key",
         nearest_hint(entry.key, keys));
    all_known = false;
  }
  return all_known;
}

std::string RuleFile::text_of(const Node& map, std::string_view key, const std::string& full) {
  const Node* const node = value_of(map, key);
  if (is_text(node)) return node->text;
  fail(node == nullptr ? map.line : node->line, full, "a text is missing here", "");
  return {};
}

std::vector<NamedCategory> RuleFile::categories_of(const Node& root,
                                                   const std::vector<std::string>& keys,
                                                   const CategoryFinder& find) {
  std::vector<NamedCategory> categories;
  const auto present = std::ranges::find_if(
      keys, [&root](const std::string& key) { return value_of(root, key) != nullptr; });
  if (present == keys.end()) {
    fail(root.line, keys.front(), "it is missing", "name a category");
    return categories;
  }
  const auto add = [&](const Node& one) {
    if (const auto category = find(one.text)) {
      categories.push_back({one.text, *category});
    } else {
      fail(one.line, *present, "there is no category '" + one.text + "'",
           "see rules/categories.yaml");
    }
  };
  const Node& node = *value_of(root, *present);
  if (node.kind == Node::Kind::List) {
    for_each(&node, *present, add);
  } else {
    add(node);
  }
  return categories;
}

std::optional<std::int16_t> RuleFile::weight_of(const Node& map, const std::string& key) {
  const Node* const node = value_of(map, "weight");
  int weight = 0;
  if (is_text(node)) {
    const char* const end = node->text.data() + node->text.size();
    const auto read = std::from_chars(node->text.data(), end, weight);
    if (read.ec != std::errc() || read.ptr != end) weight = 0;
  }
  if (weight != 0 && weight >= -kWeightMax && weight <= kWeightMax) {
    return static_cast<std::int16_t>(weight);
  }
  fail(node == nullptr ? map.line : node->line, key + ".weight", "this is not a weight",
       "use 1 to 200, or -1 to -200 for what speaks for innocence");
  return std::nullopt;
}

const Node* value_of(const Node& map, std::string_view key) {
  const Node::Entry* const entry = map.find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

bool is_text(const Node* node) {
  return node != nullptr && node->kind == Node::Kind::Scalar && !node->text.empty();
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace haetae::config
