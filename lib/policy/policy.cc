#include "policy/policy.h"

namespace haetae::policy {

Identity Policy::identify(const IpAddress& address) const noexcept {
  return networks.at(address).value_or(Identity{kUnknownDevice, default_profile});
}

}  // namespace haetae::policy
