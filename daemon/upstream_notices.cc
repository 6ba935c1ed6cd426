#include "daemon/upstream_notices.h"

#include <fmt/core.h>

#include <algorithm>

#include "daemon/upstreams.h"

namespace haetae::daemon {
namespace {

using dns::ServerFault;

constexpr int kBeatsToLast = 3;

std::string name_of_server(const config::UpstreamServer& server) {
  const std::string name = server.tls_name.empty() ? "" : "#" + server.tls_name;
  return fmt::format("{}@{}{}", server.address.to_text(), server.port, name);
}

ServerFault fault_of(std::size_t server, const std::vector<std::unique_ptr<Worker>>& workers) {
  for (const auto& worker : workers) {
    const ServerFault fault =
        worker->upstream_report().faults[server].load(std::memory_order_relaxed);
    if (fault != ServerFault::None) return fault;
  }
  return ServerFault::None;
}

}  // namespace

template <typename State>
bool UpstreamNotices::Watched<State>::changes_to(State now) {
  beats = now == seen ? beats + 1 : 1;
  seen = now;
  if (now == told || beats < kBeatsToLast) return false;
  told = now;
  return true;
}

UpstreamNotices::UpstreamNotices(const UpstreamSettings& settings) {
  for (const config::UpstreamServer& server : tls_servers_of(settings)) {
    names_.push_back(name_of_server(server));
  }
  faults_.resize(names_.size());
}

void UpstreamNotices::look_at(const std::vector<std::unique_ptr<Worker>>& workers) {
  for (std::size_t server = 0; server < names_.size(); ++server) {
    const ServerFault fault = fault_of(server, workers);
    if (!faults_[server].changes_to(fault)) continue;
    if (fault == ServerFault::None) {
      fmt::print(stderr, "haetae: upstream {} is asked again\n", names_[server]);
    } else {
      fmt::print(stderr, "haetae: upstream {} is not asked: {}; {}\n", names_[server],
                 dns::describe(fault), dns::remedy(fault));
    }
  }
  const bool is_plain = std::ranges::any_of(workers, [](const auto& worker) {
    return worker->upstream_report().is_plain.load(std::memory_order_relaxed);
  });
  if (!plain_.changes_to(is_plain)) return;
  fmt::print(stderr, "{}\n",
             is_plain ? "haetae: WARNING: no upstream server answers over TLS: names are asked in "
                        "plain DNS, as dns.upstream.plain_fallback allows; others can read them"
                      : "haetae: names are asked over TLS again");
}

}  // namespace haetae::daemon
