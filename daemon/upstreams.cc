#include "daemon/upstreams.h"

#include <algorithm>

namespace haetae::daemon {
namespace {

std::vector<config::UpstreamServer> plain_servers_of(const UpstreamSettings& settings) {
  std::vector<config::UpstreamServer> servers;
  std::ranges::remove_copy_if(settings.servers, std::back_inserter(servers),
                              &config::UpstreamServer::over_tls);
  return servers;
}

UnboundSettings everything_by_unbound(const UpstreamSettings& settings) {
  return {.mode = settings.mode,
          .servers = settings.servers,
          .validate = settings.validate,
          .trust_anchor_file = settings.trust_anchor_file,
          .stubs = settings.stubs};
}

// A name outside that a stub zone leads to is not asked: in plain DNS it must not be.
UnboundSettings stubs_by_unbound(const UpstreamSettings& settings) {
  return {.mode = config::UpstreamMode::Forward,
          .servers = {},
          .validate = false,
          .trust_anchor_file = {},
          .stubs = settings.stubs};
}

UnboundSettings plain_by_unbound(const UpstreamSettings& settings) {
  return {.mode = config::UpstreamMode::Forward,
          .servers = plain_servers_of(settings),
          .validate = false,
          .trust_anchor_file = {},
          .stubs = {}};
}

}  // namespace

std::vector<config::UpstreamServer> tls_servers_of(const UpstreamSettings& settings) {
  std::vector<config::UpstreamServer> servers;
  if (settings.mode != config::UpstreamMode::Forward) return servers;
  std::ranges::copy_if(settings.servers, std::back_inserter(servers),
                       &config::UpstreamServer::over_tls);
  return servers;
}

std::expected<std::unique_ptr<Upstreams>, std::string> Upstreams::make(
    const Parts& parts, const UpstreamSettings& settings) {
  std::unique_ptr<Upstreams> made(new Upstreams);
  const auto add_unbound = [&](std::unique_ptr<UnboundUpstream>& to,
                               const UnboundSettings& how) -> std::expected<void, std::string> {
    auto unbound = UnboundUpstream::make(parts.io, how, parts.on_answer);
    if (!unbound) return std::unexpected(unbound.error());
    to = std::move(*unbound);
    return {};
  };
  std::vector<config::UpstreamServer> tls_servers = tls_servers_of(settings);
  if (tls_servers.empty()) {
    if (auto added = add_unbound(made->unbound_, everything_by_unbound(settings)); !added) {
      return std::unexpected(added.error());
    }
    return made;
  }
  for (const config::StubZone& stub : settings.stubs) {
    made->stub_zones_.push_back(stub.zone == "." ? Name() : *Name::from_text(stub.zone));
  }
  if (!settings.stubs.empty()) {
    if (auto added = add_unbound(made->unbound_, stubs_by_unbound(settings)); !added) {
      return std::unexpected(added.error());
    }
  }
  if (settings.plain_fallback) {
    if (auto added = add_unbound(made->plain_, plain_by_unbound(settings)); !added) {
      return std::unexpected(added.error());
    }
  }
  auto tls = TlsUpstream::make({.io = parts.io,
                                .on_answer = parts.on_answer,
                                .counters = parts.counters,
                                .report = parts.report,
                                .plain = made->plain_.get()},
                               std::move(tls_servers), settings.ca_file);
  if (!tls) return std::unexpected(tls.error());
  made->tls_ = std::move(*tls);
  return made;
}

std::expected<void, std::string> Upstreams::try_out(const UpstreamSettings& settings) {
  boost::asio::io_context io{1};
  dns::UpstreamCounters counters;
  const auto tried = make({.io = io,
                           .on_answer = {},
                           .counters = counters,
                           .report = std::make_shared<dns::UpstreamReport>()},
                          settings);
  if (!tried) return std::unexpected(tried.error());
  return {};
}

bool Upstreams::resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept {
  if (tls_ == nullptr) return unbound_->resolve(question, token);
  const bool is_in_stub = std::ranges::any_of(
      stub_zones_, [&](const Name& zone) { return question.name.is_under(zone); });
  return is_in_stub ? unbound_->resolve(question, token) : tls_->resolve(question, token);
}

std::size_t Upstreams::in_flight() const noexcept {
  return (tls_ == nullptr ? 0 : tls_->in_flight()) +
         (unbound_ == nullptr ? 0 : unbound_->in_flight()) +
         (plain_ == nullptr ? 0 : plain_->in_flight());
}

}  // namespace haetae::daemon
