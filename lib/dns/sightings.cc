#include "dns/sightings.h"

namespace haetae::dns {

using policy::MacSight;

Sightings::Sightings(const Lan* lan, const policy::Policy& policy) {
  if (lan == nullptr) return;
  links_.emplace(lan->links);
  neighbours_.emplace(lan->neighbours);
  name_interfaces(policy);
}

void Sightings::refresh(const policy::Policy& policy, bool is_new_policy) {
  if (!links_) return;
  neighbours_->refresh();
  if (links_->refresh() || is_new_policy) name_interfaces(policy);
}

void Sightings::name_interfaces(const policy::Policy& policy) {
  asks_for_macs_ = policy.identities.asks_for_macs();
  is_blind_ = !asks_for_macs_ && policy.identities.interfaces().empty();
  interface_ids_.clear();
  for (const std::string& name : (*links_)->names()) {
    interface_ids_.push_back(policy.identities.interface_of(name));
  }
}

void Sightings::look_closer(Look& found, std::uint32_t interface) const noexcept {
  policy::Sighting& sighting = found.sighting;
  const lan::Links& links = **links_;
  const lan::Link* const link =
      interface != 0 ? links.at(interface) : links.holder_of(sighting.address);
  if (link == nullptr || link->id == lan::kNoLink) return;
  sighting.interface = interface_ids_[link->id];
  if (!asks_for_macs_ || !link->shows_macs) return;

  const lan::Neighbour neighbour = (*neighbours_)->find(link->id, sighting.address);
  if (neighbour.has_mac) {
    sighting.mac = neighbour.mac;
    sighting.mac_sight = neighbour.is_taken_over ? MacSight::TakenOver : MacSight::Seen;
  }
  if (neighbour.is_current) return;  // answers go to that MAC and to no other
  if (!link->holds(sighting.address)) {
    // Behind a router its MAC is not to be had. But an address of another link is out of place
    // here: whoever sends with it is not who lives there.
    const bool is_out_of_place = links.holder_of(sighting.address) != nullptr;
    sighting.mac_sight = is_out_of_place ? MacSight::Missing : MacSight::Hidden;
    return;
  }
  // Whom memory names did not answer a moment ago, and yet somebody sends with that address now: a
  // device that wakes up, or one that took the address of who is away. It answers when it is asked
  // again, or it is not believed.
  const bool is_doubtful = neighbour.has_mac && neighbour.has_failed && !neighbour.is_taken_over;
  if (!neighbour.has_mac || is_doubtful) sighting.mac_sight = MacSight::Missing;
  found.is_unsettled = !neighbour.has_failed || is_doubtful;
  found.interface = link->index;
}

}  // namespace haetae::dns
