#include "page/accept_language.h"

#include <algorithm>

#include "page/limits.h"

namespace haetae::page {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// What stands before the separator; text becomes what stands behind it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(taken);
}

// "q=0.8" in thousandths (RFC 9110, section 12.4.2); 1000 where there is none, 0 for nonsense.
int weight_of(std::string_view parameters) {
  if (parameters.empty()) return 1000;
  if (!parameters.starts_with("q=") && !parameters.starts_with("Q=")) return 0;
  parameters.remove_prefix(2);
  if (parameters.empty() || parameters.size() > 5) return 0;
  int weight = (parameters[0] == '1') ? 1000 : 0;
  if (parameters[0] != '0' && parameters[0] != '1') return 0;
  if (parameters.size() > 1 && parameters[1] != '.') return 0;
  int unit = 100;
  for (const char digit : parameters.substr(std::min<std::size_t>(2, parameters.size()))) {
    if (digit < '0' || digit > '9') return 0;
    weight += (digit - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, 1000);
}

// "zh-Hant-TW" -> "zh"
std::string first_subtag(std::string_view range) {
  std::string language(range.substr(0, range.find('-')));
  std::ranges::transform(language, language.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return language;
}

}  // namespace

std::string wanted_language(std::string_view header,
                            const std::function<bool(const std::string&)>& has) {
  std::string best;
  int best_weight = 0;
  for (std::size_t i = 0; i < limits::kAcceptLanguagesMax && !header.empty(); ++i) {
    std::string_view one = take_until(header, ',');
    const std::string language = first_subtag(take_until(one, ';'));
    const int weight = weight_of(trimmed(one));
    if (weight > best_weight && has(language)) {
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace haetae::page
