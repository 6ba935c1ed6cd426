#include "daemon/firewall/probe.h"

#include <fmt/format.h>
#include <net/if.h>

#include <filesystem>
#include <fstream>

#include "admin/diagnosis.h"
#include "daemon/doctor/network_view.h"
#include "daemon/firewall/holder.h"
#include "daemon/firewall/mangle.h"
#include "firewall/ruleset.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;

// What the rules are made of, one by one: asked when the kernel refuses the whole.
struct Part {
  std::string_view words;
  std::string_view chain;
};
constexpr Part kParts[] = {
    {"tables of both families (nf_tables, nf_tables_inet)", ""},
    {"marks of connections (nft_ct, nf_conntrack)",
     "type filter hook forward priority mangle; ct mark set 1;"},
    {"refusing with a reset (nft_reject_inet)",
     "type filter hook forward priority mangle; meta l4proto tcp reject with tcp reset;"},
    {"leading DNS elsewhere (nft_chain_nat, nft_nat, nft_redir, nft_masq)",
     "type nat hook prerouting priority dstnat; udp dport 53 redirect to :53;"},
    {"own addresses (nft_fib_inet)",
     "type nat hook prerouting priority dstnat; fib daddr type local accept;"},
};

constexpr std::string_view kTried = "haetae_tried";

bool can(Nft& nft, std::string_view chain) {
  const std::string body = chain.empty() ? "" : fmt::format("chain tried {{ {}\n}}\n", chain);
  return nft.try_out(fmt::format("table inet {} {{\n{}}}\n", kTried, body)).has_value();
}

bool is_on(const fs::path& file) {
  char first = '0';
  std::ifstream(file) >> first;
  return first != '0';
}

void look_at_inside(const firewall::Plan& plan, firewall::Machine& machine) {
  admin::Evidence evidence;
  look_at_network(evidence);
  machine.forwards_v4 = evidence.forwards_v4;
  machine.forwards_v6 = evidence.forwards_v6;
  for (const std::string& name : plan.inside) {
    firewall::Machine::Inside one{.name = name, .is_there = if_nametoindex(name.c_str()) != 0};
    const bool is_bridge = fs::exists(fs::path("/sys/class/net") / name / "bridge");
    for (const admin::NetworkInterface& interface : evidence.interfaces) {
      if (interface.name != name || !is_bridge) continue;
      one.is_transparent_bridge = interface.has_default_route;
    }
    const bool shows_v4 = is_on("/proc/sys/net/bridge/bridge-nf-call-iptables");
    const bool shows_v6 = is_on("/proc/sys/net/bridge/bridge-nf-call-ip6tables");
    one.is_shown_early = is_bridge && (shows_v4 || shows_v6);
    if (one.is_transparent_bridge) {
      one.shows_v4 = shows_v4;
      one.shows_v6 = shows_v6;
    }
    machine.inside.push_back(std::move(one));
  }
}

}  // namespace

firewall::Machine fit_to_machine(Firewall& firewall, firewall::Plan& plan) {
  firewall::Machine machine;
  look_at_inside(plan, machine);
  Nft& nft = firewall.nft();
  machine.may_change = can(nft, "") || nft.run("list tables").has_value();
  machine.has_tproxy =
      can(nft,
          "type filter hook prerouting priority mangle; socket transparent 1 accept; "
          "meta nfproto ipv4 meta l4proto tcp tproxy ip to :1 accept;");
  firewall::lead_web_by(firewall::web_by(machine), plan);
  firewall::Plan tried = plan;
  tried.queue_by = firewall::QueueBy::Nobody;
  const auto whole = nft.try_out(firewall::table_text(tried, {}, true));
  if (!whole) {
    machine.trouble = whole.error();
    for (const Part& part : kParts) {
      if (!can(nft, part.chain)) machine.missing.emplace_back(part.words);
    }
  }
  machine.has_own_queue =
      can(nft, "type filter hook forward priority mangle; queue flags bypass to 4660-4661;");
  constexpr std::uint32_t kRevisionWithBypass = 3;
  machine.has_queue_target = has_iptables_target("NFQUEUE", kRevisionWithBypass);
  machine.has_mangle_programs = has_mangle_programs();
  constexpr std::uint32_t kBpfRevision = 1;
  machine.has_bpf_match = has_iptables_match("bpf", kBpfRevision);
  machine.has_log_target = has_iptables_target("NFLOG", 0);
  machine.has_connection_count =
      can(nft, "type filter hook forward priority mangle; ct state new ct count over 512 drop;");
  firewall::fit(plan, machine);
  return machine;
}

void look_at_standing(Firewall& firewall, const firewall::Plan& plan, firewall::Machine& machine) {
  using enum firewall::Machine::Stands;
  machine.holder = firewall_holder();
  const std::string listed = firewall.listing();
  const auto planned = firewall.listing_of(plan);
  if (listed.empty()) {
    machine.stands = Nothing;
  } else {
    machine.stands = planned && *planned == listed ? AsPlanned : Otherwise;
  }
}

}  // namespace haetae::daemon
