#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "firewall/packet_programs.h"
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

std::string match(const std::string& program) {
  return fmt::format("-m bpf --bytecode \"{}\"", program);
}

std::size_t queue_count(const Plan& plan) {
  return std::size_t{plan.queue_last} - plan.queue_first + 1;
}

using Rules = std::vector<std::string>;

// What opens a connection is told to the worker that will be asked about the rest, which need not
// be waited for; acknowledgements of devices that carry nothing pass untold.
void write_spared(const Plan& plan, bool is_v4, Rules& out) {
  constexpr std::string_view kSyn = "-p tcp -m tcp --tcp-flags SYN SYN";
  const std::size_t count = queue_count(plan);
  for (const std::string_view side : {"-i", "-o"}) {
    for (const std::string& name : plan.inside) {
      for (std::size_t i = 0; i < count; ++i) {
        out.push_back(fmt::format(
            "{} {} {} {} -j NFLOG --nflog-group {}", side, name, kSyn,
            match(count == 1 ? opening_program(is_v4) : opening_share_program(is_v4, i, count)),
            plan.queue_first + i));
      }
      out.push_back(
          fmt::format("{} {} {} {} -j RETURN", side, name, kSyn, match(opening_program(is_v4))));
    }
  }
  for (const std::string& name : plan.inside) {
    out.push_back(fmt::format("-i {} -p tcp {} -j RETURN", name, match(bare_ack_program(is_v4))));
  }
}

// All packets of a connection go to the same queue. The kernel's own balance would do as well, but
// only it knows how; so it is left to it where nobody else need know.
void write_queues(const Plan& plan, bool is_v4, Rules& out) {
  const std::size_t count = queue_count(plan);
  const std::string_view bypass = plan.is_open ? " --queue-bypass" : "";
  for (const std::string_view side : {"-i", "-o"}) {
    for (const std::string& name : plan.inside) {
      const std::string from = fmt::format("{} {}", side, name);
      if (count > 1 && !plan.spares_openings) {
        out.push_back(fmt::format("{} -j NFQUEUE --queue-balance {}:{}{}", from, plan.queue_first,
                                  plan.queue_last, bypass));
        continue;
      }
      for (std::size_t i = 0; i + 1 < count; ++i) {
        out.push_back(fmt::format("{} {} -j NFQUEUE --queue-num {}{}", from,
                                  match(share_program(is_v4, i, count)), plan.queue_first + i,
                                  bypass));
      }
      out.push_back(fmt::format("{} -j NFQUEUE --queue-num {}{}", from, plan.queue_last, bypass));
    }
  }
}

// The chain's rules, as iptables-save writes them.
std::string rules_of(const Plan& plan, bool is_v4) {
  Rules rules;
  if (plan.spares_openings) write_spared(plan, is_v4, rules);
  write_queues(plan, is_v4, rules);
  std::string text;
  for (const std::string& rule : rules) text += fmt::format("-A {} {}\n", kMangleChain, rule);
  return text;
}

// What leads to the chain, behind "FORWARD": only what our table wants to be asked about, so that
// all else passes by one test, and what is asked about is said in one place.
std::string jump_of(const Plan& plan) {
  return fmt::format("-m mark --mark {:#x}/{:#x} -j {}", plan.mark.of(policy::FlowMark::Asked),
                     plan.mark.mask(), kMangleChain);
}

// Of any plan, an older program's too.
constexpr std::string_view kJumpBegins = "-A FORWARD ";
bool is_jump(std::string_view line) {
  return line.starts_with(kJumpBegins) && line.ends_with(fmt::format("-j {}", kMangleChain));
}

std::string without_jumps(std::string_view saved) {
  std::string text;
  for_each_line(saved, [&text](std::string_view line) {
    if (is_jump(line)) text += fmt::format("-D FORWARD {}\n", line.substr(kJumpBegins.size()));
  });
  return text;
}

}  // namespace

std::string mangle_text(const Plan& plan, bool is_v4, std::string_view saved) {
  // A chain that is there already is emptied.
  return fmt::format("*mangle\n:{} - [0:0]\n{}{}-I FORWARD 1 {}\nCOMMIT\n", kMangleChain,
                     without_jumps(saved), rules_of(plan, is_v4), jump_of(plan));
}

std::string saved_mangle_text(const Plan& plan, bool is_v4) {
  return fmt::format(":{} - [0:0]\n{}{}\n{}", kMangleChain, kJumpBegins, jump_of(plan),
                     rules_of(plan, is_v4));
}

std::string own_mangle_lines(std::string_view saved) {
  const std::string chain = fmt::format(":{} ", kMangleChain);
  const std::string rule = fmt::format("-A {} ", kMangleChain);
  std::string ours;
  for_each_line(saved, [&](std::string_view line) {
    if (is_jump(line) || line.starts_with(chain) || line.starts_with(rule)) {
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
  return fmt::format("*mangle\n{0}-F {1}\n-X {1}\nCOMMIT\n", without_jumps(saved), kMangleChain);
}

}  // namespace haetae::firewall
