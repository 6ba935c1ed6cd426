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

std::vector<std::string> zones_of_system() {
  std::vector<std::string> zones{"UTC"};
  std::ifstream in(kZoneTable);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream columns(line);
    std::string skipped, zone;
    if (std::getline(columns, skipped, '\t') && std::getline(columns, skipped, '\t') &&
        std::getline(columns, zone, '\t')) {
      zones.push_back(zone);
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
  return nearest_hint(name, zones_of_system(), "use a name such as Asia/Seoul or Europe/London");
}

}  // namespace haetae::config
