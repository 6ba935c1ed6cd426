#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "firewall/ruleset.h"

namespace haetae::firewall {
namespace {

std::string sorted(std::string_view elements) {
  constexpr std::string_view kBetween = ", ";
  std::vector<std::string_view> all;
  for (;;) {
    const std::size_t end = elements.find(kBetween);
    all.push_back(elements.substr(0, end));
    if (end == std::string_view::npos) break;
    elements.remove_prefix(end + kBetween.size());
  }
  std::ranges::sort(all);
  return fmt::format("{}", fmt::join(all, kBetween));
}

std::string with_sorted_elements(std::string_view listing) {
  constexpr std::string_view kBegin = "{ ";
  constexpr std::string_view kEnd = " }";
  std::string out;
  for (;;) {
    const std::size_t begin = listing.find(kBegin);
    const std::size_t end = listing.find(kEnd, begin);
    if (end == std::string_view::npos) return out.append(listing);
    const std::size_t first = begin + kBegin.size();
    out.append(listing.substr(0, first));
    out.append(sorted(listing.substr(first, end - first)));
    listing.remove_prefix(end);
  }
}

}  // namespace

std::string in_order(std::string_view listing) {
  std::string text = with_sorted_elements(listing);
  for (std::size_t at = 0; (at = text.find("\n\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

}  // namespace haetae::firewall
