#include "config/value.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace haetae::config {

bool Context::is_full() const {
  return faults.size() >= 2 * limits::kFaultsMax;
}

Value Value::at(const Node::Entry& entry) const {
  return {entry.value, context, path.empty() ? entry.key : fmt::format("{}.{}", path, entry.key)};
}

Value Value::at(std::size_t item) const {
  return {node.items[item], context, fmt::format("{}[{}]", path, item)};
}

std::optional<Value> Value::find(std::string_view key) const {
  const Node::Entry* entry = node.find(key);
  if (entry == nullptr) return std::nullopt;
  return at(*entry);
}

void Value::fault(std::string message, std::string hint) const {
  if (context.is_full()) return;
  context.faults.push_back({context.file, node.line, path, std::move(message), std::move(hint)});
}

void Value::warn(std::string message, std::string hint) const {
  if (context.warnings.size() >= limits::kFaultsMax) return;
  context.warnings.push_back({context.file, node.line, path, std::move(message), std::move(hint)});
}

std::optional<std::string_view> Value::text(std::string_view wanted) const {
  if (node.kind == Node::Kind::Scalar) return node.text;
  fault(fmt::format("{} is wanted here, not {}", wanted,
                    node.kind == Node::Kind::List  ? "a list"
                    : node.kind == Node::Kind::Map ? "a section"
                                                   : "nothing"));
  return std::nullopt;
}

}  // namespace haetae::config
