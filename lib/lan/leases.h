#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace haetae::lan {

// What a DHCP server wrote down of a client.
struct Lease {
  MacAddress mac;
  std::string host_name;  // plain_host_name(); never empty
  friend bool operator==(const Lease&, const Lease&) = default;
};

enum class LeasesFormat : std::uint8_t { Dnsmasq, Dhcpd, Kea };

struct LeasesRead {
  LeasesFormat format = LeasesFormat::Dnsmasq;
  // The last word counts: one for each MAC, in no order. Leases without a name or a MAC are left
  // out.
  std::vector<Lease> leases;
  std::size_t bad_lines = 0;  // not understood, half written ones among them
};

// Reads the leases file of dnsmasq (also Pi-hole's and OpenWrt's), ISC dhcpd (dhcpd.leases(5)) or
// Kea (memfile CSV, version 4 or 6); its head says which. Every byte may be wrong or missing.
LeasesRead read_leases(std::string_view text);

}  // namespace haetae::lan
