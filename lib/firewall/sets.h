#pragma once

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

// What of the rules changes by the minute: elements of named sets.
struct Sets {
  // The networks of the house: what stays among them is nobody's internet.
  AddressRanges house;
  // Devices that may not be online now.
  std::vector<MacAddress> stopped_macs;  // in order, each once
  AddressRanges stopped;
  friend bool operator==(const Sets&, const Sets&) = default;
};

}  // namespace haetae::firewall
