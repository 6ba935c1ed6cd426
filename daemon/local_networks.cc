#include "daemon/local_networks.h"

#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string_view>

#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

constexpr std::string_view kAlways[] = {
    "127.0.0.0/8",    "::1/128",                          // loopback
    "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16",  // RFC 1918
    "169.254.0.0/16", "fe80::/10",                        // link-local
    "100.64.0.0/10",                                      // RFC 6598
    "fc00::/7",                                           // RFC 4193
};

IpAddress address_of(const sockaddr* from) {
  sockaddr_storage whole{};
  const std::size_t size = from->sa_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(from), size,
              reinterpret_cast<std::uint8_t*>(&whole));
  return peer_of(whole).address;
}

int prefix_bits(const sockaddr* mask, int family) {
  if (family == AF_INET) {
    return std::popcount(reinterpret_cast<const sockaddr_in*>(mask)->sin_addr.s_addr);
  }
  int bits = 0;
  for (const std::uint8_t octet : reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr) {
    bits += std::popcount(octet);
  }
  return bits;
}

}  // namespace

std::optional<InterfaceAddress> interface_address(const ifaddrs& row) {
  if (row.ifa_addr == nullptr || row.ifa_netmask == nullptr) return std::nullopt;
  const int family = row.ifa_addr->sa_family;
  if (family != AF_INET && family != AF_INET6) return std::nullopt;
  const IpAddress address = address_of(row.ifa_addr);
  return InterfaceAddress{address, {address, prefix_bits(row.ifa_netmask, family)}};
}

lan::Links links_now() {
  lan::LinkBook book;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return book.links();
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    const std::uint32_t index = if_nametoindex(one->ifa_name);
    const auto own = interface_address(*one);
    if (index == 0 || !own) continue;
    constexpr bool kShowsMacs = false;  // not told here, and not asked
    book.set_link(index, one->ifa_name, kShowsMacs);
    book.add_address(index, {own->address, own->prefix});
  }
  return book.links();
}

std::vector<Cidr> local_networks_now() {
  return local_networks(links_now());
}

std::vector<Cidr> local_networks(const lan::Links& links) {
  std::vector<Cidr> networks;
  for (const std::string_view text : kAlways) networks.push_back(*Cidr::from_text(text));
  for (const lan::Link& link : links.all()) {
    for (const lan::LinkAddress& own : link.addresses) networks.push_back(own.prefix);
  }
  return networks;
}

}  // namespace haetae::daemon
