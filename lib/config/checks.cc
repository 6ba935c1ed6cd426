#include "config/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/prefix_map.h"
#include "config/types.h"

namespace haetae::config {
namespace {

// The value at a path that may not be written: faults then point at the nearest section above.
Value place_of(const Value& root, std::initializer_list<std::string_view> keys) {
  const Node* node = &root.node;
  std::string path = root.path;
  bool is_written = true;
  for (const std::string_view key : keys) {
    const Node::Entry* entry = is_written ? node->find(key) : nullptr;
    is_written = entry != nullptr;
    if (is_written) node = &entry->value;
    path = path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }
  return {*node, root.context, path};
}

// Written as empty: a list whose entries are all faulty has been told already.
bool is_empty_list(const Node& node) {
  return node.kind == Node::Kind::List && node.items.empty();
}

template <typename Thing>
std::string same_form(std::string_view text) {
  const auto thing = Thing::from_text(text);
  return thing ? thing->to_text() : std::string(text);
}

bool same_endpoint(const Endpoint& a, const Endpoint& b) {
  return a.address == b.address && a.port == b.port;
}

bool is_any_address(const IpAddress& address) {
  return address == IpAddress() || address == IpAddress::v4(0);
}

bool is_loopback(const IpAddress& address) {
  return Cidr::from_text("127.0.0.0/8")->contains(address) ||
         address == IpAddress::from_text("::1");
}

void check_listen(const Value& root, const Dns& dns) {
  const Value place = place_of(root, {"dns", "listen"});
  if (is_empty_list(place.node)) {
    place.fault("no address to listen on", "write [\"127.0.0.1:53\"]");
  }
  for (std::size_t i = 0; i < dns.listen.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_endpoint(dns.listen[i], dns.listen[j])) continue;
      place.fault(fmt::format("'{}' port {} stands here twice", dns.listen[i].address.to_text(),
                              dns.listen[i].port),
                  "remove one");
    }
  }
}

// Plain DNS beside TLS: never by accident.
void check_tls_to_upstream(const Value& root, const Dns& dns) {
  const bool has_tls = std::ranges::any_of(dns.upstream_servers, &UpstreamServer::over_tls);
  const auto plain = std::ranges::find(dns.upstream_servers, false, &UpstreamServer::over_tls);
  const bool has_plain = plain != dns.upstream_servers.end();
  const Value fallback = place_of(root, {"dns", "upstream", "plain_fallback"});
  if (!has_tls) {
    if (dns.plain_fallback) {
      fallback.warn("no server of the list is asked over TLS: all names are asked in plain DNS");
    }
    return;
  }
  if (dns.plain_fallback && !has_plain) {
    return fallback.fault("there is no plain server to fall back to",
                          "add one without #name to servers, as 192.0.2.1");
  }
  if (dns.plain_fallback) {
    return fallback.warn(
        "while no server answers over TLS, every name is asked in plain DNS: others on the way can "
        "read and change that",
        "leave plain_fallback out, and the internet is off for that while instead");
  }
  if (has_plain) {
    place_of(root, {"dns", "upstream", "servers"})
        .warn(fmt::format("'{}' is not asked: it is plain DNS, and others are asked over TLS",
                          plain->address.to_text()),
              "write its name after #, or remove it; plain_fallback: true asks it when TLS fails");
  }
}

void check_upstream(const Value& root, const Dns& dns) {
  const Value servers = place_of(root, {"dns", "upstream", "servers"});
  if (dns.upstream_mode == UpstreamMode::Recurse) {
    const auto upstream = place_of(root, {"dns", "upstream"});
    if (upstream.find("servers")) servers.warn("servers are not asked in mode recurse");
    return;
  }
  check_tls_to_upstream(root, dns);
  if (is_empty_list(servers.node)) {
    servers.fault("mode forward needs a server", "add one, as 9.9.9.9, or use mode recurse");
  }
  for (const UpstreamServer& server : dns.upstream_servers) {
    const Endpoint asked{server.address, server.port};
    const bool is_own = std::ranges::any_of(dns.listen, [&](const Endpoint& own) {
      const bool reached =
          same_endpoint(own, asked) ||
          (own.port == asked.port && is_any_address(own.address) && is_loopback(asked.address));
      return reached;
    });
    if (is_any_address(server.address)) {
      servers.fault(fmt::format("'{}' is no server's address", server.address.to_text()),
                    "write the address of another resolver");
    } else if (is_own) {
      servers.fault(fmt::format("'{}' port {} is our own address: questions would run in a circle",
                                server.address.to_text(), server.port),
                    "write the address of another resolver");
    }
  }
}

