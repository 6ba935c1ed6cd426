#include "daemon/lan_watch.h"

#include <fmt/core.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/random_key.h"
#include "daemon/clock.h"
#include "daemon/local_networks.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr milliseconds kTickWhileLooking{50};
constexpr milliseconds kTickIdle{1000};
constexpr seconds kForgetEvery{600};
constexpr seconds kReadLeasesEvery{10};
constexpr seconds kTellTakeoversEvery{60};

}  // namespace

struct LanWatch::Impl {
  explicit Impl(const std::filesystem::path& state)
      : tick(io),
        neighbours(random_key()),
        links(std::make_shared<const lan::Links>()),
        pairs(std::make_shared<const lan::Pairs>()),
        keeper(state),
        watch({.links = book,
               .neighbours = neighbours,
               .on_links = [this] { publish_links(); },
               .on_found = [this] { wake_workers(); }}) {
    keeper.load(book, neighbours);
    if (const auto opened = watch.open(); !opened) {
      fmt::print(stderr,
                 "haetae: the kernel tells nothing of the network ({}): devices are known by their "
                 "addresses only, not by MAC; a service needs AF_NETLINK in "
                 "RestrictAddressFamilies\n",
                 opened.error());
    }
    publish_links();
    note_sizes();
  }

  void run() {
    watch.listen(io);
    wishes_wake.listen(io, [this] { take_wishes(); });
    arm_tick(kTickIdle);
    io.run();
    keeper.save_now(book, neighbours);
  }

  void publish_links() {
    const std::vector<Cidr> before = daemon::local_networks(*links.current());
    auto next = std::make_shared<const lan::Links>(book.links());
    const bool is_other = daemon::local_networks(*next) != before;
    links.publish(std::move(next));
    if (is_other && on_networks) on_networks();
  }

  void publish_pairs() {
    pairs.collect();
    if (!keeps_pairs || neighbours.changes() == pairs_at) return;
    pairs_at = neighbours.changes();
    pairs.publish(std::make_shared<const lan::Pairs>(neighbours.pairs()));
  }

  void wake_workers() {
    for (Wake* const found : found_wakes) found->ring();
  }

  // A worker's ring holds few wishes, so this ends.
  void take_wishes() {
    const Now now = read_clock();
    for (LookForRing* const ring : wishes) {
      for (const LookFor* wish = ring->front(); wish != nullptr; wish = ring->front()) {
        watch.look_for(wish->interface, wish->address, now);
        ring->pop();
      }
    }
    if (watch.is_looking() && !is_quick) arm_tick(kTickWhileLooking);
  }

  void arm_tick(milliseconds after) {
    is_quick = after == kTickWhileLooking;
    tick.expires_after(after);
    tick.async_wait([this](const error_code& error) {
      if (error) return;
      on_tick(read_clock());
      arm_tick(watch.is_looking() ? kTickWhileLooking : kTickIdle);
    });
  }

  void on_tick(const Now& now) {
    watch.on_tick(now);
    neighbours.expire_failures(now.wall);
    neighbours.table().collect();
    links.collect();
    publish_pairs();
    tell_takeovers(now);
    if (now.monotonic >= read_leases_at) {
      read_leases_at = now.monotonic + kReadLeasesEvery;
      keeper.read_leases(leases, neighbours);
    }
    if (now.monotonic >= forget_at) {
      forget_at = now.monotonic + kForgetEvery;
      neighbours.forget_older_than(forget_after, now.wall);
    }
    keeper.save_if_due(book, neighbours, now);
    note_sizes();
  }

  void tell_takeovers(const Now& now) {
    if (now.monotonic < tell_takeovers_at) return;
    for (const lan::Takeover& one : neighbours.take_takeovers()) {
      tell_takeovers_at = now.monotonic + kTellTakeoversEvery;
      const policy::Identity who = named->identify({.address = one.address});
      if (who.device == policy::kUnknownDevice) continue;  // no longer
      fmt::print(stderr,
                 "haetae: the address of '{}', {}, is used by {} now; before, {} had it. Whoever "
                 "it is counts as unknown; if it is the same device, write its mac: beside the "
                 "address\n",
                 named->devices[who.device].name, one.address.to_text(), one.holder.to_text(),
                 one.owner.to_text());
    }
  }

