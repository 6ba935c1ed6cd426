#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"

namespace haetae::firewall {

// Addresses of one family from first to last, both included.
struct AddressRange {
  IpAddress first;
  IpAddress last;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

// Disjoint, in order, of both families; none spans the two.
using AddressRanges = std::vector<AddressRange>;

// Prefixes as ranges; those that touch or overlap are joined.
AddressRanges ranges_of(const std::vector<Cidr>& prefixes);

// Connections that one device may open while there is room for few; a quarter of the usual table
// has room for those of 128 devices.
inline constexpr unsigned kOpenedWhileCrowded = 512;

// Whether the table is crowded: from three quarters on, until it is half empty again.
// was: what was said before.
constexpr bool is_crowded(bool was, std::uint64_t now, std::uint64_t most) noexcept {
  return was ? now >= most / 2 : now >= most - most / 4;
}

// What of the rules changes by the minute: elements of named sets.
struct Sets {
  // The networks of the house: what stays among them is nobody's internet.
  AddressRanges house;
  // Devices that may not be online now.
  std::vector<MacAddress> stopped_macs;  // in order, each once
  AddressRanges stopped;
  // The kernel's table of connections fills up: each device may have kOpenedWhileCrowded new ones.
  bool crowded = false;
  friend bool operator==(const Sets&, const Sets&) = default;
};

}  // namespace haetae::firewall