// What each of them may not be is told where it is read.
void check_trusted_peers(const Value& root, const Dns& dns) {
  const Value place = place_of(root, {"dns", "trusted_peers"});
  check_unique(place, "cidr", same_form<Cidr>);
  std::vector<Cidr> all;
  for (const TrustedPeer& peer : dns.trusted_peers) all.push_back(peer.cidr);
  if (!covers_internet(all)) return;
  place.fault("together these believe the whole internet: anybody could pass for anybody",
              "write the addresses of your own forwarders");
}

void check_dns(const Value& root, const Dns& dns) {
  check_listen(root, dns);
  check_upstream(root, dns);
  check_trusted_peers(root, dns);
  if (!dns.is_public && covers_internet(dns.allow_from)) {
    place_of(root, {"dns", "allow_from"})
        .fault("this lets the whole internet ask: the machine could be used to attack others",
               "name your own networks, or add `public: true` to dns if you run a public resolver");
  }
  const Value answer = place_of(root, {"dns", "block_answer"});
  const BlockAnswer& block = dns.block_answer;
  const bool is_named = answer.find("v4") || answer.find("v6");
  if (block.kind == BlockAnswerKind::Address && !is_named) {
    answer.fault("kind address needs an address", "add v4: and v6: of the block page");
  } else if (block.kind != BlockAnswerKind::Address && is_named) {
    answer.warn("v4 and v6 are used with kind: address only");
  }
}

void check_lists(const Value& root, const Config& config) {
  const auto lists = root.find("lists");
  if (!lists) return;
  check_unique(*lists, "name");
  for (std::size_t i = 0; i < lists->node.items.size(); ++i) {
    const Value item = lists->at(i);
    if (item.node.kind != Node::Kind::Map || item.node.find("path") != nullptr) continue;
    if (item.node.find("url") != nullptr) continue;
    item.fault("the list has no file", "add path: lists/adult.txt");
  }
  for (const ListSource& list : config.lists) {
    if (!list.name.starts_with(kStartListPrefix)) continue;
    lists->fault(fmt::format("'{}' is a name of the built-in lists", list.name),
                 "choose another name");
  }
}

// Every entry must be known by something.
void check_known_by(const Value& items, std::initializer_list<std::string_view> keys,
                    const std::string& hint) {
  for (std::size_t i = 0; i < items.node.items.size(); ++i) {
    const Value item = items.at(i);
    if (item.node.kind != Node::Kind::Map) continue;
    const bool known = std::ranges::any_of(
        keys, [&](std::string_view key) { return item.node.find(key) != nullptr; });
    if (!known) item.fault("nothing here says how it is recognised", hint);
  }
}

bool names_devices(const TrustedPeer& peer) {
  return std::ranges::any_of(peer.sends, [](PeerSends what) {
    return what == PeerSends::CpeId || what == PeerSends::Umbrella ||
           what == PeerSends::UmbrellaDevice;
  });
}

// A forwarder's address is never a device's, and an identifier needs somebody who tells it.
void check_forwarded(const Value& devices, const Config& config) {
  const std::vector<TrustedPeer>& peers = config.dns.trusted_peers;
  const bool are_named = std::ranges::any_of(peers, names_devices);
  std::vector<PrefixMap<bool>::Entry> forwarders;
  for (const TrustedPeer& peer : peers) {
    const bool adds_options =
        std::ranges::any_of(peer.sends, [](PeerSends what) { return what != PeerSends::Proxy; });
    forwarders.push_back({peer.cidr, adds_options});
  }
  const PrefixMap<bool> is_forwarders(std::move(forwarders));
  for (std::size_t i = 0; i < devices.node.items.size(); ++i) {
    const Value device = devices.at(i);
    if (device.node.kind != Node::Kind::Map) continue;
    if (const auto id = device.find("id"); id && !are_named) {
      id->warn("nobody is trusted to tell this identifier: it does nothing",
               "add the forwarder that sends it to dns.trusted_peers");
    }
    const auto place = device.find("address");
    const auto address = IpAddress::from_text(place ? place->node.text : "");
    if (!address || !is_forwarders.at(*address)) continue;
    place->warn(fmt::format("'{}' is a trusted forwarder's: what comes from it is never taken for "
                            "this device",
                            place->node.text),
                "give what it sends without a name a profile by `networks`");
  }
}

