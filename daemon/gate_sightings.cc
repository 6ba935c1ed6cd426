#include "daemon/gate_sightings.h"

namespace haetae::daemon {

using policy::MacSight;

GateSightings::GateSightings(LanWatch& lan, const policy::Policy& policy)
    : lan_{lan.links(), lan.neighbours(), no_search_},
      sightings_(&lan_, policy),
      links_(lan.links()) {}

void GateSightings::refresh(const policy::Policy& policy, bool is_new_policy) {
  sightings_.refresh(policy, is_new_policy);
  links_.refresh();
}

policy::Sighting GateSightings::look(const IpAddress& client,
                                     const inspect::Trace& trace) const noexcept {
  policy::Sighting sighting = sightings_.look(client, trace.interface).sighting;
  if (!trace.mac) return sighting;
  const lan::Link* const link = links_->at(trace.interface);
  // From behind another router, whose MAC it is.
  if (link != nullptr && !link->holds(client)) return sighting;
  const bool had_mac =
      sighting.mac_sight == MacSight::Seen || sighting.mac_sight == MacSight::TakenOver;
  if (had_mac && sighting.mac == *trace.mac) return sighting;
  sighting.mac = *trace.mac;
  sighting.mac_sight = had_mac ? MacSight::TakenOver : MacSight::Seen;
  return sighting;
}

}  // namespace haetae::daemon
