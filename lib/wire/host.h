#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/bytes.h"
#include "base/name.h"

namespace haetae::wire {

// What stands where a client names the host that it wants: in a TLS server_name, in a Host field,
// in a URL.
enum class HostKind : std::uint8_t {
  None,     // nothing, or no octets
  Name,     // a host name
  Address,  // an IP literal: "192.0.2.1", "2001:db8::1" or "[2001:db8::1]"
  Odd,      // octets that no host name has, an empty label, or one that is too long
};

struct Host {
  HostKind kind = HostKind::None;
  Name name;          // of kind Name, else the root: lower case, a trailing dot makes no difference
  IpAddress address;  // of kind Address, else ::
};

// text: without port. Letters, digits, hyphens, underscores and dots make a name; nothing is
// unescaped, neither "%61" nor "\097": servers compare what they are sent.
Host read_host(Bytes text) noexcept;

}  // namespace haetae::wire
