#include "firewall/ruleset.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/quic_packet.h"

namespace haetae::firewall {
namespace {

using policy::FlowMark;
using policy::MarkBits;

// Lines of a chain or table, indented as nft lists them.
class Text {
 public:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_.append(depth_, '\t');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  // "table inet haetae", "chain refuse": what follows stands in it until end().
  void begin(std::string_view head) {
    line("{} {{", head);
    ++depth_;
  }
  void end() {
    --depth_;
    line("}}");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t depth_ = 0;
};

std::string joined(const std::vector<std::string>& all) {
  return fmt::format("{{ {} }}", fmt::join(all, ", "));
}

std::string quoted(const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(fmt::format("\"{}\"", name));
  return joined(texts);
}
std::string interfaces_of(const Plan& plan) {
  return quoted(plan.inside);
}

std::vector<std::string> texts_of(const std::vector<IpAddress>& addresses, bool is_v4) {
  std::vector<std::string> texts;
  for (const IpAddress& one : addresses) {
    if (one.is_v4() == is_v4) texts.push_back(one.to_text());
  }
  return texts;
}

std::vector<std::string> texts_of(const AddressRanges& ranges, bool is_v4) {
  std::vector<std::string> texts;
  for (const AddressRange& one : ranges) {
    if (one.first.is_v4() != is_v4) continue;
    texts.push_back(one.first == one.last
                        ? one.first.to_text()
                        : fmt::format("{}-{}", one.first.to_text(), one.last.to_text()));
  }
  return texts;
}

std::vector<std::string> texts_of(const std::vector<MacAddress>& macs) {
  std::vector<std::string> texts;
  for (const MacAddress& one : macs) texts.push_back(one.to_text());
  return texts;
}

// A set that a rule asks with the family of the packet: it holds both or none, and is a switch.
const std::vector<std::string>& switched_on() {
  static const std::vector<std::string> both{"ipv4", "ipv6"};
  return both;
}
const std::vector<std::string>& switched(bool is_on) {
  static const std::vector<std::string> nothing;
  return is_on ? switched_on() : nothing;
}

bool stops_anybody(const Sets& sets) {
  return !sets.stopped.empty() || !sets.stopped_macs.empty();
}

// The sets that change, in the order of the table.
struct SetText {
  std::string_view name;
  std::string_view type;
  std::vector<std::string> elements;
};
std::vector<SetText> set_texts(const Sets& sets) {
  return {
      {"somebody_stopped", "typeof meta nfproto;", switched(stops_anybody(sets))},
      {"stopped_macs", "type ether_addr;", texts_of(sets.stopped_macs)},
      {"stopped_v4", "type ipv4_addr; flags interval;", texts_of(sets.stopped, true)},
      {"stopped_v6", "type ipv6_addr; flags interval;", texts_of(sets.stopped, false)},
      {"house_v4", "type ipv4_addr; flags interval;", texts_of(sets.house, true)},
      {"house_v6", "type ipv6_addr; flags interval;", texts_of(sets.house, false)},
      {"crowded", "typeof meta nfproto;", switched(sets.crowded)},
  };
}

void write_set(Text& out, const SetText& set) {
  const std::string elements =
      set.elements.empty() ? "" : fmt::format(" elements = {};", joined(set.elements));
  out.line("set {} {{ {}{} }}", set.name, set.type, elements);
}

// Other elements in place of those that stand.
std::string refill_text(const SetText& set) {
  std::string text = fmt::format("flush set inet {} {}\n", kTable, set.name);
  if (!set.elements.empty()) {
    text += fmt::format("add element inet {} {} {}\n", kTable, set.name, joined(set.elements));
  }
  return text;
}

// A bit pattern as nft writes marks.
std::string hex(std::uint32_t bits) {
  return fmt::format("0x{:08x}", bits);
}

// --- DNS: chains that rewrite where it goes ---

void write_target(Text& out, std::string_view family, const std::optional<DnsTarget>& target) {
  if (!target) return;  // what goes to others is refused on its way out
  const std::string match = fmt::format("meta nfproto {} meta l4proto {{ tcp, udp }}", family);
  if (!target->address) {
    out.line("{} redirect to :{}", match, target->port);
  } else if (target->address->is_v4()) {
    out.line("{} dnat ip to {}:{}", match, target->address->to_text(), target->port);
  } else {
    out.line("{} dnat ip6 to [{}]:{}", match, target->address->to_text(), target->port);
  }
}

void write_accept(Text& out, std::string_view side, const std::vector<IpAddress>& addresses) {
  if (const auto v4 = texts_of(addresses, true); !v4.empty()) {
    out.line("ip {} {} accept", side, joined(v4));
  }
  if (const auto v6 = texts_of(addresses, false); !v6.empty()) {
    out.line("ip6 {} {} accept", side, joined(v6));
  }
}

std::optional<DnsTarget> target_of(const std::optional<config::Endpoint>& spare) {
  if (!spare) return std::nullopt;
  return DnsTarget{spare->address, spare->port};
}

void write_spare_source(Text& out, const std::optional<config::Endpoint>& spare) {
  if (!spare) return;
  out.line("ct status dnat meta l4proto {{ tcp, udp }} {} daddr {} th dport {} masquerade",
           spare->address.is_v4() ? "ip" : "ip6", spare->address.to_text(), spare->port);
}

void write_dns(Text& out, const Plan& plan) {
  out.begin("chain dns_to_filter");
  write_accept(out, "daddr", plan.listeners);
  write_target(out, "ipv4", plan.dns_v4);
  write_target(out, "ipv6", plan.dns_v6);
  out.end();
  out.begin("chain dns_of_inside");
  write_accept(out, "saddr", plan.upstreams);
  if (plan.is_open) {
    out.line("meta nfproto @alive goto dns_to_filter");
    // Only what was meant for us is led on; others' resolvers answer for themselves.
    out.line("fib daddr type != local accept");
    write_target(out, "ipv4", target_of(plan.spare_v4));
    write_target(out, "ipv6", target_of(plan.spare_v6));
  } else {
    out.line("goto dns_to_filter");
  }
  out.end();
  // Ahead of whoever else leads port 53 somewhere.
  out.begin("chain dns");
  out.line("type nat hook prerouting priority dstnat - 5; policy accept;");
  out.line("iifname {} meta l4proto {{ tcp, udp }} th dport 53 goto dns_of_inside",
           interfaces_of(plan));
  out.end();
  if (!plan.spare_v4 && !plan.spare_v6) return;
  // A spare server answers this machine, which knows the way back.
  out.begin("chain spare_source");
  out.line("type nat hook postrouting priority srcnat - 5; policy accept;");
  write_spare_source(out, plan.spare_v4);
  write_spare_source(out, plan.spare_v6);
  out.end();
}

// --- flows: chains that refuse, keep, or hand over ---

void write_endings(Text& out, const Plan& plan) {
  const std::string inside = interfaces_of(plan);
  out.begin("chain refuse");
  out.line("meta l4proto tcp reject with tcp reset");
  // A refused port: programs give up at once, and a browser leaves QUIC for TCP.
  out.line("reject with icmpx type port-unreachable");
  out.end();

  // A download that is cut: to refuse what comes would tell its server alone. The device must
  // acknowledge it, is reset then, and answers what still comes by resets.
  out.begin("chain refuse_blocked");
  if (plan.is_open) out.line("meta nfproto != @alive accept");
  out.line("tcp flags rst accept");
  out.line("iifname != {0} oifname {0} meta l4proto tcp accept", inside);
  if (plan.has_house) {  // a bridge shows one interface for both
    out.line("ip daddr @house_v4 meta l4proto tcp accept");
    out.line("ip6 daddr @house_v6 meta l4proto tcp accept");
  }
  out.line("goto refuse");
  out.end();

  out.begin("chain accept_unless_stopped");
  if (plan.is_open) out.line("meta nfproto != @alive accept");
  // By the device's own reset the server learns that a connection which we reset is no more.
  out.line("tcp flags rst accept");
  out.line("ether saddr @stopped_macs goto refuse");
  out.line("ip saddr @stopped_v4 goto refuse");
  out.line("ip6 saddr @stopped_v6 goto refuse");
  // What comes for it: of TCP the device must acknowledge it, and is reset then.
  out.line("meta l4proto tcp accept");
  out.line("ip daddr @stopped_v4 goto refuse");
  out.line("ip6 daddr @stopped_v6 goto refuse");
  out.line("accept");
  out.end();
}

void write_save(Text& out, const Plan& plan, FlowMark flow, std::string_view name,
                std::string_view then) {
  out.begin(fmt::format("chain {}", name));
  out.line("ct mark set ct mark & {} | {}", hex(plan.mark.others()), hex(plan.mark.of(flow)));
  out.line("meta mark set meta mark & {}", hex(plan.mark.others()));
  out.line("{}", then);
  out.end();
}

void write_strict(Text& out, const Plan& plan, const std::string& inside) {
  // Whoever sends in another's name: a device must not acknowledge for its server.
  if (!plan.sources_checked.empty()) {
    out.line("iifname {} fib saddr . iif oif missing drop", quoted(plan.sources_checked));
  }
  out.line("ct state invalid drop");
  // RFC 2385: a signed segment is thrown away by whoever does not know the key, the server too.
  out.line("meta l4proto tcp reset tcp option 19");
  // What is to expire between us and the server shall not.
  out.line("iifname {0} oifname != {0} ip ttl set 64", inside);
  out.line("iifname {0} oifname != {0} ip6 hoplimit set 64", inside);
}

// A QUIC connection may begin on ports that served another one, or what was sent to be taken for
// it: it is judged. Any long header (RFC 8999, section 5.1) of a version that the gate reads is
// looked at, since an Initial may stand behind another packet of its datagram. The gate knows the
// connection that it judged by its id, and settles it again at once.
void write_quic_begins(Text& out, const Plan& plan) {
  const MarkBits mark = plan.mark;
  std::vector<std::string> versions;
  for (const auto& [number, era] : wire::kQuicVersions) {
    versions.push_back(fmt::format("{:#x}", number));
  }
  out.begin("chain quic_begins");
  out.line("ct mark & {} {} return", hex(mark.mask()), hex(mark.of(FlowMark::Blocked)));
  out.line("@th,64,8 & 0xc0 == 0xc0 @th,72,32 {} ct mark set ct mark & {}", joined(versions),
           hex(mark.others()));
  out.end();
}

std::string queue_numbers(const Plan& plan) {
  if (plan.queue_first == plan.queue_last) return fmt::format("{}", plan.queue_first);
  return fmt::format("{}-{}", plan.queue_first, plan.queue_last);
}

// So that no device takes the room of all in the kernel's table. Behind the queue: what waits there
// the kernel takes for ended, and does not count. At home a device is its MAC,
// whatever addresses it gives itself; a provider's subscriber is an address or a /64.
void write_limit(Text& out, const Plan& plan) {
  const auto write_set_of = [&out](std::string_view name, std::string_view type) {
    out.line("set {} {{ type {}; size 65535; flags dynamic; }}", name, type);
  };
  const auto write_rule = [&out](std::string_view set, std::string_view key) {
    out.line("add @{} {{ {} ct count over {} }} drop", set, key, kOpenedWhileCrowded);
  };
  if (plan.has_house) {
    write_set_of("opened_macs", "ether_addr");
  } else {
    write_set_of("opened_v4", "ipv4_addr");
    write_set_of("opened_v6", "ipv6_addr");
  }
  out.begin("chain limit_devices");
  if (plan.has_house) {
    write_rule("opened_macs", "ether saddr");
  } else {
    write_rule("opened_v4", "ip saddr");
    write_rule("opened_v6", "ip6 saddr & ffff:ffff:ffff:ffff::");
  }
  out.end();
}

void write_limit_jump(Text& out, const Plan& plan) {
  if (!plan.limits_devices) return;
  out.line("ct state new iifname {} meta nfproto @alive meta nfproto @crowded jump limit_devices",
           interfaces_of(plan));
}

// A flow about which nothing is known yet.
void write_undecided(Text& out, const Plan& plan) {
  const std::string inside = interfaces_of(plan);
  out.begin("chain undecided");
  // Errors belong to the flow that they speak of: they must not settle it.
  out.line("meta l4proto {{ icmp, ipv6-icmp }} goto accept_unless_stopped");
  out.line("ip daddr {{ 224.0.0.0/4, 255.255.255.255 }} accept");
  out.line("ip6 daddr ff00::/8 accept");
  if (plan.has_house) {
    out.line("ip saddr @house_v4 ip daddr @house_v4 goto keep");
    out.line("ip6 saddr @house_v6 ip6 daddr @house_v6 goto keep");
  }
  out.line("meta nfproto != @alive {}", plan.is_open ? "accept" : "goto refuse");
  if (plan.dot_refused) {
    out.line("iifname {} meta l4proto {{ tcp, udp }} th dport 853 goto refuse", inside);
  }
  if (plan.leads_dns) {
    // A conversation older than these rules, or of a family in which nobody listens.
    out.line("iifname {} meta l4proto {{ tcp, udp }} th dport 53 goto refuse", inside);
  }
  if (plan.is_strict) write_strict(out, plan, inside);
  switch (plan.queue_by) {
    case QueueBy::Nobody:
      write_limit_jump(out, plan);
      out.line("goto {}", plan.is_open ? "accept_unless_stopped" : "refuse");
      break;
    case QueueBy::OwnTable:
      out.line("queue {}to {}", plan.is_open ? "flags bypass " : "", queue_numbers(plan));
      break;
    case QueueBy::MangleChain:
      // Its jump asks for that.
      out.line("meta mark set meta mark & {} | {}", hex(plan.mark.others()),
               hex(plan.mark.of(FlowMark::Asked)));
      break;
  }
  out.end();
}

// A flow of HTTP: of the device each request is judged; what the server says waits for nobody. Of
// a stopped device it does not get far: the request was judged, and is again when that changes.
void write_requests(Text& out, const std::string& inside) {
  out.begin("chain requests");
  out.line("iifname {} goto undecided", inside);
  out.line("accept");
  out.end();
}

void write_flows(Text& out, const Plan& plan) {
  const MarkBits mark = plan.mark;
  const std::string inside = interfaces_of(plan);
  write_endings(out, plan);
  out.begin("chain keep");
  out.line("ct mark set ct mark & {} | {}", hex(mark.others()), hex(mark.of(FlowMark::Kept)));
  out.line("accept");
  out.end();
  if (plan.limits_devices) write_limit(out, plan);
  write_undecided(out, plan);
  write_requests(out, inside);
  const bool has_queue = plan.queue_by != QueueBy::Nobody;
  if (has_queue) write_quic_begins(out, plan);
  // Ahead of the mangle chains, where iptables' queue stands.
  out.begin("chain before_queue");
  out.line("type filter hook forward priority mangle - 10; policy accept;");
  if (has_queue) out.line("meta l4proto udp iifname {} jump quic_begins", inside);
  // Nearly every packet, asked for by itself: it shall not pay for the rest.
  out.line("ct mark & {} == {} meta nfproto != @somebody_stopped accept", hex(mark.mask()),
           hex(mark.of(FlowMark::Accepted)));
  out.line(
      "ct mark & {} vmap {{ {} : goto accept_unless_stopped, {} : goto refuse_blocked, {} : "
      "accept, {} : goto requests }}",
      hex(mark.mask()), hex(mark.of(FlowMark::Accepted)), hex(mark.of(FlowMark::Blocked)),
      hex(mark.of(FlowMark::Kept)), hex(mark.of(FlowMark::Requests)));
  out.line("iifname {} goto undecided", inside);
  out.line("oifname {} goto undecided", inside);
  out.end();
  if (!has_queue) return;
  write_save(out, plan, FlowMark::Accepted, "save_accepted", "accept");
  write_save(out, plan, FlowMark::Blocked, "save_blocked", "goto refuse");
  write_save(out, plan, FlowMark::Kept, "save_kept", "accept");
  write_save(out, plan, FlowMark::Requests, "save_requests", "accept");
  out.begin("chain not_settled");
  out.line("meta mark set meta mark & {}", hex(mark.others()));
  out.line("accept");
  out.end();
  out.begin("chain after_queue");
  out.line("type filter hook forward priority mangle + 10; policy accept;");
  write_limit_jump(out, plan);
  out.line("meta mark & {} == 0 accept", hex(mark.mask()));
  out.line(
      "meta mark & {} vmap {{ {} : goto save_accepted, {} : goto save_blocked, {} : goto "
      "save_kept, {} : goto save_requests, {} : goto not_settled }}",
      hex(mark.mask()), hex(mark.of(FlowMark::Accepted)), hex(mark.of(FlowMark::Blocked)),
      hex(mark.of(FlowMark::Kept)), hex(mark.of(FlowMark::Requests)),
      hex(mark.of(FlowMark::Asked)));
  out.end();
}

// --- the web: chains that lead connections to the proxy ---

void write_web_target(Text& out, const Plan& plan, std::string_view family,
                      const std::optional<DnsTarget>& target) {
  if (!target) return;
  const bool is_v4 = family == "ipv4";
  const std::string_view ip = is_v4 ? "ip" : "ip6";
  const std::string address = !target->address ? ""
                              : is_v4          ? target->address->to_text()
                                               : fmt::format("[{}]", target->address->to_text());
  const std::string match = fmt::format("meta nfproto {} meta l4proto tcp", family);
  if (plan.web_by == WebBy::Tproxy) {
    out.line("{} tproxy {} to {}:{} meta mark set meta mark & {} | {} accept", match, ip, address,
             target->port, hex(plan.mark.others()), hex(plan.local_mark()));
  } else if (target->address) {
    out.line("{} dnat {} to {}:{}", match, ip, address, target->port);
  } else {
    out.line("{} redirect to :{}", match, target->port);
  }
}

void write_web(Text& out, const Plan& plan) {
  out.begin("chain web_to_proxy");
  // While the filter is down, connections go where they want to, or are refused with all others.
  out.line("meta nfproto != @alive return");
  out.line("fib daddr type {{ local, broadcast, multicast }} return");
  if (plan.has_house) {
    out.line("ip daddr @house_v4 return");
    out.line("ip6 daddr @house_v6 return");
  }
  write_web_target(out, plan, "ipv4", plan.web_v4);
  write_web_target(out, plan, "ipv6", plan.web_v6);
  out.end();
  const std::string ports = fmt::format("{{ {} }}", fmt::join(plan.web_ports, ", "));
  out.begin("chain web");
  if (plan.web_by == WebBy::Tproxy) {
    out.line("type filter hook prerouting priority mangle - 5; policy accept;");
    // Of connections that stand already, from the device or from the server.
    out.line("meta l4proto tcp socket transparent 1 meta mark set meta mark & {} | {} accept",
             hex(plan.mark.others()), hex(plan.local_mark()));
  } else {
    out.line("type nat hook prerouting priority dstnat - 4; policy accept;");
  }
  out.line("iifname {} tcp dport {} goto web_to_proxy", interfaces_of(plan), ports);
  out.end();
}

void write_alive_set(Text& out, bool is_alive) {
  const std::string elements =
      is_alive ? fmt::format(" elements = {};", joined(switched_on())) : "";
  out.line("set alive {{ typeof meta nfproto; flags timeout; timeout {}s;{} }}", kAliveFor.count(),
           elements);
}

void write_chains(Text& out, const Plan& plan) {
  write_flows(out, plan);
  if (plan.leads_dns) write_dns(out, plan);
  if (plan.web_v4 || plan.web_v6) write_web(out, plan);
}

}  // namespace

std::string table_text(const Plan& plan, const Sets& sets, bool is_alive) {
  Text out;
  out.line("add table inet {}", kTable);
  out.line("delete table inet {}", kTable);
  out.begin(fmt::format("table inet {}", kTable));
  out.line("comment \"taken away by: haetae firewall remove\"");
  write_alive_set(out, is_alive);
  for (const SetText& set : set_texts(sets)) write_set(out, set);
  write_chains(out, plan);
  out.end();
  return out.take();
}

std::string sleeping_table_text(const Plan& plan, std::string_view name) {
  Text out;
  out.line("add table inet {}", name);
  out.line("delete table inet {}", name);
  out.begin(fmt::format("table inet {}", name));
  out.line("flags dormant");
  out.line("comment \"taken away by: haetae firewall remove\"");
  write_alive_set(out, false);
  for (const SetText& set : set_texts({})) write_set(out, set);
  write_chains(out, plan);
  out.end();
  return out.take();
}

std::string update_text(const Sets& before, const Sets& after) {
  if (before == after) return "";
  std::string text;
  const std::vector<SetText> old_sets = set_texts(before);
  const std::vector<SetText> new_sets = set_texts(after);
  for (std::size_t i = 0; i < new_sets.size(); ++i) {
    if (new_sets[i].elements != old_sets[i].elements) text += refill_text(new_sets[i]);
  }
  return text;
}

std::string rewrite_text(const Sets& sets) {
  std::string text;
  for (const SetText& set : set_texts(sets)) text += refill_text(set);
  return text;
}

std::string alive_text() {
  return not_alive_text() +
         fmt::format("add element inet {} alive {}\n", kTable, joined(switched_on()));
}

std::string not_alive_text() {
  return fmt::format("flush set inet {} alive\n", kTable);
}

std::string removal_text() {
  return fmt::format("add table inet {0}\ndelete table inet {0}\n", kTable);
}

}  // namespace haetae::firewall