  void take(const std::shared_ptr<const policy::Policy>& policy,
            const config::DevicesSeen& settings) {
    leases = settings.leases_auto ? usual_leases_files() : settings.leases;
    forget_after = settings.forget_after;
    named = policy;
    neighbours.set_named(
        {.mac = [policy](const MacAddress& mac) { return policy->identities.knows(mac); },
         .address = [policy](const IpAddress& a) { return policy->identities.knows(a); }});
  }

  void note_sizes() {
    devices = neighbours.macs();
    addresses = neighbours.rows();
  }

  asio::io_context io{1};
  asio::steady_timer tick;
  bool is_quick = false;
  lan::LinkBook book;
  lan::Neighbours neighbours;
  Snapshot<lan::Links> links;
  Snapshot<lan::Pairs> pairs;
  bool keeps_pairs = false;
  std::uint64_t pairs_at = 0;  // changes() by then
  SeenKeeper keeper;
  NeighbourWatch watch;
  Wake wishes_wake;
  std::vector<LookForRing*> wishes;
  std::vector<Wake*> found_wakes;
  std::function<void()> on_networks;
  std::shared_ptr<const policy::Policy> named;
  std::vector<std::filesystem::path> leases;
  seconds forget_after = std::chrono::days(30);
  Monotonic read_leases_at;
  Monotonic forget_at;
  Monotonic tell_takeovers_at;
  std::atomic<std::size_t> devices{0};
  std::atomic<std::size_t> addresses{0};
  std::jthread thread;
};

LanWatch::LanWatch(const std::filesystem::path& state) : impl_(std::make_unique<Impl>(state)) {}
LanWatch::~LanWatch() {
  stop();
}

const Snapshot<lan::Links>& LanWatch::links() const noexcept {
  return impl_->links;
}
const Snapshot<lan::NeighbourTable>& LanWatch::neighbours() const noexcept {
  return impl_->neighbours.table();
}
const Snapshot<lan::Pairs>& LanWatch::pairs() const noexcept {
  return impl_->pairs;
}
void LanWatch::keep_pairs() {
  impl_->keeps_pairs = true;
  impl_->publish_pairs();
}
void LanWatch::add_worker(LookForRing& wishes, Wake& found) {
  impl_->wishes.push_back(&wishes);
  impl_->found_wakes.push_back(&found);
}
Wake& LanWatch::wishes_wake() noexcept {
  return impl_->wishes_wake;
}

void LanWatch::start(std::function<void()> on_networks) {
  impl_->on_networks = std::move(on_networks);
  impl_->thread = std::jthread([this] { impl_->run(); });
}

void LanWatch::stop() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::vector<Cidr> LanWatch::local_networks() const {
  return daemon::local_networks(*impl_->links.current());
}

void LanWatch::follow(std::shared_ptr<const policy::Policy> policy,
                      const config::DevicesSeen& settings) {
  asio::post(impl_->io, [impl = impl_.get(), policy = std::move(policy), settings] {
    impl->take(policy, settings);
  });
}

const lan::NeighbourCounters& LanWatch::neighbour_counters() const noexcept {
  return impl_->neighbours.counters();
}
const NeighbourWatch::Counters& LanWatch::watch_counters() const noexcept {
  return impl_->watch.counters();
}
const NetlinkSocket::Counters* LanWatch::netlink_counters() const noexcept {
  return impl_->watch.netlink_counters();
}
const SeenKeeper::Counters& LanWatch::keeper_counters() const noexcept {
  return impl_->keeper.counters();
}
std::size_t LanWatch::devices() const noexcept {
  return impl_->devices;
}
std::size_t LanWatch::addresses() const noexcept {
  return impl_->addresses;
}

}  // namespace haetae::daemon
