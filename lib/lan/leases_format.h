#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lan/leases.h"

namespace haetae::lan {

// Gathers what a leases file says; the last word about a MAC counts.
class LeaseCollector {
 public:
  void add(const std::optional<MacAddress>& mac, std::string_view host_name);
  void add_bad_line() { ++bad_lines_; }
  LeasesRead finish(LeasesFormat format);

 private:
  std::map<MacAddress, std::string> names_;
  std::size_t bad_lines_ = 0;
};

// One function a format.
void read_dnsmasq_leases(std::string_view text, LeaseCollector& found);
void read_dhcpd_leases(std::string_view text, LeaseCollector& found);
void read_kea_leases(std::string_view text, LeaseCollector& found);

// The next line, without its end.
std::string_view take_line(std::string_view& text);

}  // namespace haetae::lan
