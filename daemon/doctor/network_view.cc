#include "daemon/doctor/network_view.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "daemon/local_networks.h"
#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

bool is_on(const char* switch_file) {
  int value = 0;
  std::ifstream(switch_file) >> value;
  return value != 0;
}

// Interfaces of default routes. /proc/net/route: name, destination, gateway, flags, …, mask (hex).
std::set<std::string> default_routes_v4() {
  std::set<std::string> names;
  std::ifstream in("/proc/net/route");
  std::string line;
  std::getline(in, line);  // headings
  while (std::getline(in, line)) {
    std::istringstream row(line);
    std::string name, destination, gateway, flags, references, use, metric, mask;
    row >> name >> destination >> gateway >> flags >> references >> use >> metric >> mask;
    if (destination == "00000000" && mask == "00000000") names.insert(name);
  }
  return names;
}

// /proc/net/ipv6_route: destination, its bits, source, its bits, next hop, metric, …, flags, name.
// A line for "unreachable" stands there on lo.
std::set<std::string> default_routes_v6() {
  std::set<std::string> names;
  std::ifstream in("/proc/net/ipv6_route");
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream row(line);
    std::string destination, bits, source, source_bits, hop, metric, references, use, flags, name;
    row >> destination >> bits >> source >> source_bits >> hop >> metric >> references >> use >>
        flags >> name;
    const bool is_default = destination == std::string(32, '0') && bits == "00";
    if (is_default && name != "lo") names.insert(name);
  }
  return names;
}

admin::NetworkInterface& interface_of(admin::Evidence& evidence, const std::string& name) {
  const auto found = std::ranges::find(evidence.interfaces, name, &admin::NetworkInterface::name);
  if (found != evidence.interfaces.end()) return *found;
  evidence.interfaces.push_back({.name = name});
  return evidence.interfaces.back();
}

void look_at_addresses(admin::Evidence& evidence) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if ((one->ifa_flags & IFF_UP) == 0) continue;
    admin::NetworkInterface& interface = interface_of(evidence, one->ifa_name);
    interface.is_loopback = (one->ifa_flags & IFF_LOOPBACK) != 0;
    const auto own = interface_address(*one);
    if (own) interface.addresses.push_back({own->address, own->prefix});
  }
}

}  // namespace

void look_at_network(admin::Evidence& evidence) {
  look_at_addresses(evidence);
  const std::set<std::string> v4 = default_routes_v4();
  const std::set<std::string> v6 = default_routes_v6();
  evidence.has_default_route_v4 = !v4.empty();
  evidence.has_default_route_v6 = !v6.empty();
  for (admin::NetworkInterface& interface : evidence.interfaces) {
    interface.has_default_route = v4.contains(interface.name) || v6.contains(interface.name);
  }
  evidence.forwards_v4 = is_on("/proc/sys/net/ipv4/ip_forward");
  evidence.forwards_v6 = is_on("/proc/sys/net/ipv6/conf/all/forwarding");
}

}  // namespace haetae::daemon
