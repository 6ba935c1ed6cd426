#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.h"
#include "policy/ids.h"

namespace haetae::policy {

// What is known of the MAC of whoever sent a request.
enum class MacSight : std::uint8_t {
  Hidden,     // nobody can see one there: loopback, a tunnel, behind another router
  Missing,    // its network shows MACs, but its own could not be found
  Seen,       // it is Sighting::mac
  TakenOver,  // it is Sighting::mac, and another MAC held the address before
};

// Who sent a request, as the network shows it: all that an Identity is made of. A front fills in
// what it can see; evidence that a peer carries for others (EDNS options, PROXY headers) is put
// here only if that peer is trusted.
struct Sighting {
  IpAddress address;
  // The address is that of a forwarder that tells in other ways who asks: it says where, not who.
  bool is_forwarded = false;
  InterfaceId interface = kNone;  // by Identities::interface_of; kNone: not named by any network
  MacSight mac_sight = MacSight::Hidden;
  MacAddress mac{};               // with Seen and TakenOver
  std::string_view credential{};  // the `id` that it shows, borrowed; empty: none
};

}  // namespace haetae::policy
