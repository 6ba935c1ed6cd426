#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"
#include "config/yaml_file.h"
#include "list/rule.h"

// What the files of rules/patterns have in common.
namespace haetae::config {

// A category's number by its id or alias; nothing if there is none.
using CategoryFinder = std::function<std::optional<list::CategoryId>(std::string_view)>;

// Heavier weights are slips of the pen: one such word would outvote ten others.
inline constexpr int kWeightMax = 200;

struct NamedCategory {
  std::string name;
  list::CategoryId id;
};

// Reads one file's values; what is wrong becomes a fault with the file and the line.
class RuleFile {
 public:
  RuleFile(std::string file, Faults& faults) : file_(std::move(file)), faults_(faults) {}

  const std::string& file() const noexcept { return file_; }
  void fail(int line, std::string key, std::string message, std::string hint);

  // True if the node is a map of these keys alone; else a fault for each that is not.
  bool has_only(const Node& node, const std::string& where, const std::vector<std::string>& keys);
  // Reads each item of a list; a node that is no list is a fault, none at all is an empty list.
  template <typename Read>
  void for_each(const Node* list, const std::string& key, const Read& read) {
    if (list == nullptr) return;
    if (list->kind != Node::Kind::List) {
      return fail(list->line, key, "this must be a list", "write [ ] around it");
    }
    for (const Node& item : list->items) read(item);
  }
  // A text that must be there.
  std::string text_of(const Node& map, std::string_view key, const std::string& full);
  // One category or a list of them, by the key that is there.
  std::vector<NamedCategory> categories_of(const Node& root, const std::vector<std::string>& keys,
                                           const CategoryFinder& find);
  // -kWeightMax to kWeightMax, not 0.
  std::optional<std::int16_t> weight_of(const Node& map, const std::string& key);

 private:
  std::string file_;
  Faults& faults_;
};

// The value of a key, or null.
const Node* value_of(const Node& map, std::string_view key);
// True if there is a text that is not empty.
bool is_text(const Node* node);
// The *.yaml of a folder in the order of their names; none if it is missing.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder);

}  // namespace haetae::config
