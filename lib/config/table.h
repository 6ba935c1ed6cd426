#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "config/nearest.h"
#include "config/value.h"

// Tables of settings: a row a key, typed by the field it fills. Reading, checking, defaults, hints
// and the manual all follow from the rows.
namespace haetae::config {

// What the manual tells of one key.
struct RowInfo {
  std::string key;
  std::string words;     // what may stand there: "1 to 1000"
  std::string fallback;  // YAML text of the default; empty: none
  bool is_required = false;
  std::string help;   // one sentence
  std::string inert;  // why writing something else than the default does nothing yet
  std::string inner;  // how the rows below are reached: "" section, "[]" list, ".*" named
  std::vector<RowInfo> below;
};

// How one kind of value is read into a Field.
template <typename Field>
struct Type {
  std::string words;
  std::function<void(const Value&, Field&)> read;
  std::string inner;
  std::vector<RowInfo> below;
};

template <typename Section>
struct Row {
  RowInfo info;
  Node fallback;  // info.fallback as a tree
  std::function<void(const Value&, Section&)> read;
};

template <typename Section>
struct Table {
  std::vector<Row<Section>> rows;
  // Called after the defaults and before what is written: defaults that hang on other keys.
  std::function<void(const Value&, Section&)> prepare;

  std::vector<RowInfo> infos() const {
    std::vector<RowInfo> out;
    for (const Row<Section>& row : rows) out.push_back(row.info);
    return out;
  }
};

// A default that says: the key must be written.
inline constexpr std::string_view kRequired = "(required)";

// A value to read into. Types without an empty value say here what to start from.
template <typename Field>
Field blank() {
  return Field{};
}
template <>
inline Cidr blank<Cidr>() {
  return Cidr(IpAddress(), 128);
}

namespace detail {

// The tree of a default; defaults are ours, so a faulty one is our own mistake.
inline Node tree_of(std::string_view fallback) {
  if (fallback.empty() || fallback == kRequired) return {};
  Faults faults;
  std::optional<Node> tree = parse_yaml(fallback, "default", faults);
  HAETAE_ASSERT(tree && faults.empty());
  return std::move(*tree);
}

// True if both hold the same text in the same shape.
bool same_content(const Node& a, const Node& b);

void warn_inert(const Value& value, const RowInfo& info, const Node& fallback);
void fault_unknown_key(const Value& section, const Node::Entry& entry,
                       const std::vector<std::string>& keys);

}  // namespace detail

// A row that fills several fields of its section.
template <typename Section>
Row<Section> whole_row(std::string_view key, Type<Section> type, std::string_view fallback,
                       std::string_view help, std::string_view inert = {}) {
  RowInfo info{.key = std::string(key),
               .words = std::move(type.words),
               .fallback = std::string(fallback == kRequired ? "" : fallback),
               .is_required = fallback == kRequired,
               .help = std::string(help),
               .inert = std::string(inert),
               .inner = std::move(type.inner),
               .below = std::move(type.below)};
  return {std::move(info), detail::tree_of(fallback), std::move(type.read)};
}

// A row that fills one field.
template <typename Section, typename Field>
Row<Section> row(std::string_view key, Field Section::* field, Type<Field> type,
                 std::string_view fallback, std::string_view help, std::string_view inert = {}) {
  Type<Section> outer{std::move(type.words),
                      [field, read = std::move(type.read)](const Value& value, Section& section) {
                        read(value, section.*field);
                      },
                      std::move(type.inner), std::move(type.below)};
  return whole_row<Section>(key, std::move(outer), fallback, help, inert);
}

// Reads a Map by its table: defaults first, then what is written, in the table's order.
template <typename Section>
void read_section(const Table<Section>& table, const Value& value, Section& section) {
  static const Node kNothing{.kind = Node::Kind::Map};
  if (value.node.kind != Node::Kind::Map && value.node.kind != Node::Kind::Null) {
    value.fault("a section is wanted here", "write `key: value` lines below it");
    return;
  }
  const Value written{value.node.kind == Node::Kind::Map ? value.node : kNothing, value.context,
                      value.path};
  // A key with nothing behind it is as good as unwritten.
  const auto entry_of = [&written](const Row<Section>& row) {
    const Node::Entry* entry = written.node.find(row.info.key);
    return entry != nullptr && entry->value.kind != Node::Kind::Null ? entry : nullptr;
  };
  for (const Row<Section>& row : table.rows) {
    if (row.fallback.kind == Node::Kind::Null || entry_of(row) != nullptr) continue;
    row.read({row.fallback, value.context, value.path}, section);
  }
  if (table.prepare) table.prepare(written, section);
  for (const Row<Section>& row : table.rows) {
    if (const Node::Entry* entry = entry_of(row)) {
      row.read(written.at(*entry), section);
      detail::warn_inert(written.at(*entry), row.info, row.fallback);
    } else if (row.info.is_required) {
      value.fault(fmt::format("'{}' is missing", row.info.key),
                  fmt::format("add `{}:`. {}", row.info.key, row.info.help));
    }
  }
  std::vector<std::string> keys;
  for (const Row<Section>& row : table.rows) keys.push_back(row.info.key);
  for (const Node::Entry& entry : written.node.entries) {
    if (std::ranges::find(keys, entry.key) == keys.end()) {
      detail::fault_unknown_key(written, entry, keys);
    }
  }
}

template <typename Section>
Type<Section> section(const Table<Section>& table) {
  return {"section",
          [&table](const Value& value, Section& out) { read_section(table, value, out); }, "",
          table.infos()};
}

// A list; one value alone counts as a list of one.
template <typename Item>
Type<std::vector<Item>> list_of(Type<Item> type, std::size_t count_max) {
  return {"list of " + type.words,
          [read = std::move(type.read), count_max](const Value& value, std::vector<Item>& out) {
            out.clear();
            const auto read_one = [&](const Value& item) {
              out.push_back(blank<Item>());
              const std::size_t faults_before = item.context.faults.size();
              read(item, out.back());
              if (item.context.faults.size() != faults_before) out.pop_back();
            };
            if (value.node.kind != Node::Kind::List) return read_one(value);
            if (value.node.items.size() > count_max) {
              value.fault(fmt::format("{} entries are too many", value.node.items.size()),
                          fmt::format("at most {}", count_max));
              return;
            }
            for (std::size_t i = 0; i < value.node.items.size(); ++i) read_one(value.at(i));
          },
          type.inner + "[]", std::move(type.below)};
}

// A value that may be left out.
template <typename Field>
Type<std::optional<Field>> maybe(Type<Field> type) {
  return {type.words,
          [read = std::move(type.read)](const Value& value, std::optional<Field>& out) {
            const std::size_t faults_before = value.context.faults.size();
            Field field = blank<Field>();
            read(value, field);
            if (value.context.faults.size() == faults_before) out = std::move(field);
          },
          std::move(type.inner), std::move(type.below)};
}

}  // namespace haetae::config
