#include "daemon/proxy_front.h"

#include <sys/epoll.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "daemon/blocked_web_pages.h"
#include "daemon/clock.h"
#include "daemon/gate_sightings.h"
#include "daemon/proxy_lookup.h"
#include "daemon/proxy_servers.h"
#include "daemon/proxy_session.h"
#include "proxy/body_scan.h"
#include "proxy/limits.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kEventsMax = 256;  // of one turn
constexpr int kAcceptedMax = 64;         // likewise, of each listener
constexpr std::size_t kPipesKept = 16;   // for the next who need one
constexpr seconds kTick{1};
// Low bits of what epoll gives back: which socket of a session, or a listener.
constexpr std::uint64_t kListener = 2;
constexpr std::uint64_t kTagMask = 3;

}  // namespace

struct ProxyFront::Impl {
  Impl(const Parts& all, const config::Proxy& proxy, std::vector<ProxyListener> own)
      : parts(all),
        entry(proxy.mode == config::ProxyMode::Transparent ? proxy::Entry::Transparent
                                                           : proxy::Entry::Explicit),
        listeners(std::move(own)),
        epoll(epoll_create1(EPOLL_CLOEXEC)),
        readiness(all.io, dup(epoll.get())),
        tick(all.io),
        sightings(all.lan, *all.policy.current()),
        judge(
            {all.policy, all.standing, all.resolved, &all.events, inspector_counters, &sightings}),
        scans(judge, counters),
        pages(all.policy, all.standing, all.pages),
        pac(proxy.direct),
        lookup(all.dns),
        shared{epoll.get(), {judge, client_rooms, server_rooms, counters, pac, &scans, &pages},
               lookup,      servers,
               pipes,       queue,
               proxy.listen} {
    client_rooms.keep(limits::kProxyRoomsKept);
    server_rooms.keep(limits::kProxyRoomsKept);
    pipes.reserve(kPipesKept);
  }

