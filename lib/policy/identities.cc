#include "policy/identities.h"

#include <algorithm>
#include <map>

namespace haetae::policy {
namespace {

// Whether an address alone may make a peer the device that is written there.
bool may_stand_for(MacSight sight, bool is_mac_written) noexcept {
  switch (sight) {
    case MacSight::Hidden:
      return true;  // the address is all there is
    // The device's own MAC would have been found before the address was looked at.
    case MacSight::Seen: return !is_mac_written;
    // Whoever hides its MAC, or sits on an address that was another's, is nobody we know.
    case MacSight::Missing:
    case MacSight::TakenOver: return false;
  }
  return false;
}

}  // namespace

Identities::Identities(std::span<const Recognition> all) {
  std::vector<std::pair<MacAddress, Identity>> macs;
  for (const Recognition& one : all) {
    Identity who = one.who;
    if (!one.credential.empty()) {
      who.known_by = KnownBy::Credential;
      credentials_.emplace_back(one.credential, who);
    }
    if (one.mac) {
      who.known_by = KnownBy::Mac;
      macs.emplace_back(*one.mac, who);
    }
    if (!one.interface.empty() && interface_of(one.interface) == kNone) {
      interfaces_.push_back(one.interface);
      interface_profiles_.push_back(one.who.profile);
    }
    const bool is_device = one.who.device != kUnknownDevice;
    asks_for_macs_ = asks_for_macs_ || one.mac || (is_device && !one.places.empty());
  }
  by_mac_ = FlatMap<MacAddress, Identity>(macs);
  const auto name = [](const auto& row) -> const std::string& { return row.first; };
  std::ranges::stable_sort(credentials_, {}, name);
  add_places(all);
}

// The network around a device is the longest that holds all of the device's prefix, so prefixes are
// taken by their length.
void Identities::add_places(std::span<const Recognition> all) {
  using Entries = std::vector<PrefixMap<Place>::Entry>;
  std::map<int, Entries> networks;  // by the length of their prefixes
  std::map<int, std::vector<std::pair<Cidr, const Recognition*>>> devices;
  for (const Recognition& one : all) {
    for (const Cidr& place : one.places) {
      if (one.who.device != kUnknownDevice) {
        devices[place.mapped_bits()].emplace_back(place, &one);
      } else {
        networks[place.mapped_bits()].push_back({place, {.network_profile = one.who.profile}});
      }
    }
  }
  constexpr int kWholeAddress = 128;
  std::vector<std::pair<IpAddress, Place>> addresses;
  Entries prefixes;  // devices first: of equal prefixes the first counts
  for (const auto& [bits, group] : devices) {
    Entries around;
    for (const auto& [network_bits, entries] : networks) {
      if (network_bits <= bits) around.insert(around.end(), entries.begin(), entries.end());
    }
    const PrefixMap<Place> network_at(std::move(around));
    for (const auto& [prefix, one] : group) {
      Place place = network_at.at(prefix.address());
      place.device = one->who.device;
      place.profile = one->who.profile;
      place.is_mac_written = one->mac.has_value();
      if (bits == kWholeAddress) {
        addresses.emplace_back(prefix.address(), place);
      } else {
        prefixes.push_back({prefix, place});
      }
    }
  }
  for (const auto& [bits, entries] : networks) {
    prefixes.insert(prefixes.end(), entries.begin(), entries.end());
  }
  by_address_ = FlatMap<IpAddress, Place>(addresses);
  by_prefix_ = PrefixMap<Place>(std::move(prefixes));
}

std::optional<Identity> Identities::find(const Sighting& sighting) const noexcept {
  // 1. What it shows on purpose: a credential can be taken back, a MAC or an address only copied.
  if (!sighting.credential.empty()) {
    if (const Identity* const who = by_credential(sighting.credential)) return *who;
  }
  // 2. Its hardware: it stays while addresses come and go, as IPv6's do every day.
  if (sighting.mac_sight == MacSight::Seen || sighting.mac_sight == MacSight::TakenOver) {
    if (const Identity* const who = by_mac_.find(sighting.mac)) return *who;
  }
  // 3. Its address, unless another device may be sitting there: anybody can take an address.
  const Place place = place_of(sighting.address);
  const bool is_own = !sighting.is_forwarded;
  if (place.device != kUnknownDevice && is_own &&
      may_stand_for(sighting.mac_sight, place.is_mac_written)) {
    return Identity{place.device, place.profile, KnownBy::Address};
  }
  // 4. The network that the address belongs to, then 5. the interface it came in by: where it is,
  // not who. The address is finer: one interface may carry several networks.
  if (place.network_profile != kNone) {
    return Identity{kUnknownDevice, place.network_profile, KnownBy::Network};
  }
  if (sighting.interface < interface_profiles_.size()) {
    return Identity{kUnknownDevice, interface_profiles_[sighting.interface], KnownBy::Interface};
  }
  return std::nullopt;
}

const Identity* Identities::by_credential(std::string_view credential) const noexcept {
  const auto found = std::ranges::lower_bound(
      credentials_, credential, {}, [](const auto& row) { return std::string_view(row.first); });
  return found != credentials_.end() && found->first == credential ? &found->second : nullptr;
}

InterfaceId Identities::interface_of(std::string_view name) const noexcept {
  const auto found = std::ranges::find(interfaces_, name);
  return found == interfaces_.end() ? kNone : static_cast<InterfaceId>(found - interfaces_.begin());
}

}  // namespace haetae::policy
