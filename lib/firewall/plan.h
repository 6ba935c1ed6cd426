#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "config/config.h"
#include "policy/flow_mark.h"

namespace haetae::firewall {

// Who hands undecided packets to the gate.
enum class QueueBy : std::uint8_t {
  Nobody,       // this kernel cannot: nothing is looked at
  OwnTable,     // nft's own `queue`
  MangleChain,  // a chain of ours in the mangle tables of iptables
};

// How web connections come to the proxy.
enum class WebBy : std::uint8_t {
  Nobody,    // the proxy is not transparent
  Tproxy,    // with all their addresses on: servers see the device's own
  Redirect,  // rewritten to us: servers see this machine's
};

// Where DNS, or the web, of one family is led.
struct DnsTarget {
  std::optional<IpAddress> address;  // none: the address of the interface by which it came
  std::uint16_t port = 53;
  friend bool operator==(const DnsTarget&, const DnsTarget&) = default;
};

// What the firewall is to say, whoever is stopped and alive just now. Made from a checked
// configuration: its names stand in the text of rules as they are.
struct Plan {
  std::vector<std::string> inside;  // in order, each once
  policy::MarkBits mark{0x70000000};
  bool is_open = true;  // when the filter is down
  bool has_house = true;
  bool is_strict = false;
  bool unresolved_refused = false;
  bool dot_refused = true;
  // Strict: of the inside, where a packet's source must lie. What a bridge lets pass is not routed:
  // routes say nothing of it.
  std::vector<std::string> sources_checked;

  // The kernel can count a device's connections, so that none fills the kernel's table alone.
  bool limits_devices = false;

  QueueBy queue_by = QueueBy::Nobody;
  std::uint16_t queue_first = 0;
  std::uint16_t queue_last = 0;
  // What opens a TCP connection passes while the gate is told of it, and acknowledgements of
  // devices that carry nothing pass untold: waiting for a verdict on those would be most of what a
  // new connection costs.
  bool spares_openings = false;

  bool leads_dns = true;
  // None: nobody listens in that family, and its DNS to others is refused.
  std::optional<DnsTarget> dns_v4, dns_v6;
  std::vector<IpAddress> listeners;  // with port 53: what is sent to them is right already
  // For DNS that is sent to this machine while the filter is down; with is_open only.
  std::optional<config::Endpoint> spare_v4, spare_v6;
  WebBy web_by = WebBy::Nobody;
  std::vector<int> web_ports;                   // in order, each once
  std::vector<config::Endpoint> web_listeners;  // the proxy's
  std::optional<DnsTarget> web_v4, web_v6;  // None: connections of that family pass the gate alone
  // The mark of a packet that ends at this machine whatever address it is sent to: it is routed by
  // a rule of ours. On its way through others it stands for something else.
  std::uint32_t local_mark() const noexcept { return mark.of(policy::FlowMark::Kept); }

  // Whom the filter itself asks: were they led to us, questions would run in a circle.
  std::vector<IpAddress> upstreams;
};

// workers: as many queues as that, unless the configuration says how many.
Plan plan_of(const config::Config& config, std::size_t workers, QueueBy queue_by);

// Where there is a transparent proxy: connections are led to it in this way. plan_of() takes Tproxy
// for granted.
void lead_web_by(WebBy by, Plan& plan);

}  // namespace haetae::firewall
