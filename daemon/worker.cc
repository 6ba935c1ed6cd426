#include "daemon/worker.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <thread>

#include "base/limits.h"
#include "daemon/clock.h"
#include "daemon/tcp_front.h"
#include "daemon/udp_front.h"
#include "daemon/wake.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// How often waiting queries are looked at, and how often an idle worker takes up a new policy: an
// old image is let go within seconds even when nobody asks.
constexpr milliseconds kTickWhileHolding{5};
constexpr milliseconds kTickWhileWaiting{50};
constexpr milliseconds kTickIdle{1000};

}  // namespace

struct Worker::Impl final : dns::Upstream, dns::ReplySink, dns::NeighbourSearch {
  explicit Impl(const Published& all)
      : tick(io),
        published(all),
        lan_watch(published.lan),
        lan{lan_watch.links(), lan_watch.neighbours(), *this},
        service({published.policy, published.standing, published.settings, *this, *this, events,
                 counters, &lan, published.resolved}) {
    lan_watch.add_worker(wishes, found);
  }

  // dns::Upstream: the current context; a question also makes the tick quick.
  bool resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override {
    tick_within(kTickWhileWaiting);
    return upstream->resolve(question, token);
  }

  // dns::NeighbourSearch: what finds no room is asked for by the next query.
  void look_for(std::uint32_t interface, const IpAddress& address) noexcept override {
    tick_within(kTickWhileHolding);
    if (wishes.push({interface, address})) lan_watch.wishes_wake().ring();
  }

  // dns::ReplySink
  void send(const dns::Client& client, Bytes reply) noexcept override {
    if (client.transport == dns::Transport::Inside) {
      proxy->on_reply(client, reply);
    } else if (client.transport == dns::Transport::Udp) {
      udp[client.socket]->send(client, reply);
    } else {
      tcp[client.socket]->send(client, reply);
    }
  }

  std::expected<std::unique_ptr<Upstreams>, std::string> make_upstream(
      const UpstreamSettings& settings, std::shared_ptr<dns::UpstreamReport> into) {
    return Upstreams::make({.io = io,
                            .on_answer =
                                [this](std::uint64_t token, const dns::UpstreamAnswer& answer) {
                                  service.on_answer(token, answer, read_clock());
                                },
                            .counters = upstream_counters,
                            .report = std::move(into)},
                           settings);
  }

  void open_fronts(std::vector<DnsSockets> own_sockets) {
    sockets = std::move(own_sockets);
    for (std::uint32_t number = 0; number < sockets.size(); ++number) {
      udp.push_back(std::make_unique<UdpFront>(io, sockets[number], number, service));
      tcp.push_back(std::make_unique<TcpFront>(io, sockets[number], number, service));
    }
  }

  void run() {
    for (const auto& front : udp) front->start();
    for (const auto& front : tcp) front->start();
    if (proxy) proxy->start();
    found.listen(io, [this] { service.on_neighbours(read_clock()); });
    arm_tick(kTickIdle);
    io.run();
  }

  void tick_within(milliseconds time) {
    if (time < tick_after) arm_tick(time);
  }

  void arm_tick(milliseconds after) {
    tick_after = after;
    tick.expires_after(after);
    tick.async_wait([this](const error_code& error) {
      if (!error) on_tick();
    });
  }

  void on_tick() {
    beats.add();
    service.begin_batch();
    service.on_tick(read_clock());
    // An upstream is deleted only when nothing of it is in flight: deleting fails what is.
    std::erase_if(retired, [](const auto& old) { return old->in_flight() == 0; });
    if (draining && (is_drained() || read_clock().monotonic >= drain_until)) {
      io.stop();
      return;
    }
    const bool is_waiting = draining || service.waiting() > 0;
    arm_tick(service.held() > 0 ? kTickWhileHolding : is_waiting ? kTickWhileWaiting : kTickIdle);
  }

  bool is_drained() const {
    return service.waiting() == 0 && (!proxy || !proxy->is_busy()) &&
           std::ranges::none_of(tcp, [](const auto& front) { return front->is_writing(); });
  }

