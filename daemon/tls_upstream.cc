#include "daemon/tls_upstream.h"

#include <boost/asio/steady_timer.hpp>
#include <random>

#include "daemon/clock.h"
#include "daemon/tls_pool.h"
#include "dns/forwarder.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// While a question is on its way, and while only idle connections are to be looked after.
constexpr milliseconds kTickInFlight{50};
constexpr milliseconds kTickIdle{1000};

}  // namespace

struct TlsUpstream::Impl final : dns::ServerLinks, std::enable_shared_from_this<Impl> {
  Impl(Parts all, TlsContext tls, std::vector<config::UpstreamServer> servers)
      : parts(std::move(all)),
        context(std::move(tls)),
        forwarder(servers.size(), std::random_device{}(),
                  {.links = *this, .report = *parts.report, .counters = parts.counters}),
        tick(parts.io) {
    for (config::UpstreamServer& server : servers) {
      pools.push_back(
          std::make_unique<TlsPool>(TlsPool::Parts{parts.io, context, forwarder, parts.counters},
                                    pools.size(), std::move(server)));
    }
  }

  // dns::ServerLinks
  dns::SendOutcome send(std::size_t server, dns::AttemptId attempt) noexcept override {
    return pools[server]->send(attempt, read_clock().monotonic);
  }
  void reset(std::size_t server) noexcept override { pools[server]->reset(); }
  bool send_plainly(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override {
    return parts.plain != nullptr && parts.plain->resolve(question, token);
  }
  void deliver(std::uint64_t token, const dns::UpstreamAnswer& answer) noexcept override {
    parts.on_answer(token, answer);
  }

  void arm_tick(milliseconds after) {
    tick_period = after;
    tick.expires_after(after);
    // A timer that ran out can no longer be cancelled: its handler may come after our end.
    tick.async_wait([self = weak_from_this()](const error_code& error) {
      const std::shared_ptr<Impl> alive = error ? nullptr : self.lock();
      if (alive != nullptr) alive->on_tick();
    });
  }

  void on_tick() {
    const Monotonic now = read_clock().monotonic;
    forwarder.on_tick(now);
    bool is_busy = false;
    for (const auto& pool : pools) {
      pool->on_tick(now);
      is_busy |= pool->has_connections();
    }
    tick_period = milliseconds{0};
    if (!forwarder.is_idle()) {
      arm_tick(kTickInFlight);
    } else if (is_busy) {
      arm_tick(kTickIdle);
    }
  }

  Parts parts;
  TlsContext context;
  dns::Forwarder forwarder;
  std::vector<std::unique_ptr<TlsPool>> pools;
  asio::steady_timer tick;
  milliseconds tick_period{0};  // 0: not armed
};

std::expected<std::unique_ptr<TlsUpstream>, std::string> TlsUpstream::make(
    Parts parts, std::vector<config::UpstreamServer> servers,
    const std::filesystem::path& ca_file) {
  auto context = TlsContext::make(ca_file);
  if (!context) return std::unexpected(context.error());
  return std::unique_ptr<TlsUpstream>(new TlsUpstream(
      std::make_shared<Impl>(std::move(parts), std::move(*context), std::move(servers))));
}

TlsUpstream::TlsUpstream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsUpstream::~TlsUpstream() = default;

bool TlsUpstream::resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept {
  const bool is_started = impl_->forwarder.resolve(question, token, read_clock().monotonic);
  // Forwarding within a tick arms the next one by itself.
  if (impl_->tick_period != kTickInFlight) impl_->arm_tick(kTickInFlight);
  return is_started;
}

std::size_t TlsUpstream::in_flight() const noexcept {
  return impl_->forwarder.in_flight();
}

}  // namespace haetae::daemon
