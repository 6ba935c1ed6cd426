// Kea's memfile: CSV whose first line names the columns. Commas inside a field are written as
// &#x2c. The file is a log: later rows replace earlier ones.
#include <algorithm>
#include <vector>

#include "lan/leases_format.h"

namespace haetae::lan {
namespace {

constexpr std::size_t kColumnsMax = 32;

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  while (fields.size() < kColumnsMax) {
    const std::size_t end = std::min(line.find(','), line.size());
    fields.push_back(line.substr(0, end));
    if (end == line.size()) break;
    line.remove_prefix(end + 1);
  }
  return fields;
}

}  // namespace

void read_kea_leases(std::string_view text, LeaseCollector& found) {
  const std::vector<std::string_view> columns = split(take_line(text));
  const auto place_of = [&columns](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
  };
  const std::size_t mac_at = place_of("hwaddr");
  const std::size_t name_at = place_of("hostname");
  if (mac_at == columns.size() || name_at == columns.size()) return found.add_bad_line();
  while (!text.empty()) {
    const bool is_whole = text.contains('\n');
    const std::string_view line = take_line(text);
    if (line.empty()) continue;
    const std::vector<std::string_view> fields = split(line);
    if (!is_whole || fields.size() != columns.size()) {
      found.add_bad_line();
      continue;
    }
    // Kea writes names with the dot of the root at their end.
    std::string_view name = fields[name_at];
    if (name.ends_with('.')) name.remove_suffix(1);
    found.add(MacAddress::from_text(fields[mac_at]), name);
  }
}

}  // namespace haetae::lan
