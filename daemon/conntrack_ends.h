#pragma once

#include <arpa/inet.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>

#include <array>
#include <cstring>
#include <optional>

#include "base/address.h"

namespace haetae::daemon {

// The ends of a connection as its first packet had them, before any address was rewritten. Nothing:
// the kernel did not tell.
inline std::optional<Peer> original_end(const nf_conntrack* flow, nf_conntrack_attr v4,
                                        nf_conntrack_attr v6, nf_conntrack_attr port_of) {
  const std::uint16_t port = ntohs(nfct_get_attr_u16(flow, port_of));
  if (nfct_attr_is_set(flow, v4) > 0) {
    return Peer{IpAddress::v4(ntohl(nfct_get_attr_u32(flow, v4))), port};
  }
  const void* const octets = nfct_get_attr(flow, v6);
  if (octets == nullptr) return std::nullopt;
  std::array<std::uint8_t, 16> copied{};
  std::memcpy(copied.data(), octets, copied.size());
  return Peer{IpAddress::v6(copied), port};
}

inline std::optional<Peer> original_client(const nf_conntrack* flow) {
  return original_end(flow, ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV6_SRC, ATTR_ORIG_PORT_SRC);
}
inline std::optional<Peer> original_server(const nf_conntrack* flow) {
  return original_end(flow, ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_DST, ATTR_ORIG_PORT_DST);
}

}  // namespace haetae::daemon
