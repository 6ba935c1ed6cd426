#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "config/config.h"
#include "firewall/machine.h"

// What `haetae doctor` makes of what it saw: where the filter stands in the network, what it cannot
// enforce from there, and which common faults stand in its way. Pure: the looking is the daemon's.
namespace haetae::admin {

struct NetworkInterface {
  std::string name;
  bool is_loopback = false;
  bool has_default_route = false;  // IPv4 or IPv6
  struct Address {
    IpAddress address;
    Cidr prefix;
  };
  std::vector<Address> addresses;  // of interfaces that are up
};

struct Evidence {
  std::vector<NetworkInterface> interfaces;
  bool forwards_v4 = false;  // this machine passes other machines' packets on
  bool forwards_v6 = false;
  bool has_default_route_v4 = false;
  bool has_default_route_v6 = false;

  // An endpoint of dns.listen and who holds it.
  struct Port {
    config::Endpoint endpoint;
    bool is_taken = false;
    bool is_address_missing = false;  // no interface has it
    bool needs_privilege = false;     // this user may not bind it
    bool answers_as_filter = false;   // a running Haetae answers there
    std::string holder;               // "unbound (pid 812)"; empty if it cannot be told
  };
  std::vector<Port> ports;

  struct UpstreamAsked {
    std::string server;  // as written
    bool answered = false;
    std::string trouble;  // if not: "no answer within 2 s"
  };
  std::vector<UpstreamAsked> upstreams;  // empty in mode recurse

  Time clock;
  // The times between which a fresh signature that came from outside holds (RFC 4034, section 3.1).
  struct SignedSpan {
    Time from;
    Time until;
  };
  std::optional<SignedSpan> signature;

  // An IPv6 resolver that a router announces to all devices (RFC 8106).
  struct Announcement {
    std::string interface;
    IpAddress router;
    IpAddress resolver;
  };
  std::vector<Announcement> announcements;
  // The rules around the gate; none: the gate is off.
  struct Firewall {
    firewall::Machine machine;
    firewall::Plan plan;
  };
  std::optional<Firewall> firewall;
  std::string could_not_listen;  // why announcements could not be heard; empty: they could
  std::vector<Cidr> allow_from;

  // What came from the mirror port within some seconds.
  struct MirrorPort {
    std::string interface;
    std::string trouble;        // why it cannot be listened to; empty: it can
    std::string reset_trouble;  // why no resets can leave; empty: they can, or are not wanted
    std::uint64_t frames = 0;
    // Of connections between other machines and the internet, by their direction.
    std::uint64_t outward = 0;
    std::uint64_t inward = 0;
  };
  std::optional<MirrorPort> mirror_port;  // none: no tap is configured
};

enum class Standpoint : std::uint8_t {
  Router,        // other machines' packets pass through here
  BesideRouter,  // in the devices' own network, but their packets go elsewhere
  ResolverOnly,  // outside the devices' network, or listening to this machine alone
};
Standpoint standpoint_of(const Evidence& evidence);

// "router", "beside the router", "resolver only".
std::string_view to_text(Standpoint standpoint) noexcept;
// For a person, one line each; what no filter can do from there.
// leads_dns: the firewall leads the devices' DNS here.
std::vector<std::string> cannot_enforce(Standpoint standpoint, bool leads_dns);

struct Finding {
  using Level = firewall::Remark::Level;
  Level level = Level::Good;
  std::string topic;   // "port", "route", "clock", "upstream", "announcement", "devices", "tap",
                       // "firewall"
  std::string text;    // what was seen
  std::string advice;  // what to do; empty for Good
};
std::string_view to_text(Finding::Level level) noexcept;

// In the order of topics above; at least one finding a topic, of the last two if they are
// configured.
std::vector<Finding> diagnose(const Evidence& evidence);

}  // namespace haetae::admin
