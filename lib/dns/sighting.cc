#include "dns/sighting.h"

namespace haetae::dns {

policy::Sighting sighting_of(const Client& client) noexcept {
  policy::Sighting sighting{.address = client.source().address};
  sighting.is_forwarded = client.is_forwarded;
  sighting.credential = client.claims.id.view();
  if (client.claims.mac) {
    sighting.mac_sight = policy::MacSight::Seen;
    sighting.mac = *client.claims.mac;
  }
  return sighting;
}

}  // namespace haetae::dns
