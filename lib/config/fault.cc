#include "config/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

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
  std::ranges::stable_sort(faults, {},
                           [](const Fault& fault) { return std::tie(fault.file, fault.line); });
  if (faults.size() <= limits::kFaultsMax) return;
  const std::size_t more = faults.size() - limits::kFaultsMax;
  faults.resize(limits::kFaultsMax);
  faults.push_back({.file = faults.back().file,
                    .message = fmt::format("{} more faults are not shown", more),
                    .hint = "mend those above first"});
}

}  // namespace haetae::config
