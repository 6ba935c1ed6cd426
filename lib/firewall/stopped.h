#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "firewall/sets.h"
#include "lan/links.h"
#include "lan/pairs.h"
#include "policy/policy.h"
#include "policy/standing.h"

namespace haetae::firewall {

// Which profiles may not be online at a moment (policy::presence), and how long that holds while
// policy and standing stay as they are.
struct StoppedProfiles {
  std::vector<bool> by_profile;
  Time since;
  Time until = kNever;
};
StoppedProfiles stopped_profiles(const policy::Policy& policy, const policy::Standing& standing,
                                 Time now);

// What is known of who is where.
struct Whereabouts {
  const config::Config& config;  // the one that the policy was made of
  const policy::Policy& policy;
  const lan::Pairs& pairs;
  const std::vector<std::string>& link_names;  // by LinkId
  const std::vector<std::string>& inside;
};

// Ranges of Sets::stopped beyond which devices are stopped by their MACs only. A change of so many
// takes a quarter of a second and 25 MB, and each packet of an accepted flow 14 steps of a tree.
inline constexpr std::size_t kStoppedRangesMax = 16'384;

// Fills Sets::stopped_macs and Sets::stopped: the MACs that the configuration gives to devices of
// stopped profiles, and all addresses whose narrowest place belongs to one: a neighbour's own
// address (whoever holds it), a device's address or prefix, a network's prefix.
// Returns how many ranges there was no room for.
std::size_t set_stopped(const Whereabouts& where, const std::vector<bool>& by_profile, Sets& sets);

// Fills Sets::house: prefixes of the inside's interfaces, and the addresses that are no network's.
void set_house(const lan::Links& links, const std::vector<std::string>& inside, Sets& sets);

}  // namespace haetae::firewall
