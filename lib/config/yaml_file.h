#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"

// YAML text as a plain tree with line numbers. The only place that knows the YAML library.
namespace haetae::config {

struct Node {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map };
  struct Entry;

  Kind kind = Kind::Null;
  int line = 0;                // from 1
  std::string text;            // Scalar
  std::vector<Node> items;     // List
  std::vector<Entry> entries;  // Map; keys are unique

  // The entry of a Map with this key, or null.
  const Entry* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  int line = 0;
  Node value;
  bool merged = false;  // came by `<<`: a key written here wins
};

// Reads one YAML document. Aliases and merge keys (`<<`) are written out, within the limits of
// limits.h. Faults are added: syntax, tabs, duplicate keys, text that is no UTF-8, a file that
// grows beyond the limits. No value if the text cannot be read at all; after duplicate keys the
// first of them counts. file: how faults call it.
std::optional<Node> parse_yaml(std::string_view text, std::string_view file, Faults& faults);

// The same from a file. A missing, unreadable or too large file is a fault.
std::optional<Node> read_yaml(const std::filesystem::path& file, Faults& faults);

}  // namespace haetae::config