  void start() {
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i << 2 | kListener;
      (void)epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listeners[i].socket.get(), &event);
    }
    wait();
    arm_tick();
  }

  void wait() {
    if (std::exchange(is_waiting, true)) return;
    readiness.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this](const error_code& error) {
                           is_waiting = false;
                           if (!error) turn();
                         });
  }

  // Another turn, after the loop's other work.
  void post_turn() {
    if (std::exchange(is_posted, true)) return;
    asio::post(parts.io, [this] {
      is_posted = false;
      turn();
    });
  }

  void turn() {
    std::array<epoll_event, kEventsMax> events;
    const int count = epoll_wait(epoll.get(), events.data(), kEventsMax, 0);
    const Now now = read_clock();
    judge.refresh();
    pages.refresh();
    lookup.take_replies();
    for (int i = 0; i < count; ++i) on_event(events[static_cast<std::size_t>(i)], now);
    pump_queue(now);
    if (!queue.empty() || count == static_cast<int>(kEventsMax)) return post_turn();
    wait();
  }

  void on_event(const epoll_event& event, const Now& now) {
    const std::uint64_t tag = event.data.u64 & kTagMask;
    if (tag == kListener) return accept(listeners[event.data.u64 >> 2], now);
    // What this front gave to epoll.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    auto* const session = reinterpret_cast<ProxySession*>(event.data.u64 & ~kTagMask);
    session->on_event(static_cast<ProxySession::Side>(tag), event.events);
    session->queue();
  }

  void pump_queue(const Now& now) {
    pumped.swap(queue);
    for (ProxySession* const session : pumped) {
      session->is_queued = false;
      if (!session->pump(now)) {
        end(*session);
      } else if (session->wants_more()) {
        session->queue();
      }
    }
    pumped.clear();
    ended.clear();  // no event of this turn speaks of them any more
  }

  void accept(const ProxyListener& listener, const Now& now) {
    if (!receiving) return;
    for (int i = 0; i < kAcceptedMax; ++i) {
      auto accepted = accept_client(listener.socket.get());
      if (!accepted) return;
      if (!may_use(*accepted)) {
        counters.connections_refused.add();
        continue;
      }
      counters.connections.add();
      gauges.opened.add();
      ++connections_of[accepted->client.address];
      ProxySession& session = sessions.emplace_front(shared, entry, std::move(*accepted), now);
      session.place = sessions.begin();
      if (!session.watch()) end(session);
    }
  }

  bool may_use(const Accepted& accepted) const {
    if (sessions.size() >= limits::kProxyConnectionsMax) return false;
    const auto mine = connections_of.find(accepted.client.address);
    if (mine != connections_of.end() && mine->second >= limits::kProxyConnectionsOfPeerMax) {
      return false;
    }
    if (entry == proxy::Entry::Explicit) return parts.dns.may_ask(accepted.client.address);
    // Whoever was not led here on the way to somebody else.
    return std::ranges::none_of(shared.own, [&](const config::Endpoint& one) {
      return one.port == accepted.destination.port && accepted.destination == accepted.local;
    });
  }

  void end(ProxySession& session) {
    const auto mine = connections_of.find(session.client());
    if (--mine->second == 0) connections_of.erase(mine);
    gauges.closed.add();
    ended.splice(ended.begin(), sessions, session.place);
  }

  void arm_tick() {
    tick.expires_after(kTick);
    tick.async_wait([this](const error_code& error) {
      if (error) return;
      on_tick();
      arm_tick();
    });
  }

  void on_tick() {
    const Now now = read_clock();
    judge.refresh();
    pages.refresh();
    for (auto next = sessions.begin(); next != sessions.end();) {
      ProxySession& session = *next++;
      if (!session.tick(now)) {
        end(session);
      } else if (session.wants_more()) {
        session.queue();
      }
    }
    std::erase_if(queue, [this](const ProxySession* one) {
      return std::ranges::any_of(ended, [&](const ProxySession& gone) { return &gone == one; });
    });
    servers.tick(now.monotonic);
    ended.clear();
    if (!queue.empty()) post_turn();
  }

  void stop_receiving() {
    receiving = false;
    for (const ProxyListener& one : listeners) {
      (void)epoll_ctl(epoll.get(), EPOLL_CTL_DEL, one.socket.get(), nullptr);
    }
    listeners.clear();
    for (ProxySession& session : sessions) {
      session.drain();
      session.queue();
    }
    if (!queue.empty()) post_turn();
  }

  Parts parts;
  proxy::Entry entry;
  std::vector<ProxyListener> listeners;
  Descriptor epoll;
  asio::posix::stream_descriptor readiness;
  asio::steady_timer tick;
  inspect::Counters inspector_counters;
  proxy::Counters counters;
  Gauges gauges;
  GateSightings sightings;
  proxy::RequestJudge judge;
  proxy::PageScans scans;
  BlockedWebPages pages;
  proxy::Rooms client_rooms{limits::kProxyRoomBytes};
  proxy::Rooms server_rooms{limits::kProxyServerRoomBytes};
  proxy::Pac pac;
  ProxyLookup lookup;
  ProxyServers servers;
  std::vector<Pipe> pipes;
  std::vector<ProxySession*> queue;
  std::vector<ProxySession*> pumped;
  ProxyShared shared;
  std::map<IpAddress, std::size_t> connections_of;
  std::list<ProxySession> sessions;
  std::list<ProxySession> ended;
  bool receiving = true;
  bool is_waiting = false;
  bool is_posted = false;
};

ProxyFront::ProxyFront(const Parts& parts, const config::Proxy& settings,
                       std::vector<ProxyListener> listeners)
    : impl_(std::make_unique<Impl>(parts, settings, std::move(listeners))) {}
ProxyFront::~ProxyFront() = default;

void ProxyFront::start() {
  impl_->start();
}
void ProxyFront::stop_receiving() {
  impl_->stop_receiving();
}
bool ProxyFront::is_busy() const noexcept {
  return !impl_->sessions.empty();
}
void ProxyFront::on_reply(const dns::Client& client, Bytes reply) {
  if (impl_->lookup.on_reply(client.connection, reply)) impl_->post_turn();
}
const proxy::Counters& ProxyFront::counters() const noexcept {
  return impl_->counters;
}
const inspect::Counters& ProxyFront::inspector_counters() const noexcept {
  return impl_->inspector_counters;
}
const ProxyFront::Gauges& ProxyFront::gauges() const noexcept {
  return impl_->gauges;
}

}  // namespace haetae::daemon
