#pragma once

#include <cstdint>
#include <span>

#include "base/address.h"
#include "base/prefix_map.h"
#include "config/config.h"

namespace haetae::dns {

// What one peer is believed to add by itself; nothing unless it is written.
class PeerTrust {
 public:
  PeerTrust() = default;
  explicit PeerTrust(std::span<const config::PeerSends> sends) noexcept;

  bool has(config::PeerSends what) const noexcept { return (bits_ & bit(what)) != 0; }
  // Whether it names clients by EDNS options.
  bool has_options() const noexcept { return (bits_ & ~bit(config::PeerSends::Proxy)) != 0; }
  // What either of two is believed to add.
  friend PeerTrust operator|(PeerTrust a, PeerTrust b) noexcept {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  static constexpr std::uint8_t bit(config::PeerSends what) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(what));
  }
  std::uint8_t bits_ = 0;
};

// Who is believed when it says who asks (`dns.trusted_peers`).
class TrustedPeers {
 public:
  TrustedPeers() = default;  // nobody
  explicit TrustedPeers(std::span<const config::TrustedPeer> peers);

  // Of prefixes that hold the address, the longest counts.
  PeerTrust of(const IpAddress& address) const noexcept { return trusted_.at(address); }

 private:
  PrefixMap<PeerTrust> trusted_;
};

}  // namespace haetae::dns
