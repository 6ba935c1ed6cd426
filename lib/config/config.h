#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "policy/policy.h"
#include "policy/schedule.h"

// The configuration as plain structs: what the YAML says, with every default filled in. Names of
// profiles, categories, services and lists are checked; ids are worked out later, by lib/build.
namespace haetae::config {

enum class SiteKind : std::uint8_t { Home, School, Isp };

struct Site {
  std::string name = "home";
  SiteKind kind = SiteKind::Home;
  std::string timezone = "UTC";
  std::vector<std::string> languages{"en"};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 53;
};

enum class UpstreamMode : std::uint8_t { Forward, Recurse };
// SHA-256 of a server's public key, as SubjectPublicKeyInfo (RFC 7858, section 4.2).
using KeyPin = std::array<std::uint8_t, 32>;
struct UpstreamServer {
  IpAddress address;
  std::uint16_t port = 53;
  bool over_tls = false;
  // Over TLS: the name that its certificate must hold; empty: the address, or nothing but a pin.
  std::string tls_name;
  std::vector<KeyPin> pins;  // if there are any, its key must be one of them
  friend bool operator==(const UpstreamServer&, const UpstreamServer&) = default;
};

// A zone that is asked at a server of its own, as names of a closed network are.
struct StubZone {
  std::string zone;       // "lan.example", or "." for all names
  UpstreamServer server;  // plain DNS
  friend bool operator==(const StubZone&, const StubZone&) = default;
};

// What a forwarder or load balancer adds to the queries it hands on, to say who asked. A word for
// each option: what it does not add itself may come from the client.
enum class PeerSends : std::uint8_t {
  Proxy,           // a header of the PROXY protocol, version 2
  Mac,             // EDNS option 65001
  MacText,         // 65073
  CpeId,           // 65074
  Umbrella,        // 20292
  UmbrellaDevice,  // 26946
};
inline constexpr std::size_t kPeerSendsCount = 6;
// Peers that are believed when they say so; and nothing else of what they say.
struct TrustedPeer {
  Cidr cidr{IpAddress(), 128};
  std::vector<PeerSends> sends;
};

enum class BlockAnswerKind : std::uint8_t { NxDomain, NullAddress, Address, Refused };
struct BlockAnswer {
  BlockAnswerKind kind = BlockAnswerKind::NxDomain;
  std::optional<IpAddress> v4;
  std::optional<IpAddress> v6;
};

// Answers that lead a public name to an address of the house are blocked, but for these names.
struct Rebinding {
  bool protect = true;
  std::vector<Name> allow;  // with all below them
};

struct Dns {
  std::vector<Endpoint> listen;
  bool allow_from_auto = true;
  std::vector<Cidr> allow_from;
  bool is_public = false;
  std::vector<TrustedPeer> trusted_peers;  // of prefixes that hold one address, the longest counts
  UpstreamMode upstream_mode = UpstreamMode::Forward;
  // With servers over TLS the plain ones are asked only if plain_fallback says so.
  std::vector<UpstreamServer> upstream_servers;
  bool plain_fallback = false;
  std::filesystem::path upstream_ca_file;  // empty: the authorities that this system trusts
  bool dnssec = true;                      // validate; recurse mode (forwarders may be blind to it)
  std::filesystem::path trust_anchor;      // DS or DNSKEY records that validation starts from
  std::vector<StubZone> stub_zones;
  BlockAnswer block_answer;
  Rebinding rebinding;
  std::uint64_t cache_bytes = 32ULL << 20;  // per worker
};

struct ListSource {
  std::string name;
  std::filesystem::path path;  // absolute
  std::string url;             // fetched by a later stage; empty here
  std::chrono::hours every{24};
  std::string format = "auto";
  std::string category;  // id, aliases resolved
  std::string match;     // "exact", "subtree" or "" for the dialect's own
  policy::Mode mode = policy::Mode::Enforce;
  bool exceptions_site = false;
  int line = 0;  // in the configuration, for faults found later
};

struct NameRule {
  Name name;
  bool exact = false;
  bool lifts_safe_search = false;  // {name: x, safe_search: off}
};

struct Quota {
  std::string service;  // empty: all
  int minutes_per_day = 0;
  int minutes_per_week = 0;
};

struct Profile {
  std::string name;
  std::string age;  // id of a band in rules/ages.yaml: "7-9"; empty: none
  policy::Mode mode = policy::Mode::Enforce;
  policy::LogLevel log = policy::LogLevel::Blocked;
  std::string log_reason;  // why everything is logged; never empty with LogLevel::All
  // Category ids: those written, else the age band's ("age" among those written stands for the
  // band's). Categories of kind Bypass and Locked are not here: block_bypass speaks for the first,
  // the second are blocked for everybody.
  std::vector<std::string> block;
  bool block_bypass = false;
  bool all_lists = true;
  std::vector<std::string> lists;
  std::vector<std::string> services_block;
  std::vector<std::string> services_allow;
  struct ServiceHours {
    std::string service;
    std::vector<policy::ScheduleRow> rows;
  };
  std::vector<ServiceHours> service_hours;
  policy::Strictness safe_search = policy::Strictness::Off;
  policy::Strictness youtube = policy::Strictness::Off;
  std::vector<NameRule> allow;
  std::vector<NameRule> deny;
  bool unknown_blocked = false;
  bool undecidable_blocked = false;
  int threshold = 60;
  int page_threshold = 100;  // key `phrases`; 0: off
  std::vector<policy::ScheduleRow> bedtime;
  std::vector<policy::ScheduleRow> focus;
  std::vector<NameRule> focus_allow;
  std::vector<std::string> focus_categories;
  std::vector<Quota> quotas;
};

struct Device {
  std::string name;
  std::optional<MacAddress> mac;
  std::optional<IpAddress> address;
  std::optional<Cidr> cidr;
  std::string id;
  std::string profile;
};

struct Network {
  std::optional<Cidr> cidr;
  std::string interface;
  std::string profile;
};

// What is kept of the devices of the network, known or not.
struct DevicesSeen {
  bool leases_auto = true;                    // leases files at their usual places
  std::vector<std::filesystem::path> leases;  // absolute; empty and not auto: none are read
  std::chrono::hours forget_after{std::chrono::days(30)};
};

enum class GateMode : std::uint8_t { Off, Queue };
// What the network does while the filter does not run.
enum class WhenDown : std::uint8_t {
  Open,    // as if there were no filter
  Closed,  // nothing new passes
};
// Packets on their way through this machine.
struct Gate {
  GateMode mode = GateMode::Off;
  std::vector<std::string> inside;    // interfaces of the filtered networks
  std::optional<WhenDown> when_down;  // unwritten: when_down_of() says
  // Plain servers for DNS that is sent to this machine while the filter is down; empty: upstreams.
  std::vector<UpstreamServer> when_down_dns;
  bool strict = false;
  int queue_first = 4660;
  int queue_count = 0;  // 0: one for each worker
  // The two neighbouring bits of packet and connection marks that are ours.
  std::uint32_t mark = 0x70000000;
  bool dns = true;          // port 53 of `inside` leads to us, whoever it was sent to
  bool dot_refused = true;  // others' DNS over TLS and QUIC (RFC 7858, RFC 9250)
  // What of the internet no DNS answer named for a device is out of its reach, but for these.
  bool unresolved_refused = false;
  std::vector<Cidr> unresolved_except;
};

// The web proxy: devices know of it (explicit), or packets of theirs are led to it (transparent).
enum class ProxyMode : std::uint8_t { Off, Transparent, Explicit };
struct Proxy {
  ProxyMode mode = ProxyMode::Off;
  std::vector<Endpoint> listen;
  std::vector<int> ports;    // transparent: those whose connections are led to it
  std::vector<Name> direct;  // explicit: what browsers reach without it, with all below them
};

// Listening to a mirror port.
struct Tap {
  std::string interface;        // empty: nothing is listened to
  std::string filter;           // in the language of pcap-filter(7); empty: all packets
  int filter_line = 0;          // where it stands in the file
  bool behind_router = false;   // the frames' MACs are the router's
  int workers = 0;              // 0: auto, as many as answer DNS
  bool enforce = false;         // what is blocked is reset
  std::string reset_interface;  // where resets leave
  bool reset_tagged = false;    // with the VLAN tags of what they answer
  friend bool operator==(const Tap&, const Tap&) = default;
};

// Where commands reach the running filter, and who may give them beside root.
struct Control {
  std::filesystem::path path;  // empty: control.sock in the state folder
  std::string group;           // empty: nobody
};

struct Config {
  std::filesystem::path file;
  Site site;
  int workers = 0;  // 0: auto, one a core
  std::filesystem::path state_path;
  Control control;
  std::filesystem::path rules_path;  // the shipped rules/; key `rules.path`, default found at start
  Dns dns;
  std::vector<ListSource> lists;
  bool start_lists = true;  // key `rules.start_lists`: the small lists of rules/lists count too
  bool patterns = true;     // key `rules.patterns`
  std::vector<Profile> profiles;
  std::vector<Device> devices;
  std::vector<Network> networks;
  std::string default_profile;
  DevicesSeen devices_seen;
  Gate gate;
  Tap tap;
  Proxy proxy;
  std::optional<Endpoint> admin_listen;  // none: nothing listens
  std::string log_events = "stdout";
};

// A school keeps its promise when the filter fails; a house and a provider keep the network.
inline WhenDown when_down_of(const Config& config) {
  const bool is_school = config.site.kind == SiteKind::School;
  return config.gate.when_down.value_or(is_school ? WhenDown::Closed : WhenDown::Open);
}

}  // namespace haetae::config
