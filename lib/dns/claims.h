#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "dns/trusted_peers.h"

namespace haetae::dns {

// What a client is called by whoever hands on its queries; kept with a query while it waits.
class ClientId {
 public:
  // text: at most limits::kClientIdBytesMax octets.
  void set(std::string_view text) noexcept {
    size_ = static_cast<std::uint8_t>(std::min(text.size(), text_.size()));
    std::ranges::copy(text.substr(0, size_), text_.begin());
  }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  static_assert(limits::kClientIdBytesMax <= 255);
  std::array<char, limits::kClientIdBytesMax> text_;  // the first size_ octets are written
  std::uint8_t size_ = 0;
};

// Who asks, as a trusted peer says it in EDNS options.
struct Claims {
  std::optional<MacAddress> mac;
  std::optional<IpAddress> address;
  ClientId id;  // empty: none
};

struct ReadClaims {
  Claims claims;
  bool ignored = false;    // an option is there that the peer is not believed to add
  bool malformed = false;  // one that it is believed to add comes twice, or says nothing
};

// Reads the options by which forwarders name clients (wire/edns_identity.h). Only those in `trust`
// count, and none that comes twice: the client wrote one of them. Where several say the same thing,
// a device's id goes before that of the router around it, and octets before text.
// options: as parse_query() took them.
ReadClaims read_claims(Bytes options, PeerTrust trust) noexcept;

}  // namespace haetae::dns
