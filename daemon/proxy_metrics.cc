#include "daemon/proxy_metrics.h"

#include "daemon/counter_rows.h"

namespace haetae::daemon {

Proxies proxies_of(const std::vector<std::unique_ptr<Worker>>& workers) {
  Proxies proxies;
  for (const auto& worker : workers) {
    if (worker->proxy() != nullptr) proxies.push_back(worker->proxy());
  }
  return proxies;
}

void write_proxies(admin::Exposition& out, const Proxies& proxies) {
  if (proxies.empty()) return;
  write_counters(out, "haetae_proxy", proxies, proxy::kCounterRows,
                 [](const ProxyFront& front) -> auto& { return front.counters(); });
  out.one("haetae_proxy_connections_now", admin::Exposition::Type::Gauge,
          "Connections of clients that are open.", sum_of(proxies, [](const ProxyFront& front) {
            const std::uint64_t closed = front.gauges().closed.value();
            return front.gauges().opened.value() - closed;
          }));
}

}  // namespace haetae::daemon
