#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/flat_map.h"
#include "base/prefix_map.h"
#include "policy/request.h"
#include "policy/sighting.h"

namespace haetae::policy {

// How one device or network is recognised: by any of these.
struct Recognition {
  Identity who;              // of a network: kUnknownDevice
  std::string credential{};  // empty: none
  std::optional<MacAddress> mac{};
  std::vector<Cidr> places{};  // addresses are prefixes of full length
  std::string interface{};     // of a network; empty: none
};

// Who is who. Immutable; 48 octets a MAC and 96 an address.
class Identities {
 public:
  Identities() = default;  // knows nobody
  // Devices stand before networks: of equal keys the first counts.
  explicit Identities(std::span<const Recognition> all);

  // The strongest that is recognised, in the order of identities.cc; nothing: nobody knows it. Hot
  // path.
  std::optional<Identity> find(const Sighting& sighting) const noexcept;

  // Whether the MAC behind this address could change what find() says: else nobody need look for
  // it.
  bool asks_for_mac(const IpAddress& address) const noexcept {
    return !by_mac_.empty() || place_of(address).device != kUnknownDevice;
  }
  // Whether any MAC or any device's address is written: else asks_for_mac() is always false.
  bool asks_for_macs() const noexcept { return asks_for_macs_; }
  bool knows(const MacAddress& mac) const noexcept { return by_mac_.find(mac) != nullptr; }
  // Whether it is written as a device's address; a prefix that holds it is not enough.
  bool knows(const IpAddress& address) const noexcept {
    return by_address_.find(address) != nullptr;
  }

  // Interfaces that networks are named by, in the order of their ids.
  const std::vector<std::string>& interfaces() const noexcept { return interfaces_; }
  InterfaceId interface_of(std::string_view name) const noexcept;  // kNone: none of them

 private:
  // What an address says: the device that is written there, and the network around it.
  struct Place {
    DeviceId device = kUnknownDevice;
    ProfileId profile = 0;  // the device's
    std::uint16_t network_profile = kNone;
    bool is_mac_written = false;  // the device's MAC stands beside the address
  };

  void add_places(std::span<const Recognition> all);
  const Place place_of(const IpAddress& address) const noexcept {
    const Place* const exact = by_address_.find(address);
    return exact != nullptr ? *exact : by_prefix_.at(address);
  }
  const Identity* by_credential(std::string_view credential) const noexcept;

  std::vector<std::pair<std::string, Identity>> credentials_;  // in order
  FlatMap<MacAddress, Identity> by_mac_;
  FlatMap<IpAddress, Place> by_address_;
  PrefixMap<Place> by_prefix_;
  std::vector<std::string> interfaces_;
  std::vector<ProfileId> interface_profiles_;  // by InterfaceId
  bool asks_for_macs_ = false;
};

}  // namespace haetae::policy
