#include <fmt/format.h>

#include <algorithm>

#include "firewall/ruleset.h"

namespace haetae::firewall {
namespace {

template <typename Take>
void for_each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Programs of the kernel's packet filter (BPF), from the IP header on: true for a TCP segment with
// ACK, without SYN, FIN and RST (RFC 9293, section 3.1), whose header is all there is of it. No
// length alone says so: headers have options, and a segment may carry one octet.
constexpr std::string_view kBareAckV4 =
    "14,"
    "177 0 0 0,"                      // X = length of the IP header
    "80 0 0 13,84 0 0 23,21 0 9 16,"  // the flags
    "80 0 0 12,116 0 0 2,84 0 0 60,"  // length of the TCP header
    "12 0 0 0,7 0 0 0,"               // X = both headers
    "40 0 0 2,28 0 0 0,21 0 1 0,"     // total length - X == 0
    "6 0 0 65535,6 0 0 0";
constexpr std::string_view kBareAckV6 =
    "14,"
    "48 0 0 6,21 0 11 6,"             // TCP right behind the IP header
    "48 0 0 53,84 0 0 23,21 0 8 16,"  // the flags
    "48 0 0 52,116 0 0 2,84 0 0 60,"  // length of the TCP header
    "7 0 0 0,"                        // X = it
    "40 0 0 4,28 0 0 0,21 0 1 0,"     // payload length - X == 0
    "6 0 0 65535,6 0 0 0";

// The chain's rules, as iptables-save writes them.
std::string rules_of(const Plan& plan, bool is_v4) {
  std::string text;
  const auto rule = [&text](std::string_view words) {
    text += fmt::format("-A {} {}\n", kMangleChain, words);
  };
  rule(fmt::format("-m connmark ! --mark 0x0/{:#x} -j RETURN", plan.mark.mask()));
  // The filter hangs, or does not run.
  if (plan.is_open) rule(fmt::format("-m mark ! --mark 0x0/{:#x} -j RETURN", plan.mark.mask()));
  // Errors belong to the flow that they speak of.
  rule(fmt::format("-p {} -j RETURN", is_v4 ? "icmp" : "ipv6-icmp"));
  // Broadcast and multicast, which a bridge shows us, too.
  if (is_v4) rule("-d 255.255.255.255/32 -j RETURN");
  rule(fmt::format("-d {} -j RETURN", is_v4 ? "224.0.0.0/4" : "ff00::/8"));
  if (plan.spares_bare_acks) {
    for (const std::string& name : plan.inside) {
      rule(fmt::format("-i {} -p tcp -m bpf --bytecode \"{}\" -j RETURN", name,
                       is_v4 ? kBareAckV4 : kBareAckV6));
    }
  }
  const std::string queues =
      plan.queue_first == plan.queue_last
          ? fmt::format("--queue-num {}", plan.queue_first)
          : fmt::format("--queue-balance {}:{}", plan.queue_first, plan.queue_last);
  for (const std::string_view side : {"-i", "-o"}) {
    for (const std::string& name : plan.inside) {
      rule(fmt::format("{} {} -j NFQUEUE {}{}", side, name, queues,
                       plan.is_open ? " --queue-bypass" : ""));
    }
  }
  return text;
}

}  // namespace

std::string mangle_text(const Plan& plan, bool is_v4, bool has_jump) {
  // A chain that is there already is emptied.
  return fmt::format("*mangle\n:{0} - [0:0]\n{1}{2}COMMIT\n", kMangleChain, rules_of(plan, is_v4),
                     has_jump ? "" : fmt::format("-I FORWARD 1 -j {}\n", kMangleChain));
}

std::string saved_mangle_text(const Plan& plan, bool is_v4) {
  return fmt::format(":{} - [0:0]\n{}\n{}", kMangleChain, kMangleJump, rules_of(plan, is_v4));
}

std::size_t count_jumps(std::string_view saved) {
  std::size_t count = 0;
  for_each_line(saved, [&count](std::string_view line) { count += line == kMangleJump ? 1 : 0; });
  return count;
}

std::string own_mangle_lines(std::string_view saved) {
  const std::string chain = fmt::format(":{} ", kMangleChain);
  const std::string rule = fmt::format("-A {} ", kMangleChain);
  std::string ours;
  for_each_line(saved, [&](std::string_view line) {
    if (line == kMangleJump || line.starts_with(chain) || line.starts_with(rule)) {
      ours.append(line).append("\n");
    }
  });
  return ours;
}

std::string mangle_removal_text(std::string_view saved) {
  bool has_chain = false;
  for_each_line(saved, [&has_chain](std::string_view line) {
    has_chain = has_chain || line.starts_with(fmt::format(":{} ", kMangleChain));
  });
  if (!has_chain) return "";
  std::string text = "*mangle\n";
  for (std::size_t jumps = count_jumps(saved); jumps > 0; --jumps) {
    text += fmt::format("-D FORWARD -j {}\n", kMangleChain);
  }
  text += fmt::format("-F {0}\n-X {0}\nCOMMIT\n", kMangleChain);
  return text;
}

}  // namespace haetae::firewall
