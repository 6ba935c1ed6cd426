#pragma once

#include "base/snapshot.h"
#include "daemon/lan_watch.h"
#include "dns/sightings.h"
#include "inspect/sighting_source.h"

namespace haetae::daemon {

// Who sent a packet that passes through us: what DNS would know of the address, and the MAC that the
// frame itself shows.
class GateSightings final : public inspect::SightingSource {
 public:
  GateSightings(LanWatch& lan, const policy::Policy& policy);

  void refresh(const policy::Policy& policy, bool is_new_policy) override;
  policy::Sighting look(const IpAddress& client,
                        const inspect::Trace& trace) const noexcept override;

 private:
  // Nobody is searched for: a frame shows its MAC.
  struct NoSearch final : dns::NeighbourSearch {
    void look_for(std::uint32_t, const IpAddress&) noexcept override {}
  };

  NoSearch no_search_;
  dns::Lan lan_;
  dns::Sightings sightings_;
  SnapshotReader<lan::Links> links_;
};

}  // namespace haetae::daemon
