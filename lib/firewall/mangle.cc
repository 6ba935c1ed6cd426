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

}  // namespace

std::string mangle_text(const Plan& plan, bool is_v4, bool has_jump) {
  std::string text = "*mangle\n";
  const auto line = [&text](std::string_view rule) { text.append(rule).append("\n"); };
  line(fmt::format(":{} - [0:0]", kMangleChain));  // emptied if it is there
  line(fmt::format("-A {} -m connmark ! --mark 0x0/{:#x} -j RETURN", kMangleChain,
                   plan.mark.mask()));
  line(fmt::format("-A {} -p {} -j RETURN", kMangleChain, is_v4 ? "icmp" : "ipv6-icmp"));
  // Broadcast and multicast, which a bridge shows us, too.
  if (is_v4) line(fmt::format("-A {} -d 255.255.255.255 -j RETURN", kMangleChain));
  line(fmt::format("-A {} -d {} -j RETURN", kMangleChain, is_v4 ? "224.0.0.0/4" : "ff00::/8"));
  const std::string queues =
      plan.queue_first == plan.queue_last
          ? fmt::format("--queue-num {}", plan.queue_first)
          : fmt::format("--queue-balance {}:{}", plan.queue_first, plan.queue_last);
  for (const std::string_view side : {"-i", "-o"}) {
    for (const std::string& name : plan.inside) {
      line(fmt::format("-A {} {} {} -j NFQUEUE {}{}", kMangleChain, side, name, queues,
                       plan.is_open ? " --queue-bypass" : ""));
    }
  }
  if (!has_jump) line(fmt::format("-I FORWARD 1 -j {}", kMangleChain));
  line("COMMIT");
  return text;
}

std::size_t count_jumps(std::string_view saved) {
  std::size_t count = 0;
  for_each_line(saved, [&count](std::string_view line) { count += line == kMangleJump ? 1 : 0; });
  return count;
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
