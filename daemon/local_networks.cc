#include "daemon/local_networks.h"

#include <string_view>

namespace haetae::daemon {
namespace {

constexpr std::string_view kAlways[] = {
    "127.0.0.0/8",    "::1/128",                          // loopback
    "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16",  // RFC 1918
    "169.254.0.0/16", "fe80::/10",                        // link-local
    "100.64.0.0/10",                                      // RFC 6598
    "fc00::/7",                                           // RFC 4193
};

}  // namespace

std::vector<Cidr> local_networks(const lan::Links& links) {
  std::vector<Cidr> networks;
  for (const std::string_view text : kAlways) networks.push_back(*Cidr::from_text(text));
  for (const lan::Link& link : links.all()) {
    for (const lan::LinkAddress& own : link.addresses) networks.push_back(own.prefix);
  }
  return networks;
}

}  // namespace haetae::daemon
