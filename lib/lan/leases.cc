#include "lan/leases.h"

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "lan/leases_format.h"
#include "lan/seen.h"

namespace haetae::lan {
namespace {

// Kea's first line names its columns. dhcpd writes comments first, but a file that is read from its
// end may begin anywhere: only its words are surely its own.
LeasesFormat format_of(std::string_view text) {
  if (text.starts_with("address,")) return LeasesFormat::Kea;
  const bool is_dhcpd = text.starts_with("lease ") || text.contains("\nlease ") ||
                        text.starts_with("# ") || text.contains("\n  hardware ethernet ");
  return is_dhcpd ? LeasesFormat::Dhcpd : LeasesFormat::Dnsmasq;
}

}  // namespace

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void LeaseCollector::add(const std::optional<MacAddress>& mac, std::string_view host_name) {
  if (!mac) return;
  std::string name = plain_host_name(host_name);
  if (name.empty()) return;
  if (names_.size() == limits::kLeasesMax && !names_.contains(*mac)) return add_bad_line();
  names_.insert_or_assign(*mac, std::move(name));
}

LeasesRead read_leases(std::string_view text) {
  LeaseCollector found;
  const LeasesFormat format = format_of(text);
  switch (format) {
    case LeasesFormat::Dnsmasq: read_dnsmasq_leases(text, found); break;
    case LeasesFormat::Dhcpd: read_dhcpd_leases(text, found); break;
    case LeasesFormat::Kea: read_kea_leases(text, found); break;
  }
  return found.finish(format);
}

LeasesRead LeaseCollector::finish(LeasesFormat format) {
  LeasesRead read{.format = format, .bad_lines = bad_lines_};
  for (auto& [mac, name] : names_) read.leases.push_back({mac, std::move(name)});
  return read;
}

// EXPIRY MAC ADDRESS NAME CLIENT_ID, and for IPv6, after a line "duid …": EXPIRY IAID ADDRESS NAME
// DUID. A MAC of other hardware than Ethernet has its type before it: "06-02:…".
void read_dnsmasq_leases(std::string_view text, LeaseCollector& found) {
  while (!text.empty()) {
    const bool is_whole = text.contains('\n');
    std::string_view line = take_line(text);
    if (line.empty() || line.starts_with("duid ")) continue;
    std::string_view words[4];
    std::size_t count = 0;
    while (!line.empty() && count < 4) {
      const std::size_t end = std::min(line.find(' '), line.size());
      words[count++] = line.substr(0, end);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    const bool is_time = !words[0].empty() &&
                         std::ranges::all_of(words[0], [](char c) { return c >= '0' && c <= '9'; });
    // A name that is cut off is a wrong name.
    if (count < 4 || !is_time || !is_whole || !IpAddress::from_text(words[2])) {
      found.add_bad_line();
      continue;
    }
    if (words[3] != "*") found.add(MacAddress::from_text(words[1]), words[3]);
  }
}

}  // namespace haetae::lan
