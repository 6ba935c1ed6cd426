#include "config/table.h"

namespace haetae::config::detail {

bool same_content(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text) return false;
  const auto same_entry = [](const Node::Entry& x, const Node::Entry& y) {
    return x.key == y.key && same_content(x.value, y.value);
  };
  return std::ranges::equal(a.items, b.items, same_content) &&
         std::ranges::equal(a.entries, b.entries, same_entry);
}

void warn_inert(const Value& value, const RowInfo& info, const Node& fallback) {
  if (!info.inert.empty() && !same_content(value.node, fallback)) value.warn(info.inert);
}

void fault_unknown_key(const Value& section, const Node::Entry& entry,
                       const std::vector<std::string>& keys) {
  if (section.context.is_full()) return;
  const std::string prefix = section.path.empty() ? "" : section.path + ".";
  std::string hint;
  if (const auto meant = nearest(entry.key, keys)) {
    hint = fmt::format("did you mean '{}{}'?", prefix, *meant);
  } else {
    // The right key in the wrong section is the other common mistake.
    for (const std::string& path : section.context.known_paths) {
      const std::size_t dot = path.rfind('.');
      if (path.substr(dot == std::string::npos ? 0 : dot + 1) != entry.key) continue;
      hint = fmt::format("did you mean '{}'?", path);
      break;
    }
  }
  if (hint.empty()) hint = nearest_hint("", keys);
  // The line of the key, not of its value.
  section.context.faults.push_back({section.context.file, entry.line, prefix + entry.key,
                                    "there is no such key", std::move(hint)});
}

}  // namespace haetae::config::detail
