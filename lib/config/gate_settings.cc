#include <algorithm>
#include <bit>
#include <charconv>

#include "base/limits.h"
#include "config/settings.h"
#include "config/types.h"

namespace haetae::config {
namespace {

constexpr std::size_t kInterfaceBytesMax = 15;  // IFNAMSIZ less its end
constexpr std::size_t kInsideMax = 64;          // interfaces of filtered networks
constexpr std::size_t kUnresolvedExceptMax = 1024;
constexpr int kQueuesMax = 256;

// Names that mean the same to nft and to iptables, where `+` and `*` stand for others.
Type<std::string> inside_interface() {
  return parsed<std::string>(
      "interface", "the name of one interface", "write it as br-kids; see `ip link`",
      [](std::string_view text) -> std::optional<std::string> {
        const bool is_plain = std::ranges::all_of(text, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-_.@").contains(c);
        });
        if (text.empty() || text.size() > kInterfaceBytesMax || !is_plain || text.front() == '-') {
          return std::nullopt;
        }
        return std::string(text);
      });
}

// Three neighbouring bits of a mark: "0x70000000".
Type<std::uint32_t> three_bits() {
  return parsed<std::uint32_t>("0x…", "three neighbouring bits", "write it as 0x70000000",
                               [](std::string_view text) -> std::optional<std::uint32_t> {
                                 if (!text.starts_with("0x")) return std::nullopt;
                                 text.remove_prefix(2);
                                 std::uint32_t bits = 0;
                                 constexpr int kHexadecimal = 16;
                                 const auto [end, error] = std::from_chars(
                                     text.data(), text.data() + text.size(), bits, kHexadecimal);
                                 if (error != std::errc{} || end != text.data() + text.size())
                                   return std::nullopt;
                                 if (bits == 0 || bits >> std::countr_zero(bits) != 7)
                                   return std::nullopt;
                                 return bits;
                               });
}

const Table<Gate>& queue_table() {
  static const Table<Gate> table{{
      row("first", &Gate::queue_first, number(0, 65535), "4660",
          "The first number; those after it belong to the other workers."),
      row("count", &Gate::queue_count, number_or_auto(kQueuesMax), "auto",
          "How many; auto: one for each worker."),
  }};
  return table;
}

}  // namespace

const Table<Gate>& gate_table() {
  static const Table<Gate> table{{
      row("mode", &Gate::mode,
          choice<GateMode>({{"off", GateMode::Off}, {"queue", GateMode::Queue}}), "off",
          "queue: rule what passes through this machine; DEPLOY.md says where it must stand for "
          "that."),
      row("inside", &Gate::inside, list_of(inside_interface(), kInsideMax), "[]",
          "Interfaces of the filtered networks, as br-kids; of a transparent bridge the bridge "
          "itself."),
      row("when_down", &Gate::when_down,
          maybe(choice<WhenDown>({{"open", WhenDown::Open}, {"closed", WhenDown::Closed}})), "",
          "While the filter does not run: open, the network works as without it; closed, nothing "
          "new passes. By default open, and closed in a school."),
      row("when_down_dns", &Gate::when_down_dns,
          list_of(plain_server(), limits::kUpstreamServersMax), "[]",
          "With when_down: open, the plain DNS servers that devices are led to while the filter "
          "does not run; by default those of dns.upstream."),
      row("strict", &Gate::strict, yes_no(), "false",
          "true: also stop tricks that need packets which no server reads, and UDP to port 443 "
          "that "
          "is no QUIC; EVASIONS.md says how. Costs a packet more a connection; traceroute and a "
          "few "
          "odd devices suffer."),
      row("dns", &Gate::dns, yes_no(), "true",
          "Lead DNS (port 53) of the inside to the filter, whoever it was sent to."),
      row("dot", &Gate::dot_refused, choice<bool>({{"refuse", true}, {"allow", false}}), "refuse",
          "DNS over TLS or QUIC (port 853) to others."),
      row("unresolved", &Gate::unresolved_refused,
          choice<bool>({{"refuse", true}, {"allow", false}}), "allow",
          "Addresses of the internet that no DNS answer of the filter gave to the device; refuse "
          "also ends calls and games that find each other without DNS."),
      row("unresolved_except", &Gate::unresolved_except, list_of(cidr(), kUnresolvedExceptMax),
          "[]", "Networks that unresolved: refuse leaves alone, as those of a game or of calls."),
      whole_row("queue", section(queue_table()), "{}", "Numbers of the kernel's packet queues."),
      row("mark", &Gate::mark, three_bits(), R"("0x70000000")",
          "The three bits of packet and connection marks that are the filter's; others must not "
          "use them."),
  }};
  return table;
}

}  // namespace haetae::config
