#include "admin/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/decide.h"

namespace haetae::admin {
namespace {

using Level = Finding::Level;
using Findings = std::vector<Finding>;

bool is_in_any(const IpAddress& address, std::initializer_list<std::string_view> networks) {
  return std::ranges::any_of(networks, [&](std::string_view network) {
    return Cidr::from_text(network)->contains(address);
  });
}

bool is_loopback(const IpAddress& address) {
  return is_in_any(address, {"127.0.0.0/8", "::1/128"});
}

bool is_link_local(const IpAddress& address) {
  return is_in_any(address, {"169.254.0.0/16", "fe80::/10"});
}

// Addresses of houses and schools: RFC 1918, RFC 6598, RFC 4193.
bool is_private(const IpAddress& address) {
  return is_in_any(address,
                   {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"});
}

bool is_own(const Evidence& evidence, const IpAddress& address) {
  return std::ranges::any_of(evidence.interfaces, [&](const NetworkInterface& interface) {
    return std::ranges::any_of(interface.addresses,
                               [&](const auto& own) { return own.address == address; });
  });
}

bool listens_to_others(const Evidence& evidence) {
  return std::ranges::any_of(evidence.ports, [](const Evidence::Port& port) {
    return !is_loopback(port.endpoint.address);
  });
}

std::string text_of(const config::Endpoint& endpoint) {
  return fmt::format("{} port {}", endpoint.address.to_text(), endpoint.port);
}

Finding judge_port(const Evidence::Port& port) {
  const std::string where = text_of(port.endpoint);
  if (port.answers_as_filter) return {Level::Good, "port", where + ": the filter answers here", ""};
  if (port.is_address_missing) {
    return {Level::Fault, "port", where + ": no interface of this machine has this address",
            "write one of this machine's own addresses at dns.listen; `ip address` names them"};
  }
  if (port.is_taken) {
    const std::string who = port.holder.empty() ? "another program" : port.holder;
    return {Level::Fault, "port", fmt::format("{}: taken by {}", where, who),
            "stop that program, move it to another port, or choose another address at dns.listen"};
  }
  if (port.needs_privilege) {
    return {Level::Warning, "port", where + ": this user may not listen there",
            "start the filter by its service, or as root; ports below 1024 need that"};
  }
  return {Level::Good, "port", where + ": free; the filter is not running", ""};
}

void judge_ports(const Evidence& evidence, Findings& out) {
  for (const Evidence::Port& port : evidence.ports) out.push_back(judge_port(port));
  if (!listens_to_others(evidence)) {
    out.push_back({Level::Warning, "port", "only this machine can ask: dns.listen names loopback",
                   "write this machine's own address at dns.listen, as \"192.168.7.2:53\""});
  }
}

void judge_routes(const Evidence& evidence, Findings& out) {
  if (!evidence.has_default_route_v4 && !evidence.has_default_route_v6) {
    out.push_back({Level::Fault, "route", "there is no way to the internet (no default route)",
                   "look at the cable, the gateway and `ip route`"});
    return;
  }
  out.push_back({Level::Good, "route",
                 fmt::format("there is a way to the internet over {}",
                             !evidence.has_default_route_v6   ? "IPv4"
                             : !evidence.has_default_route_v4 ? "IPv6"
                                                              : "IPv4 and IPv6"),
                 ""});
}

void judge_clock(const Evidence& evidence, Findings& out) {
  constexpr std::string_view kAdvice =
      "set the time (timedatectl, or systemd-timesyncd); until then bedtimes come at wrong hours "
      "and "
      "signatures look wrong";
  if (evidence.clock < policy::kClockCredibleFrom) {
    out.push_back({Level::Fault, "clock",
                   "the clock stands in the past, as on a board that just started",
                   std::string(kAdvice)});
  } else if (!evidence.signature) {
    out.push_back({Level::Good, "clock",
                   "the clock looks possible; nothing came from outside to compare it with", ""});
  } else if (evidence.clock < evidence.signature->from) {
    out.push_back({Level::Fault, "clock",
                   "the clock is slow: signatures from outside are not valid yet",
                   std::string(kAdvice)});
  } else if (evidence.clock > evidence.signature->until) {
    out.push_back({Level::Fault, "clock",
                   "the clock is fast: fresh signatures from outside look expired",
                   std::string(kAdvice)});
  } else {
    out.push_back({Level::Good, "clock", "the clock agrees with signatures from outside", ""});
  }
}

void judge_upstreams(const Evidence& evidence, Findings& out) {
  if (evidence.upstreams.empty()) {
    out.push_back({Level::Good, "upstream", "the filter resolves by itself (mode recurse)", ""});
  }
  for (const Evidence::UpstreamAsked& one : evidence.upstreams) {
    if (one.answered) {
      out.push_back({Level::Good, "upstream", one.server + " answers", ""});
    } else {
      out.push_back({Level::Fault, "upstream", fmt::format("{}: {}", one.server, one.trouble),
                     "choose another server at dns.upstream.servers, or see whether a firewall "
                     "stands between"});
    }
  }
}

void judge_announcements(const Evidence& evidence, Findings& out) {
  if (!evidence.could_not_listen.empty()) {
    out.push_back({Level::Warning, "announcement",
                   "IPv6 announcements were not listened to: " + evidence.could_not_listen,
                   "run haetae doctor as root"});
    return;
  }
  bool is_clean = true;
  for (const Evidence::Announcement& one : evidence.announcements) {
    if (is_own(evidence, one.resolver)) continue;
    is_clean = false;
    out.push_back(
        {Level::Fault, "announcement",
         fmt::format("the router {} tells all devices of {} to ask {}: over IPv6 they go "
                     "past the filter",
                     one.router.to_text(), one.interface, one.resolver.to_text()),
         "in that router, switch off the IPv6 DNS announcement (RDNSS, DHCPv6 DNS), or make "
         "it announce this machine"});
  }
  if (is_clean) {
    out.push_back(
        {Level::Good, "announcement", "nobody else announces an IPv6 resolver to the devices", ""});
  }
}

// Networks at this machine whose devices would be refused.
void judge_devices(const Evidence& evidence, Findings& out) {
  bool is_clean = true;
  for (const NetworkInterface& interface : evidence.interfaces) {
    for (const auto& own : interface.addresses) {
      if (interface.is_loopback || is_link_local(own.address)) continue;
      const bool is_served = std::ranges::any_of(
          evidence.allow_from, [&](const Cidr& network) { return network.contains(own.address); });
      if (is_served || !is_private(own.address)) continue;
      is_clean = false;
      out.push_back(
          {Level::Warning, "devices",
           fmt::format("devices of {} at {} are refused", own.prefix.to_text(), interface.name),
           "write `allow_from: auto`, or name that network in dns.allow_from"});
    }
  }
  if (is_clean) {
    out.push_back({Level::Good, "devices", "devices of this machine's networks may ask", ""});
  }
}

Finding judge_what_came(const Evidence::MirrorPort& port) {
  constexpr std::uint64_t kEnoughToTell = 20;
  const auto warning = [](std::string text, std::string advice) {
    return Finding{Level::Warning, "tap", std::move(text), std::move(advice)};
  };
  const std::uint64_t of_others = port.outward + port.inward;
  if (port.frames == 0) {
    return warning(fmt::format("nothing came from interface '{}'", port.interface),
                   "see that the cable is in, and that the switch mirrors a port to this one");
  }
  if (of_others == 0) {
    return warning(
        fmt::format("interface '{}' shows no connection between devices and the internet",
                    port.interface),
        "let the switch mirror the port of the router to this one (docs/TAP.md); while nobody uses "
        "the network this is no fault");
  }
  if (of_others >= kEnoughToTell && (port.outward == 0 || port.inward == 0)) {
    return warning(fmt::format("interface '{}' shows only what {} the internet", port.interface,
                               port.inward == 0 ? "goes to" : "comes from"),
                   "let the switch mirror both directions");
  }
  return {Level::Good, "tap",
          fmt::format("interface '{}' shows connections of the network", port.interface), ""};
}

void judge_mirror_port(const Evidence& evidence, Findings& out) {
  if (!evidence.mirror_port) return;
  const Evidence::MirrorPort& port = *evidence.mirror_port;
  const auto fault = [](const std::string& text) {
    return Finding{Level::Fault, "tap", text, "docs/TAP.md says how a tap is set up"};
  };
  out.push_back(port.trouble.empty() ? judge_what_came(port) : fault(port.trouble));
  if (!port.reset_trouble.empty()) out.push_back(fault(port.reset_trouble));
}

void judge_firewall(const Evidence& evidence, Findings& out) {
  if (!evidence.firewall) return;
  std::vector<firewall::Remark> remarks =
      firewall::judge(evidence.firewall->machine, evidence.firewall->plan);
  remarks.push_back(firewall::judge_standing(evidence.firewall->machine));
  for (firewall::Remark& one : remarks) {
    out.push_back({one.level, "firewall", std::move(one.text), std::move(one.advice)});
  }
}

}  // namespace

Standpoint standpoint_of(const Evidence& evidence) {
  if (!listens_to_others(evidence)) return Standpoint::ResolverOnly;
  const bool has_own_network =
      std::ranges::any_of(evidence.interfaces, [](const NetworkInterface& interface) {
        return !interface.is_loopback && !interface.has_default_route &&
               std::ranges::any_of(interface.addresses,
                                   [](const auto& own) { return is_private(own.address); });
      });
  if (has_own_network && (evidence.forwards_v4 || evidence.forwards_v6)) return Standpoint::Router;
  const bool is_among_devices =
      std::ranges::any_of(evidence.interfaces, [](const NetworkInterface& interface) {
        return !interface.is_loopback &&
               std::ranges::any_of(interface.addresses,
                                   [](const auto& own) { return is_private(own.address); });
      });
  return is_among_devices ? Standpoint::BesideRouter : Standpoint::ResolverOnly;
}

std::string_view to_text(Standpoint standpoint) noexcept {
  switch (standpoint) {
    case Standpoint::Router: return "router";
    case Standpoint::BesideRouter: return "beside the router";
    case Standpoint::ResolverOnly: return "resolver only";
  }
  return "";
}

std::vector<std::string> cannot_enforce(Standpoint standpoint, bool leads_dns) {
  std::vector<std::string> all;
  if (standpoint == Standpoint::ResolverOnly) {
    all.emplace_back(
        "Who asks cannot be told by the device's hardware address, only by its IP address.");
  }
  if (!leads_dns && standpoint != Standpoint::Router) {
    all.emplace_back(
        "A device that is told to ask another resolver goes past the filter; only the router can "
        "forbid that (block ports 53 and 853 to the internet for all but this machine).");
  } else if (!leads_dns) {
    all.emplace_back(
        "A device that is told to ask another resolver goes past the filter: the gate is off "
        "(gate.mode; docs/DEPLOY.md).");
  }
  all.emplace_back(
      "Encrypted resolvers inside apps and browsers are stopped by their names and addresses, "
      "as far as these are known; connections to an address without a name are not seen.");
  all.emplace_back("Mobile data, another Wi-Fi and VPNs that run already do not pass here.");
  return all;
}

std::string_view to_text(Finding::Level level) noexcept {
  switch (level) {
    case Level::Good: return "good";
    case Level::Warning: return "warning";
    case Level::Fault: return "fault";
  }
  return "";
}

std::vector<Finding> diagnose(const Evidence& evidence) {
  Findings out;
  judge_ports(evidence, out);
  judge_routes(evidence, out);
  judge_clock(evidence, out);
  judge_upstreams(evidence, out);
  judge_announcements(evidence, out);
  judge_devices(evidence, out);
  judge_mirror_port(evidence, out);
  judge_firewall(evidence, out);
  return out;
}

}  // namespace haetae::admin
