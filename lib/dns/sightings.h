#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/snapshot.h"
#include "lan/links.h"
#include "lan/neighbour_table.h"
#include "policy/policy.h"
#include "policy/sighting.h"

namespace haetae::dns {

// Asks the network for the MAC behind an address. The answer shows in the NeighbourTable, and the
// service is told by on_neighbours().
class NeighbourSearch {
 public:
  virtual ~NeighbourSearch() = default;
  // interface: the kernel's index. Hot path: only notes the wish.
  virtual void look_for(std::uint32_t interface, const IpAddress& address) noexcept = 0;
};

// The local network as a worker sees it.
struct Lan {
  const Snapshot<lan::Links>& links;
  const Snapshot<lan::NeighbourTable>& neighbours;
  NeighbourSearch& search;
};

// Makes Sightings of peers. One worker's own.
class Sightings {
 public:
  // lan: null where nothing is known of the network: all MACs are hidden then.
  Sightings(const Lan* lan, const policy::Policy& policy);

  // Once per batch, and with every new policy.
  void refresh(const policy::Policy& policy, bool is_new_policy);

  struct Look {
    policy::Sighting sighting;
    // Somebody could still find out more: the MAC is not known yet, or only from memory.
    bool is_unsettled = false;
    std::uint32_t interface = 0;  // the kernel's index, if unsettled
  };
  // interface: the kernel's index of where the packet came in; 0: not known. Hot path.
  Look look(const IpAddress& address, std::uint32_t interface) const noexcept {
    Look found;
    found.sighting.address = address;
    if (is_blind_) [[likely]]
      return found;
    look_closer(found, interface);
    return found;
  }

 private:
  void look_closer(Look& found, std::uint32_t interface) const noexcept;
  void name_interfaces(const policy::Policy& policy);

  std::optional<SnapshotReader<lan::Links>> links_;
  std::optional<SnapshotReader<lan::NeighbourTable>> neighbours_;
  bool is_blind_ = true;  // nothing that could be seen would matter to the policy
  bool asks_for_macs_ = false;
  std::vector<policy::InterfaceId> interface_ids_;  // by LinkId; kNone: no network has that name
};

}  // namespace haetae::dns