  void begin_drain() {
    draining = true;
    drain_until = read_clock().monotonic + limits::kDrainMax;
    for (const auto& front : udp) front->stop_receiving();
    for (const auto& front : tcp) front->stop_receiving();
    if (proxy) proxy->stop_receiving();
    arm_tick(kTickWhileWaiting);
  }

  asio::io_context io{1};
  asio::steady_timer tick;
  milliseconds tick_after{0};
  bool draining = false;
  Monotonic drain_until;
  Ring<event::Event> events{limits::kEventRingSlots};
  LookForRing wishes{limits::kWishesSlots};
  Wake found;
  dns::Counters counters;
  Counter beats;
  Published published;
  LanWatch& lan_watch;
  dns::Lan lan;
  dns::Service service;
  dns::UpstreamCounters upstream_counters;
  std::shared_ptr<dns::UpstreamReport> report = std::make_shared<dns::UpstreamReport>();
  std::unique_ptr<Upstreams> upstream;
  std::list<std::unique_ptr<Upstreams>> retired;
  std::vector<DnsSockets> sockets;
  std::vector<std::unique_ptr<UdpFront>> udp;
  std::vector<std::unique_ptr<TcpFront>> tcp;
  std::unique_ptr<ProxyFront> proxy;
  std::jthread thread;
};

std::expected<std::unique_ptr<Worker>, std::string> Worker::make(const Published& published,
                                                                 std::vector<DnsSockets> sockets,
                                                                 const UpstreamSettings& settings) {
  auto impl = std::make_unique<Impl>(published);
  auto upstream = impl->make_upstream(settings, impl->report);
  if (!upstream) return std::unexpected(upstream.error());
  impl->upstream = std::move(*upstream);
  impl->open_fronts(std::move(sockets));
  return std::unique_ptr<Worker>(new Worker(std::move(impl)));
}

Worker::Worker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Worker::~Worker() {
  impl_->io.stop();
  join();
}

void Worker::open_proxy(const config::Proxy& settings, std::vector<ProxyListener> listeners) {
  const Published& published = impl_->published;
  impl_->proxy = std::make_unique<ProxyFront>(
      ProxyFront::Parts{impl_->io, published.policy, published.standing, *published.resolved,
                        published.lan, impl_->events, impl_->service, published.pages},
      settings, std::move(listeners));
}

void Worker::start() {
  impl_->thread = std::jthread([this] { impl_->run(); });
}

void Worker::change_upstream(const UpstreamSettings& settings) {
  impl_->report = std::make_shared<dns::UpstreamReport>();
  asio::post(impl_->io, [this, settings, report = impl_->report] {
    auto next = impl_->make_upstream(settings, report);
    if (!next) return;  // the supervisor tried the same settings before: only memory can fail here
    impl_->retired.push_back(std::exchange(impl_->upstream, std::move(*next)));
  });
}

void Worker::drain() {
  asio::post(impl_->io, [this] { impl_->begin_drain(); });
}

void Worker::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::uint64_t Worker::beats() const noexcept {
  return impl_->beats.value();
}
const dns::Counters& Worker::counters() const noexcept {
  return impl_->counters;
}
FrontCounts Worker::front_counts() const noexcept {
  FrontCounts counts;
  for (const auto& front : impl_->udp) {
    counts.udp_received += front->counters().received.value();
    counts.udp_sent += front->counters().sent.value();
    counts.udp_send_failed += front->counters().send_failed.value();
  }
  for (const auto& front : impl_->tcp) {
    counts.tcp_accepted += front->counters().accepted.value();
    counts.tcp_closed_idle += front->counters().closed_idle.value();
    counts.tcp_closed_full += front->counters().closed_full.value();
    counts.tcp_closed_slow += front->counters().closed_slow.value();
  }
  return counts;
}
const dns::UpstreamCounters& Worker::upstream_counters() const noexcept {
  return impl_->upstream_counters;
}
const dns::UpstreamReport& Worker::upstream_report() const noexcept {
  return *impl_->report;
}
const ProxyFront* Worker::proxy() const noexcept {
  return impl_->proxy.get();
}
Ring<event::Event>& Worker::events() noexcept {
  return impl_->events;
}

}  // namespace haetae::daemon
