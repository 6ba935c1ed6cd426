#include "policy/policy.h"

namespace haetae::policy {

Identity Policy::identify(const Sighting& sighting) const noexcept {
  return identities.find(sighting).value_or(Identity{kUnknownDevice, default_profile});
}

}  // namespace haetae::policy