void check_who(const Value& root, const Config& config) {
  if (const auto devices = root.find("devices")) {
    check_unique(*devices, "name");
    check_unique(*devices, "mac", same_form<MacAddress>);
    check_unique(*devices, "address", same_form<IpAddress>);
    check_unique(*devices, "cidr", same_form<Cidr>);
    check_unique(*devices, "id");
    check_known_by(*devices, {"mac", "address", "cidr", "id"}, "add address: 192.168.7.20");
    check_forwarded(*devices, config);
  }
  if (const auto networks = root.find("networks")) {
    check_unique(*networks, "cidr", same_form<Cidr>);
    check_unique(*networks, "interface");
    check_known_by(*networks, {"cidr", "interface"}, "add cidr: 192.168.7.0/24");
  }
}

void check_names(const Value& place, const Profile& profile) {
  for (const NameRule& rule : profile.allow) {
    if (rule.name.label_count() == 1) {
      place.warn(fmt::format("'{0}' allows every site that ends in .{0}", rule.name.to_text()));
    }
    const bool denied = std::ranges::any_of(profile.deny, [&](const NameRule& other) {
      return other.name == rule.name && other.exact == rule.exact;
    });
    if (!denied) continue;
    place.warn(fmt::format("'{}' stands in allow and in deny; allow wins", rule.name.to_text()));
  }
}

void check_profile(const Value& place, const Profile& profile) {
  if (profile.log == policy::LogLevel::All) {
    if (profile.log_reason.empty()) {
      place_of(place, {"log"})
          .fault("recording everything needs a reason",
                 "add log_reason: to the profile; the child sees it");
    } else {
      place_of(place, {"log"}).warn("everything that this profile asks for is recorded");
    }
  }
  for (const std::string& service : profile.services_block) {
    if (std::ranges::find(profile.services_allow, service) == profile.services_allow.end())
      continue;
    place_of(place, {"services"})
        .fault(fmt::format("'{}' stands in block and in allow", service), "keep one");
  }
  check_names(place, profile);
}

void check_profiles(const Value& root, const Config& config) {
  const Value place = place_of(root, {"profiles"});
  if (config.profiles.empty()) {
    place.fault("there is no profile", "add one, as `profiles: {child: {age: 7-9}}`");
  }
  for (const Profile& profile : config.profiles) {
    const bool is_bad = profile.name.empty() || profile.name.size() > 64 ||
                        std::ranges::any_of(profile.name, [](char c) {
                          return static_cast<unsigned char>(c) <= 0x20;
                        });
    const Value here = place_of(root, {"profiles", profile.name});
    if (is_bad) here.fault("this is not a profile's name", "use one word, as minji");
    check_profile(here, profile);
  }
}

// 128-bit arithmetic: an address as a number.
using Number = unsigned __int128;

Number number_of(const IpAddress& address) {
  Number number = 0;
  for (const std::uint8_t octet : address.octets()) number = number << 8 | octet;
  return number;
}

struct Range {
  Number first;
  Number last;
};

Range range_of(const Cidr& cidr) {
  const Number first = number_of(cidr.address());
  const int free_bits = 128 - cidr.mapped_bits();
  const Number size_less_one = free_bits == 128 ? ~Number{0} : (Number{1} << free_bits) - 1;
  return {first, first + size_less_one};
}

// How much of `whole` the networks cover together, 0 to 1.
double share_covered(const Cidr& whole, const std::vector<Cidr>& networks) {
  const Range all = range_of(whole);
  std::vector<Range> ranges;
  for (const Cidr& network : networks) {
    const Range range = range_of(network);
    if (range.last < all.first || range.first > all.last) continue;
    ranges.push_back({std::max(range.first, all.first), std::min(range.last, all.last)});
  }
  std::ranges::sort(ranges, {}, &Range::first);
  Number covered = 0;
  Number next = all.first;
  for (const Range& range : ranges) {
    if (range.last < next) continue;
    covered += range.last - std::max(range.first, next) + 1;
    next = range.last + 1;
  }
  return static_cast<double>(covered) / static_cast<double>(all.last - all.first + 1);
}

void check_admin(const Value& root, const Config& config) {
  if (!config.admin_listen || is_loopback(config.admin_listen->address)) return;
  place_of(root, {"admin", "listen"})
      .warn("everybody who reaches this address can read the filter's numbers",
            "write 127.0.0.1:8480, or keep it to a network of your own");
}

// Whether a device of the inside could be led to one of these.
bool hears_others(const Dns& dns) {
  return std::ranges::any_of(
      dns.listen, [](const Endpoint& endpoint) { return !is_loopback(endpoint.address); });
}

