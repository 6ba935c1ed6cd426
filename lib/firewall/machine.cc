#include "firewall/machine.h"

#include <fmt/format.h>

#include <algorithm>

namespace haetae::firewall {
namespace {

using Level = Remark::Level;

void judge_kernel(const Machine& machine, std::vector<Remark>& out) {
  if (!machine.may_change) {
    out.push_back({Level::Fault, "this user may not change the firewall",
                   "run it as root; a service needs CAP_NET_ADMIN"});
    return;
  }
  for (const std::string& what : machine.missing) {
    out.push_back({Level::Fault, fmt::format("this kernel cannot do what the rules need: {}", what),
                   "load that module, or use a kernel that has it, as Debian's"});
  }
  if (machine.missing.empty() && !machine.trouble.empty()) {
    out.push_back({Level::Fault, "the kernel refuses the rules: " + machine.trouble,
                   "look for another program's table that is named haetae: nft list tables"});
  }
}

void judge_queue(const Machine& machine, const Plan& plan, std::vector<Remark>& out) {
  switch (queue_by(machine)) {
    case QueueBy::OwnTable:
      out.push_back({Level::Good, "packets go to the filter by nft's own queue", ""});
      return;
    case QueueBy::MangleChain:
      out.push_back({Level::Good,
                     "packets go to the filter by iptables' NFQUEUE: this kernel has no nft queue",
                     ""});
      return;
    case QueueBy::Nobody: break;
  }
  const std::string advice =
      machine.has_queue_target
          ? "install iptables (the program iptables-nft-restore is missing)"
          : "load nft_queue, or xt_NFQUEUE and nfnetlink_queue: modprobe nft_queue";
  if (plan.is_open) {
    out.push_back({Level::Warning,
                   "this kernel hands no packets to programs: connections are not judged, only DNS "
                   "is; bedtime and pause still stop whole devices",
                   advice});
  } else {
    out.push_back({Level::Fault,
                   "this kernel hands no packets to programs, and under when_down: closed what "
                   "nobody can judge is refused: only DNS and the own network work",
                   advice + "; or write gate: {when_down: open}"});
  }
}

// DNS to a bridge's own address is led on by routing, as everything that is sent to it.
void judge_spare(const Machine& machine, const Plan& plan, std::vector<Remark>& out) {
  const bool is_missing =
      (plan.spare_v4 && !machine.forwards_v4) || (plan.spare_v6 && !machine.forwards_v6);
  const bool is_bridge =
      std::ranges::any_of(machine.inside, &Machine::Inside::is_transparent_bridge);
  if (!is_bridge || !is_missing) return;
  out.push_back({Level::Warning,
                 "while the filter is down, DNS that is sent to this machine cannot be led on: it "
                 "passes no packets on",
                 "set net.ipv4.ip_forward and net.ipv6.conf.all.forwarding to 1, and with a "
                 "firewall of your own see to it that it routes nothing else"});
}

void judge_inside(const Machine& machine, std::vector<Remark>& out) {
  for (const Machine::Inside& one : machine.inside) {
    if (!one.is_there) {
      out.push_back(
          {Level::Warning,
           fmt::format("there is no interface {} just now: nothing of it is filtered", one.name),
           "see `ip link`, and write its name at gate.inside"});
    } else if (one.is_transparent_bridge && !(one.shows_v4 && one.shows_v6)) {
      out.push_back(
          {Level::Fault,
           fmt::format("what passes the bridge {} over {} does not come to the rules", one.name,
                       one.shows_v4   ? "IPv6"
                       : one.shows_v6 ? "IPv4"
                                      : "IPv4 and IPv6"),
           "modprobe br_netfilter, and set net.bridge.bridge-nf-call-iptables and "
           "-ip6tables to 1 (docs/DEPLOY.md)"});
    }
  }
  const bool is_routed = std::ranges::any_of(
      machine.inside, [](const auto& one) { return one.is_there && !one.is_transparent_bridge; });
  if (is_routed && !machine.forwards_v4 && !machine.forwards_v6) {
    out.push_back({Level::Fault, "this machine passes no packets on: it is no router",
                   "set net.ipv4.ip_forward and net.ipv6.conf.all.forwarding to 1, or put it "
                   "where the devices' packets pass (docs/DEPLOY.md)"});
  }
}

}  // namespace

QueueBy queue_by(const Machine& machine) noexcept {
  if (machine.has_own_queue) return QueueBy::OwnTable;
  if (machine.has_queue_target && machine.has_mangle_programs) return QueueBy::MangleChain;
  return QueueBy::Nobody;
}

WebBy web_by(const Machine& machine) noexcept {
  const bool is_early = std::ranges::any_of(machine.inside, &Machine::Inside::is_shown_early);
  return machine.has_tproxy && !is_early ? WebBy::Tproxy : WebBy::Redirect;
}

// A strict gate waits for receipts, and looks at every packet for that; one that refuses addresses
// that nobody resolved does so with the first packet.
void fit(Plan& plan, const Machine& machine) noexcept {
  plan.queue_by = queue_by(machine);
  plan.spares_openings = plan.queue_by == QueueBy::MangleChain && machine.has_bpf_match &&
                         machine.has_log_target && !plan.is_strict && !plan.unresolved_refused;
  plan.limits_devices = machine.has_connection_count;
  std::erase_if(plan.sources_checked, [&machine](const std::string& name) {
    const auto one = std::ranges::find(machine.inside, name, &Machine::Inside::name);
    return one != machine.inside.end() && one->is_transparent_bridge;
  });
}

namespace {

void judge_web(const Machine& machine, const Plan& plan, std::vector<Remark>& out) {
  if (plan.web_by == WebBy::Nobody) return;
  if (!plan.web_v4 && !plan.web_v6) {
    out.push_back({Level::Fault, "no web connection can be led to the proxy's addresses",
                   "write proxy: {listen: [\"0.0.0.0:8118\", \"[::]:8118\"]}"});
  } else if (!machine.has_tproxy) {
    out.push_back({Level::Warning,
                   "web connections are led to the proxy by REDIRECT, since this kernel has no "
                   "tproxy: servers see this machine's address in place of the device's",
                   "modprobe nft_tproxy nft_socket, if that matters"});
  } else if (plan.web_by == WebBy::Redirect) {
    out.push_back({Level::Warning,
                   "web connections are led to the proxy by REDIRECT, since what crosses a bridge "
                   "comes to the rules too early for tproxy: servers see this machine's address in "
                   "place of the device's",
                   "if that matters, and no other program needs it, set "
                   "net.bridge.bridge-nf-call-iptables and -ip6tables to 0"});
  } else {
    out.push_back({Level::Good, "web connections go to the proxy by tproxy", ""});
  }
}

}  // namespace

std::vector<Remark> judge(const Machine& machine, const Plan& plan) {
  std::vector<Remark> out;
  judge_kernel(machine, out);
  if (machine.may_change && machine.missing.empty()) judge_queue(machine, plan, out);
  judge_web(machine, plan, out);
  judge_inside(machine, out);
  judge_spare(machine, plan, out);
  return out;
}

Remark judge_standing(const Machine& machine) {
  switch (machine.stands) {
    case Machine::Stands::AsPlanned:
      if (machine.holder.empty()) {
        return {Level::Warning, "the rules stand as planned, but no filter is running",
                "start the filter"};
      }
      return {Level::Good, fmt::format("the rules stand as planned; {} keeps them", machine.holder),
              ""};
    case Machine::Stands::Otherwise:
      return {Level::Warning, "rules of ours stand that are not those of this configuration",
              "reload the filter; without one, haetae firewall apply or remove"};
    case Machine::Stands::Nothing: break;
  }
  return {Level::Warning, "no rules of ours stand: nothing is filtered on its way",
          "start the filter: it puts them up"};
}

}  // namespace haetae::firewall
