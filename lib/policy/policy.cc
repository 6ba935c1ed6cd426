#include "policy/policy.h"

namespace haetae::policy {

Identity Policy::identify(const IpAddress& address) const noexcept {
  // The table is in order of strength: the first that holds the address is the longest prefix.
  for (const Network& network : networks) {
    if (network.cidr.contains(address)) return {network.device, network.profile};
  }
  return {kUnknownDevice, default_profile};
}

}  // namespace haetae::policy
