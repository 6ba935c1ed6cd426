#include "config/zone_hint.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "config/nearest.h"
#include "policy/schedule.h"

namespace haetae::config {
namespace {

// Country codes, coordinates and zone names, tab-separated; part of the system's zone data.
constexpr const char* kZoneTable = "/usr/share/zoneinfo/zone1970.tab";

struct ZoneRow {
  std::string countries;  // ISO 3166-1, the most populous first: "KR", "AE,OM"
  std::string zone;
};

std::vector<ZoneRow> zones_of_system() {
  std::vector<ZoneRow> zones;
  std::ifstream in(kZoneTable);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream columns(line);
    std::string skipped;
    ZoneRow row;
    if (std::getline(columns, row.countries, '\t') && std::getline(columns, skipped, '\t') &&
        std::getline(columns, row.zone, '\t')) {
      zones.push_back(std::move(row));
    }
  }
  return zones;
}

}  // namespace

bool is_time_zone(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
  // A zone's name is a path below the zone data: it must not lead elsewhere.
  if (name.empty() || name.starts_with('/') ||
      name.find_first_not_of(kAllowed) != std::string_view::npos) {
    return false;
  }
  return policy::TimeZone::load(name).has_value();
}

std::string time_zone_hint(std::string_view name) {
  std::vector<std::string> names{"UTC"};
  for (ZoneRow& row : zones_of_system()) names.push_back(std::move(row.zone));
  return nearest_hint(name, names, "use a name such as Asia/Seoul or Europe/London");
}

std::string country_of_zone(std::string_view name) {
  for (const ZoneRow& row : zones_of_system()) {
    if (row.zone == name) return row.countries.substr(0, row.countries.find(','));
  }
  return {};
}

}  // namespace haetae::config
