#include "config/fault.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/limits.h"

namespace haetae::config {

std::string to_text(const Fault& fault) {
  std::string text = fault.file;
  if (fault.line > 0) text += fmt::format(":{}", fault.line);
  if (!text.empty()) text += ": ";
  if (!fault.key.empty()) text += fault.key + ": ";
  text += fault.message;
  if (!fault.hint.empty()) text += "; " + fault.hint;
  return text;
}

void put_in_order(Faults& faults) {
  // Faults of one line stay in the order in which they were found.
  std::multimap<std::pair<std::string, int>, Fault> ordered;
  for (Fault& fault : faults) {
    std::pair place{fault.file, fault.line};
    ordered.emplace(std::move(place), std::move(fault));
  }
  faults.clear();
  for (auto& [place, fault] : ordered) faults.push_back(std::move(fault));
  if (faults.size() <= limits::kFaultsMax) return;
  const std::size_t more = faults.size() - limits::kFaultsMax;
  faults.resize(limits::kFaultsMax);
  faults.push_back({.file = faults.back().file,
                    .message = fmt::format("{} more faults are not shown", more),
                    .hint = "mend those above first"});
}

}  // namespace haetae::config
