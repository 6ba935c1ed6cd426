#include "config/checks.h"
#include "config/settings.h"
#include "config/types.h"

namespace haetae::config {
namespace {

const Table<TrustedPeer>& trusted_peer_table() {
  static const Table<TrustedPeer> table{{
      row("cidr", &TrustedPeer::cidr, cidr(), kRequired,
          "The forwarder's or load balancer's own address, as 192.168.7.2."),
      row("sends", &TrustedPeer::sends,
          list_of(choice<PeerSends>({{"proxy", PeerSends::Proxy},
                                     {"mac", PeerSends::Mac},
                                     {"mac_text", PeerSends::MacText},
                                     {"cpe_id", PeerSends::CpeId},
                                     {"umbrella", PeerSends::Umbrella},
                                     {"umbrella_device", PeerSends::UmbrellaDevice}}),
                  kPeerSendsCount),
          kRequired,
          "What it adds by itself to say who asks. proxy: a PROXY header, version 2, in front of "
          "all it sends, as dnsdist does with useProxyProtocol; what comes without one is dropped. "
          "The others are EDNS options: mac and mac_text (dnsmasq --add-mac, never without "
          "--strip-mac: else a child can write its own), cpe_id and umbrella (dnsmasq "
          "--add-cpe-id, --umbrella), umbrella_device (Cisco's routers)."),
  }};
  return table;
}

// A trusted peer can claim to be anybody: it must be a machine that its owner knows.
void check(const Value& value, const TrustedPeer& peer) {
  const Value place = value.find("cidr").value_or(value);
  const std::string text = peer.cidr.to_text();
  if (peer.sends.empty()) {
    value.fault(fmt::format("nothing that '{}' sends is believed", text),
                "write what it sends, as `sends: mac`, or remove it");
  }
  if (covers_internet({peer.cidr})) {
    place.fault("this believes the whole internet: anybody could pass for anybody",
                "write the address of your own forwarder, as 192.168.7.2");
    return;
  }
  constexpr int kSingleBits = 128;
  constexpr int kFewBits = 4;
  if (peer.cidr.mapped_bits() >= kSingleBits - kFewBits) return;
  place.warn(fmt::format("every device in '{}' is believed when it says who asks: a child's tablet "
                         "there can pass for a parent's",
                         text),
             "write the forwarder's own address");
}

}  // namespace

Type<TrustedPeer> trusted_peer() {
  Type<TrustedPeer> type = section(trusted_peer_table());
  type.read = [read = type.read](const Value& value, TrustedPeer& peer) {
    const std::size_t faults_before = value.context.faults.size();
    read(value, peer);
    if (value.context.faults.size() == faults_before) check(value, peer);
  };
  return type;
}

}  // namespace haetae::config
