#pragma once

#include <boost/asio/io_context.hpp>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/name.h"
#include "daemon/tls_upstream.h"
#include "daemon/unbound_upstream.h"
#include "daemon/upstream_settings.h"
#include "dns/upstream.h"
#include "dns/upstream_report.h"

namespace haetae::daemon {

// All that one worker asks, put together by the settings: servers over TLS by our own client; plain
// servers, recursion and stub zones by libunbound. Made anew, as a whole, when settings change.
class Upstreams final : public dns::Upstream {
 public:
  struct Parts {
    boost::asio::io_context& io;
    OnAnswer on_answer;
    dns::UpstreamCounters& counters;
    std::shared_ptr<dns::UpstreamReport> report;  // of the servers over TLS, in their order
  };
  // Error: what is refused, for a person.
  static std::expected<std::unique_ptr<Upstreams>, std::string> make(
      const Parts& parts, const UpstreamSettings& settings);
  // The same without keeping it: what make() would say.
  static std::expected<void, std::string> try_out(const UpstreamSettings& settings);

  // on_answer may be called before this returns.
  bool resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override;
  // Questions without an answer yet: only without any may it be deleted, since that fails them.
  std::size_t in_flight() const noexcept;

 private:
  Upstreams() = default;

  std::vector<Name> stub_zones_;              // asked at unbound_ where TLS is asked for the rest
  std::unique_ptr<UnboundUpstream> unbound_;  // everything without TLS, else the stub zones
  std::unique_ptr<UnboundUpstream> plain_;    // while no server answers over TLS
  std::unique_ptr<TlsUpstream> tls_;          // uses plain_
};

// The servers that are asked over TLS, in the order of UpstreamReport::faults; none if libunbound
// does everything.
std::vector<config::UpstreamServer> tls_servers_of(const UpstreamSettings& settings);

}  // namespace haetae::daemon
