#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"
#include "config/rules.h"
#include "config/yaml_file.h"

namespace haetae::config {

// What reading one file knows and gathers.
struct Context {
  std::string file;              // as faults call it
  std::filesystem::path folder;  // relative paths start here
  const Rules* rules = nullptr;  // null: not read, so ids are not checked
  Faults faults;
  Faults warnings;
  // Names that other sections refer to, gathered before the sections are read.
  std::vector<std::string> profile_names;
  std::vector<std::string> list_names;
  // Every key that the file may hold: "dns.listen"; for hints.
  std::vector<std::string> known_paths;

  // Enough was said: what costs time to word is left out. put_in_order() shows fewer still.
  bool is_full() const;
};

// A node of the tree, at its place in the file. Borrowed: node and context outlive it.
struct Value {
  const Node& node;
  Context& context;
  std::string path;  // "profiles.little.threshold"; empty: the whole file

  Value at(const Node::Entry& entry) const;
  Value at(std::size_t item) const;
  // The value of a key of a Map, if it is written.
  std::optional<Value> find(std::string_view key) const;

  void fault(std::string message, std::string hint = {}) const;
  void warn(std::string message, std::string hint = {}) const;

  // The text of a scalar; anything else is a fault that tells what is wanted ("a number").
  std::optional<std::string_view> text(std::string_view wanted) const;
};

}  // namespace haetae::config
