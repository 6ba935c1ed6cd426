#include "daemon/metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "admin/exposition.h"
#include "admin/inspected.h"
#include "daemon/counter_rows.h"
#include "daemon/gate_metrics.h"
#include "daemon/lan_metrics.h"
#include "daemon/proxy_metrics.h"

namespace haetae::daemon {
namespace {

using admin::Exposition;
using enum Exposition::Type;

using Workers = std::vector<std::unique_ptr<Worker>>;
using Gates = std::vector<std::unique_ptr<PacketGate>>;
using Taps = std::vector<std::unique_ptr<TapWorker>>;

void write_dns(Exposition& out, const Workers& workers) {
  write_counters(out, "haetae_dns", workers, dns::kCounterRows,
                 [](const Worker& w) -> auto& { return w.counters(); });
  out.family("haetae_dns_blocked_for_total", Counter, "Replies that block, by reason.");
  for (std::size_t reason = 0; reason < policy::kReasonsCount; ++reason) {
    const double count =
        sum_of(workers, [&](const Worker& w) { return w.counters().blocked_for[reason].value(); });
    out.sample(count, {{"reason", policy::to_text(static_cast<policy::Reason>(reason))}});
  }
}

void write_upstreams(Exposition& out, const Workers& workers) {
  write_counters(out, "haetae_upstream_tls", workers, dns::kUpstreamCounterRows,
                 [](const Worker& w) -> auto& { return w.upstream_counters(); });
}

void write_fronts(Exposition& out, const Workers& workers) {
  constexpr struct {
    std::string_view name;
    std::uint64_t FrontCounts::* count;
    std::string_view sentence;
  } kRows[] = {
      {"udp_received", &FrontCounts::udp_received, "Datagrams received."},
      {"udp_sent", &FrontCounts::udp_sent, "Datagrams sent."},
      {"udp_send_failed", &FrontCounts::udp_send_failed, "Datagrams that could not be sent."},
      {"tcp_accepted", &FrontCounts::tcp_accepted, "Connections taken."},
      {"tcp_closed_idle", &FrontCounts::tcp_closed_idle, "Connections closed: nothing moved."},
      {"tcp_closed_full", &FrontCounts::tcp_closed_full, "Connections closed: no room."},
      {"tcp_closed_slow", &FrontCounts::tcp_closed_slow,
       "Connections closed: the client did not take its replies."},
  };
  for (const auto& row : kRows) {
    out.one(fmt::format("haetae_{}_total", row.name), Counter, row.sentence,
            sum_of(workers, [&](const Worker& w) { return w.front_counts().*row.count; }));
  }
}

void write_taps(Exposition& out, const Taps& taps) {
  if (taps.empty()) return;
  write_counters(out, "haetae_tap", taps, kTapCounterRows,
                 [](const TapWorker& t) -> auto& { return t.counters(); });
  out.one("haetae_tap_faulty", Gauge,
          "Workers of the tap that see nothing now, or cannot send resets.",
          sum_of(taps, [](const TapWorker& t) { return t.fault().empty() ? 0U : 1U; }));
}

// Every home of Inspectors at once.
void write_inspectors(Exposition& out, const Gates& gates, const Taps& taps,
                      const Workers& workers) {
  std::vector<admin::Inspected> homes;
  if (!gates.empty()) {
    homes.push_back({"gate", {}});
    for (const auto& gate : gates) homes.back().counters.push_back(&gate->inspector_counters());
  }
  if (!taps.empty()) {
    homes.push_back({"tap", {}});
    for (const auto& tap : taps) homes.back().counters.push_back(&tap->inspect_counters());
  }
  if (const Proxies proxies = proxies_of(workers); !proxies.empty()) {
    homes.push_back({"proxy", {}});
    for (const ProxyFront* const proxy : proxies) {
      homes.back().counters.push_back(&proxy->inspector_counters());
    }
  }
  admin::write_inspected(out, homes);
}

void write_policy(Exposition& out, const policy::Policy& policy) {
  out.one("haetae_policy_generation", Gauge, "Grows with each policy taken up.",
          static_cast<double>(policy.generation));
  out.one("haetae_profiles", Gauge, "Profiles of the policy.",
          static_cast<double>(policy.profiles.size()));
  out.one("haetae_devices", Gauge, "Devices that the policy knows.",
          static_cast<double>(policy.devices.size()));
  out.one("haetae_list_names", Gauge, "Names in the compiled lists.",
          static_cast<double>(policy.names.image().name_count()));
}

void write_firewall(Exposition& out, const FirewallKeeper& firewall) {
  const FirewallKeeper::Counters& counters = firewall.counters();
  const auto value = [](const haetae::Counter& counter) {
    return static_cast<double>(counter.value());
  };
  out.one("haetae_firewall_stands", Gauge, "Whether our rules stand in the kernel.",
          firewall.fault().empty() ? 1 : 0);
  out.one("haetae_firewall_applied_total", Counter, "Times that our rules were put up.",
          value(counters.applied));
  out.one("haetae_firewall_put_back_total", Counter,
          "Times that somebody else had changed or flushed them.", value(counters.put_back));
  out.one("haetae_firewall_failed_total", Counter, "Changes to our rules that failed.",
          value(counters.failed));
  out.one("haetae_firewall_no_room_total", Counter,
          "Addresses of stopped devices for which there was no room.", value(counters.no_room));
  out.one("haetae_profiles_stopped", Gauge, "Profiles all of whose devices are stopped now.",
          static_cast<double>(firewall.profiles_stopped()));
}

// Under the names that monitoring knows for every process.
void write_process(Exposition& out) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds_of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  out.one("process_cpu_seconds_total", Counter, "Processor time used.",
          seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  std::uint64_t size_pages = 0;
  std::uint64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> size_pages >> resident_pages;
  out.one("process_resident_memory_bytes", Gauge, "Memory in use, shared lists included.",
          static_cast<double>(resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

std::string metrics_text(const Counting& counting) {
  const auto& [published, workers, gates, taps, events, reloads, firewall] = counting;
  Exposition out;
  out.family("haetae_build_info", Gauge, "The program's version; always 1.");
  out.sample(1, {{"version", HAETAE_VERSION}});
  write_dns(out, workers);
  write_upstreams(out, workers);
  write_fronts(out, workers);
  write_gates(out, gates);
  write_taps(out, taps);
  write_inspectors(out, gates, taps, workers);
  write_proxies(out, proxies_of(workers));
  write_lan(out, published.lan);
  write_policy(out, *published.policy.current());
  out.one("haetae_events_written_total", Counter, "Events written.",
          static_cast<double>(events.written()));
  out.one("haetae_events_failed_total", Counter, "Events that could not be written.",
          static_cast<double>(events.failed()));
  out.family("haetae_reloads_total", Counter, "Reloads asked for, by what came of them.");
  out.sample(static_cast<double>(reloads.taken_up), {{"result", "taken_up"}});
  out.sample(static_cast<double>(reloads.refused), {{"result", "refused"}});
  if (firewall != nullptr) write_firewall(out, *firewall);
  write_process(out);
  return out.text();
}

}  // namespace haetae::daemon
