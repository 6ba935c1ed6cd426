#include "firewall/plan.h"

#include <algorithm>

#include "base/local_address.h"

namespace haetae::firewall {
namespace {

constexpr std::uint16_t kDnsPort = 53;

bool is_any(const IpAddress& address) {
  return address == IpAddress() || address == IpAddress::v4(0);
}

// A device cannot be led to loopback, and to a link-local address only on its own link.
bool reaches_devices(const IpAddress& address) {
  static const Cidr kUnfit[] = {*Cidr::from_text("127.0.0.0/8"), *Cidr::from_text("::1/128"),
                                *Cidr::from_text("fe80::/10"), *Cidr::from_text("169.254.0.0/16")};
  return std::ranges::none_of(kUnfit, [&](const Cidr& cidr) { return cidr.contains(address); });
}

// The listener that devices of a family are led to. One for every address of the machine is best:
// it follows an interface whose address changes.
std::optional<DnsTarget> target_of(const config::Dns& dns, bool is_v4) {
  std::optional<DnsTarget> target;
  for (const config::Endpoint& one : dns.listen) {
    if (one.address.is_v4() != is_v4 || !reaches_devices(one.address)) continue;
    if (is_any(one.address)) return DnsTarget{std::nullopt, one.port};
    if (!target) target = DnsTarget{one.address, one.port};
  }
  return target;
}

// Plain servers first; one that is asked over TLS mostly answers at port 53, too.
std::optional<config::Endpoint> spare_of(const config::Config& config, bool is_v4) {
  const auto fits = [is_v4](const config::UpstreamServer& server) {
    return server.address.is_v4() == is_v4 && reaches_devices(server.address);
  };
  const std::vector<config::UpstreamServer>& named = config.gate.when_down_dns;
  if (!named.empty()) {
    const auto found = std::ranges::find_if(named, fits);
    return found == named.end() ? std::nullopt
                                : std::optional(config::Endpoint{found->address, found->port});
  }
  if (config.dns.upstream_mode == config::UpstreamMode::Recurse) return std::nullopt;
  const std::vector<config::UpstreamServer>& servers = config.dns.upstream_servers;
  const auto plain = std::ranges::find_if(
      servers, [&](const auto& server) { return fits(server) && !server.over_tls; });
  if (plain != servers.end()) return config::Endpoint{plain->address, plain->port};
  const auto any = std::ranges::find_if(servers, fits);
  if (any == servers.end()) return std::nullopt;
  return config::Endpoint{any->address, kDnsPort};
}

void plan_dns(const config::Config& config, Plan& plan) {
  plan.leads_dns = config.gate.dns;
  if (!plan.leads_dns) return;
  plan.dns_v4 = target_of(config.dns, true);
  plan.dns_v6 = target_of(config.dns, false);
  for (const config::Endpoint& one : config.dns.listen) {
    const bool is_right = one.port == kDnsPort && !is_any(one.address);
    if (is_right && reaches_devices(one.address)) plan.listeners.push_back(one.address);
  }
  if (config.dns.upstream_mode == config::UpstreamMode::Forward) {
    for (const config::UpstreamServer& server : config.dns.upstream_servers) {
      plan.upstreams.push_back(server.address);
    }
  }
  for (const config::StubZone& zone : config.dns.stub_zones) {
    plan.upstreams.push_back(zone.server.address);
  }
  for (std::vector<IpAddress>* const all : {&plan.listeners, &plan.upstreams}) {
    std::ranges::sort(*all);
    const auto [first, last] = std::ranges::unique(*all);
    all->erase(first, last);
  }
  if (!plan.is_open) return;
  plan.spare_v4 = spare_of(config, true);
  plan.spare_v6 = spare_of(config, false);
}

// A packet that keeps its addresses is handed to any socket of ours; one that is rewritten must be
// able to go there.
std::optional<DnsTarget> web_target_of(const Plan& plan, bool is_v4) {
  std::optional<DnsTarget> target;
  for (const config::Endpoint& one : plan.web_listeners) {
    if (one.address.is_v4() != is_v4) continue;
    if (is_any(one.address)) return DnsTarget{std::nullopt, one.port};
    if (plan.web_by == WebBy::Redirect && !reaches_devices(one.address)) continue;
    if (!target) target = DnsTarget{one.address, one.port};
  }
  return target;
}

void plan_web(const config::Config& config, Plan& plan) {
  if (config.proxy.mode != config::ProxyMode::Transparent) return;
  plan.web_listeners = config.proxy.listen;
  plan.web_ports = config.proxy.ports;
  std::ranges::sort(plan.web_ports);
  const auto [first, last] = std::ranges::unique(plan.web_ports);
  plan.web_ports.erase(first, last);
  lead_web_by(WebBy::Tproxy, plan);
}

}  // namespace

void lead_web_by(WebBy by, Plan& plan) {
  if (plan.web_listeners.empty() || plan.web_ports.empty()) return;
  plan.web_by = by;
  plan.web_v4 = web_target_of(plan, true);
  plan.web_v6 = web_target_of(plan, false);
}

Plan plan_of(const config::Config& config, std::size_t workers, QueueBy queue_by) {
  const config::Gate& gate = config.gate;
  Plan plan{.inside = gate.inside,
            .mark = policy::MarkBits(gate.mark),
            .is_open = config::when_down_of(config) == config::WhenDown::Open,
            // Neighbours of a provider's network are no family.
            .has_house = config.site.kind != config::SiteKind::Isp,
            .is_strict = gate.strict,
            .unresolved_refused = gate.unresolved_refused,
            .dot_refused = gate.dot_refused,
            .queue_by = queue_by};
  std::ranges::sort(plan.inside);
  const auto [first, last] = std::ranges::unique(plan.inside);
  plan.inside.erase(first, last);
  if (plan.is_strict) plan.sources_checked = plan.inside;
  const std::size_t count = gate.queue_count > 0 ? static_cast<std::size_t>(gate.queue_count)
                                                 : std::max<std::size_t>(workers, 1);
  constexpr std::size_t kLastNumber = 65535;
  plan.queue_first = static_cast<std::uint16_t>(gate.queue_first);
  plan.queue_last = static_cast<std::uint16_t>(
      std::min(static_cast<std::size_t>(gate.queue_first) + count - 1, kLastNumber));
  plan_dns(config, plan);
  plan_web(config, plan);
  return plan;
}

}  // namespace haetae::firewall
