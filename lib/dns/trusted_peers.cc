#include "dns/trusted_peers.h"

#include <utility>
#include <vector>

namespace haetae::dns {

PeerTrust::PeerTrust(std::span<const config::PeerSends> sends) noexcept {
  for (const config::PeerSends what : sends) bits_ |= bit(what);
}

TrustedPeers::TrustedPeers(std::span<const config::TrustedPeer> peers) {
  std::vector<PrefixMap<PeerTrust>::Entry> entries;
  entries.reserve(peers.size());
  for (const config::TrustedPeer& peer : peers) {
    entries.push_back({peer.cidr, PeerTrust(peer.sends)});
  }
  trusted_ = PrefixMap<PeerTrust>(std::move(entries));
}

}  // namespace haetae::dns
