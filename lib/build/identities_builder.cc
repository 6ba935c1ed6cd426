#include "build/identities_builder.h"

#include <algorithm>
#include <string>
#include <vector>

namespace haetae::build {
namespace {

policy::ProfileId profile_of(const config::Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.profiles, name, &config::Profile::name);
  return static_cast<policy::ProfileId>(found - config.profiles.begin());
}

}  // namespace

// Devices come first: of equal keys the first counts.
policy::Identities build_identities(const config::Config& config) {
  std::vector<policy::Recognition> all;
  for (std::size_t i = 0; i < config.devices.size(); ++i) {
    const config::Device& from = config.devices[i];
    policy::Recognition& device = all.emplace_back();
    device.who = {static_cast<policy::DeviceId>(i), profile_of(config, from.profile)};
    device.credential = from.id;
    device.mac = from.mac;
    if (from.address) {
      const int all_bits = from.address->is_v4() ? 32 : 128;
      device.places.emplace_back(*from.address, all_bits);
    }
    if (from.cidr) device.places.push_back(*from.cidr);
  }
  for (const config::Network& from : config.networks) {
    policy::Recognition& network = all.emplace_back();
    network.who = {policy::kUnknownDevice, profile_of(config, from.profile)};
    if (from.cidr) network.places.push_back(*from.cidr);
    network.interface = from.interface;
  }
  return policy::Identities(all);
}

}  // namespace haetae::build