void check_gate(const Value& root, const Config& config) {
  const Gate& gate = config.gate;
  constexpr int kQueueNumbers = 65536;
  if (gate.queue_first + std::max(gate.queue_count, 1) > kQueueNumbers) {
    place_of(root, {"gate", "queue"})
        .fault("the numbers go beyond 65535", "write a lower first, as 4660");
  }
  if (gate.mode == GateMode::Off) return;
  const Value inside = place_of(root, {"gate", "inside"});
  if (gate.inside.empty()) {
    inside.fault("which networks are to be filtered is not said",
                 "write the interface where the children's devices are, as inside: [br-lan]");
  }
  if (std::ranges::find(gate.inside, "lo") != gate.inside.end()) {
    inside.fault("'lo' is this machine itself", "write the interface where the devices are");
  }
  if (gate.dns && !hears_others(config.dns)) {
    place_of(root, {"dns", "listen"})
        .fault("DNS of the devices is led here, but only this machine is listened to",
               "write this machine's address in their network, as \"192.168.7.1:53\", or gate: "
               "{dns: false}");
  }
  const bool is_open = when_down_of(config) == WhenDown::Open;
  const bool has_spare =
      config.dns.upstream_mode == UpstreamMode::Forward || !gate.when_down_dns.empty();
  const Value spare = place_of(root, {"gate", "when_down_dns"});
  if (gate.dns && is_open && !has_spare) {
    spare.warn("while the filter is down, devices that ask this machine get no answer",
               "name a plain DNS server for that while, as when_down_dns: [9.9.9.9]");
  }
  if (!is_open && !gate.when_down_dns.empty()) spare.warn("is used with when_down: open only");
}

void check_proxy(const Value& root, const Config& config) {
  const Value listen = place_of(root, {"proxy", "listen"});
  if (config.proxy.mode != ProxyMode::Off && config.proxy.listen.empty()) {
    listen.fault("the proxy has no address", "write an address of this machine and a free port");
  }
  if (config.proxy.mode != ProxyMode::Transparent) return;
  if (config.gate.mode == GateMode::Off) {
    place_of(root, {"proxy", "mode"})
        .fault("the firewall leads connections to a transparent proxy, and gate.mode is off",
               "write gate: {mode: queue, inside: [br-lan]}, with your network's interface");
  }
  if (config.proxy.ports.empty()) {
    place_of(root, {"proxy", "ports"}).fault("no connection is led to it", "write ports: [80]");
  }
}

void check_tap(const Value& root, const Tap& tap) {
  const Value enforce = place_of(root, {"tap", "enforce"});
  const Value reset = place_of(root, {"tap", "reset_interface"});
  if (!tap.enforce) {
    if (!tap.reset_interface.empty()) {
      reset.warn("no resets are sent: nothing is enforced", "add enforce: true, or remove it");
    }
    return;
  }
  if (tap.interface.empty()) {
    return enforce.fault("there is nothing to enforce: no interface is listened to",
                         "add interface: eth1 to tap, with the name of your mirror port's");
  }
  if (tap.reset_interface.empty()) {
    return enforce.fault("resets need an interface that they leave from",
                         "add reset_interface: eth0 to tap, with the name of the interface that "
                         "is in the network of the devices");
  }
  if (tap.reset_interface == tap.interface) {
    reset.warn(fmt::format("most switches take nothing that is sent into a mirror port: resets "
                           "from '{}' may all be lost",
                           tap.interface),
               "name the interface that is in the network of the devices");
  }
}

}  // namespace

bool covers_internet(const std::vector<Cidr>& networks) {
  static const Cidr kV4 = *Cidr::from_text("0.0.0.0/0");
  static const Cidr kV6GlobalUnicast = *Cidr::from_text("2000::/3");  // RFC 4291, section 2.5.4
  // Whoever writes 0.0.0.0/1 and 128.0.0.0/1, or one of them, means everybody too.
  constexpr double kTooMuch = 0.5;
  return share_covered(kV4, networks) >= kTooMuch ||
         share_covered(kV6GlobalUnicast, networks) >= kTooMuch;
}

void check_whole(const Value& root, const Config& config) {
  check_admin(root, config);
  check_dns(root, config.dns);
  check_lists(root, config);
  check_profiles(root, config);
  check_who(root, config);
  check_gate(root, config);
  check_proxy(root, config);
  check_tap(root, config.tap);
}

}  // namespace haetae::config
