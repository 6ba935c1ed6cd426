#include "policy/marks.h"

#include <utility>

namespace haetae::policy {

void Marks::add(const Name& name, Mark mark) {
  mark.label_count = static_cast<std::uint8_t>(name.label_count());
  marks_[name].push_back(mark);
}

void Marks::write(Policy& policy) const {
  policy.marks.clear();
  policy.mark_spans.assign(1, {});  // [0]: nothing is known of the name
  std::vector<std::pair<Name, std::uint32_t>> known;
  known.reserve(marks_.size());
  for (const auto& [name, own] : marks_) {
    const auto first = static_cast<std::uint32_t>(policy.marks.size());
    policy.marks.insert(policy.marks.end(), own.begin(), own.end());
    // Nearest ancestor first: a reader that wants the longest suffix takes the first it finds.
    for (std::size_t label = 1; label <= name.label_count(); ++label) {
      const auto above = marks_.find(name.suffix(label));
      if (above == marks_.end()) continue;
      for (const Mark& mark : above->second) {
        if (!mark.exact) policy.marks.push_back(mark);
      }
    }
    known.emplace_back(name, static_cast<std::uint32_t>(policy.mark_spans.size()));
    policy.mark_spans.push_back({first, static_cast<std::uint32_t>(policy.marks.size()) - first});
  }
  policy.well_known = list::NameTable<std::uint32_t>(policy.names.image().key(), std::move(known));
}

}  // namespace haetae::policy
