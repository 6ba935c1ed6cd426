#include "config/rules.h"

#include <algorithm>
#include <charconv>

#include "base/name.h"
#include "config/utf8.h"

namespace haetae::config {
namespace {

// "Under 7" -> "under-7", "7–9" -> "7-9".
std::string band_form(std::string_view text) {
  std::string form = with_hyphens(text);
  for (char& c : form) {
    c = c == ' ' || c == '_' ? '-' : static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  }
  return form;
}

}  // namespace

const CategoryRule* Rules::category(std::string_view id) const {
  for (const CategoryRule& category : categories) {
    if (category.id == id || std::ranges::find(category.aliases, id) != category.aliases.end()) {
      return &category;
    }
  }
  return nullptr;
}

const ServiceRules* Rules::service(std::string_view id) const {
  const auto found = std::ranges::find_if(services, [id](const ServiceRules& service) {
    return service.id == id || std::ranges::find(service.aliases, id) != service.aliases.end();
  });
  return found == services.end() ? nullptr : &*found;
}

const AgeBand* Rules::age_band(std::string_view text) const {
  const std::string form = band_form(text);
  int years = -1;
  const auto [end, error] = std::from_chars(form.data(), form.data() + form.size(), years);
  const bool is_number = error == std::errc{} && end == form.data() + form.size();
  for (const AgeBand& band : ages) {
    if (is_number
            ? years >= band.first_year && years <= band.last_year
            : band.id == form || std::ranges::find(band.aliases, form) != band.aliases.end()) {
      return &band;
    }
  }
  return nullptr;
}

}  // namespace haetae::config
