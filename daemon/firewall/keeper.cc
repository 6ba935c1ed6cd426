#include "daemon/firewall/keeper.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <optional>
#include <thread>

#include "daemon/clock.h"
#include "daemon/connection_table.h"
#include "daemon/firewall/dns_flows.h"
#include "daemon/firewall/firewall.h"
#include "daemon/firewall/holder.h"
#include "daemon/firewall/probe.h"
#include "firewall/ruleset.h"
#include "firewall/stopped.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr milliseconds kTick{500};
constexpr milliseconds kSayAliveEvery{1000};
constexpr seconds kTryAgainEvery{5};
// Others may change their own rules many times a second; looking through ours costs some 10 ms.
constexpr seconds kLookThroughEvery{2};

void tell(const std::string& text) {
  fmt::print(stderr, "haetae: {}\n", text);
}

// Somebody may flush them without end; the counter counts each time.
constexpr seconds kTellPutBackEvery{10};

}  // namespace

struct FirewallKeeper::Impl {
  Impl(const Published& all, std::size_t count) : published(all), workers(count), tick(io) {}

  // --- putting up ---

  std::expected<void, std::string> raise() {
    const auto raised = try_to_raise();
    stands = raised.has_value();
    set_fault(raised ? "" : raised.error());
    if (!raised) {
      counters.failed.add();
      try_again_at = read_clock().monotonic + kTryAgainEvery;
    }
    return raised;
  }

  std::expected<void, std::string> try_to_raise() {
    if (listening.get() < 0) {
      auto held = hold_firewall();
      if (!held) return std::unexpected(held.error());
      listening = std::move(*held);
      if (is_running) listen_for_askers();
    }
    if (!firewall) {
      auto opened = Firewall::open();
      if (!opened) return std::unexpected(opened.error());
      firewall.emplace(std::move(*opened));
    }
    make_plan();
    refresh_sets();
    return apply();
  }

  // What the kernel can do is asked with every new configuration, and told then.
  void make_plan() {
    if (planned_for == config) return;
    plan = firewall::plan_of(*config, workers, firewall::QueueBy::Nobody);
    keep_what_is_frozen();
    const firewall::Machine machine = fit_to_machine(*firewall, plan);
    for (const firewall::Remark& remark : firewall::judge(machine, plan)) {
      if (remark.level == firewall::Remark::Level::Good) continue;
      tell(fmt::format("{}; {}", remark.text, remark.advice));
    }
    planned_for = config;
  }

  // The gate's workers read these queues and write these marks as long as they run.
  void keep_what_is_frozen() {
    if (frozen) {
      plan.mark = frozen->mark;
      plan.queue_first = frozen->queue_first;
      plan.queue_last = frozen->queue_last;
    } else {
      frozen = plan;
    }
  }

  std::expected<void, std::string> apply() {
    if (auto done = firewall->apply(plan, sets, true); !done) return done;
    counters.applied.add();
    if (plan.leads_dns) (void)forget_dns_flows(*published.lan.links().current(), plan.inside);
    generation = ruleset_generation();
    listed = firewall->listing();
    alive_said_at = read_clock().monotonic;
    return {};
  }

  // --- twice a second ---

  void on_tick() {
    const Monotonic now = read_clock().monotonic;
    if (has_let_go) return;
    if (!stands) {
      if (now >= try_again_at && raise()) tell("the firewall stands now");
      return;
    }
    look_for_others(now);
    if (stands) write_news(now);
  }

  // Whether somebody else changed the kernel's rules, and with them ours.
  void look_for_others(Monotonic now) {
    const auto current = ruleset_generation();
    if (current == generation || now < look_through_at) return;
    look_through_at = now + kLookThroughEvery;
    generation = current;
    if (firewall->listing() == listed) {
      // Elements of sets are not listed: they are made what they should be.
      (void)carry_out(firewall::rewrite_text(sets));
      return;
    }
    put_back();
  }

  void put_back() {
    counters.put_back.add();
    const Monotonic now = read_clock().monotonic;
    if (now >= tell_put_back_at) {
      tell_put_back_at = now + kTellPutBackEvery;
      tell("somebody changed or flushed the firewall's rules of the filter: they are put up again");
    }
    if (const auto raised = raise(); !raised) tell(raised.error());
  }

  void write_news(Monotonic now) {
    const firewall::Sets before = sets;
    refresh_sets();
    std::string text = firewall::update_text(before, sets);
    if (now - alive_said_at >= kSayAliveEvery - kTick / 2) {
      alive_said_at = now;
      text += firewall::alive_text();
    }
    if (!text.empty() && !carry_out(text)) put_back();
  }

  bool carry_out(const std::string& text) {
    if (!firewall->update(text)) {
      counters.failed.add();
      return false;
    }
    if (generation) ++*generation;
    return true;
  }

  // --- whom the rules stop, and what is the house ---

  void refresh_sets() {
    look_at_connection_table();
    const auto links = published.lan.links().current();
    const auto pairs = published.lan.pairs().current();
    const bool is_other_network = links != seen.links || pairs != seen.pairs ||
                                  config != seen.config || policy != seen.policy;
    if (is_other_network) firewall::set_house(*links, plan.inside, sets);
    const bool is_other_stop = refresh_stopped();
    if (is_other_network || is_other_stop) {
      const std::size_t beyond = firewall::set_stopped(
          {*config, *policy, *pairs, links->names(), plan.inside}, stopped.by_profile, sets);
      if (beyond > 0) counters.no_room.add(beyond);
    }
    seen = {links, pairs, config, policy};
  }

  void look_at_connection_table() {
    const auto table = read_connection_table();
    if (!table) return;
    const bool crowded = firewall::is_crowded(sets.crowded, table->now, table->most);
    if (crowded == sets.crowded) return;
    sets.crowded = crowded;
    if (crowded && plan.limits_devices) {
      tell(fmt::format(
          "the kernel's table of connections fills up ({} of {}): until it is half empty each "
          "device may have {} new ones; `conntrack -L` shows who has so many",
          table->now, table->most, firewall::kOpenedWhileCrowded));
    }
  }

  // True: other profiles are stopped than before, or profiles of another policy.
  bool refresh_stopped() {
    const auto standing = published.standing.current();
    // Its places are those of another policy, which comes in a moment.
    const bool fits =
        standing->policy_generation == 0 || standing->policy_generation == policy->generation;
    const Time now = read_clock().wall;
    const bool holds = policy == stopped_in.policy && standing == stopped_in.standing &&
                       now >= stopped.since && now < stopped.until;
    if (holds) return false;
    if (!fits && policy == stopped_in.policy) return false;
    static const policy::Standing nothing_on;
    const firewall::StoppedProfiles next =
        firewall::stopped_profiles(*policy, fits ? *standing : nothing_on, now);
    const bool is_other = next.by_profile != stopped.by_profile || policy != stopped_in.policy;
    stopped = next;
    stopped_in = {policy, fits ? standing : nullptr};
    profiles_stopped = static_cast<std::size_t>(std::ranges::count(stopped.by_profile, true));
    return is_other;
  }

  // --- the thread ---

  void run() {
    is_running = true;
    if (listening.get() >= 0) listen_for_askers();
    arm_tick();
    io.run();
  }

  void arm_tick() {
    tick.expires_after(kTick);
    tick.async_wait([this](const error_code& error) {
      if (error) return;
      on_tick();
      arm_tick();
    });
  }

  void listen_for_askers() {
    if (!askers) askers.emplace(io, listening.get());
    askers->async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
      if (error) return;
      if (answer_asker(listening.get())) let_go();
      listen_for_askers();
    });
  }

  void let_go() {
    has_let_go = true;
    stands = false;
    set_fault("somebody took the firewall down: haetae firewall remove");
    tell("told to let go of the firewall: it is not put up again before a reload or a restart");
  }

  void take_up(std::shared_ptr<const config::Config> next_config,
               std::shared_ptr<const policy::Policy> next_policy) {
    const firewall::Plan before = plan;
    config = std::move(next_config);
    policy = std::move(next_policy);
    has_let_go = false;
    if (firewall) make_plan();
    const bool is_same =
        stands && firewall::table_text(before, {}, true) == firewall::table_text(plan, {}, true) &&
        before.queue_by == plan.queue_by && before.queue_last == plan.queue_last;
    if (is_same) return;  // the sets follow with the next tick
    if (const auto raised = raise(); !raised) tell(raised.error());
  }

  void set_fault(const std::string& text) {
    const std::lock_guard lock(fault_mutex);
    fault = text;
  }

  const Published published;
  const std::size_t workers;
  asio::io_context io{1};
  asio::steady_timer tick;
  Descriptor listening;
  std::optional<asio::posix::stream_descriptor> askers;  // of the same descriptor
  bool is_running = false;

  std::optional<Firewall> firewall;
  std::shared_ptr<const config::Config> config;
  std::shared_ptr<const policy::Policy> policy;
  std::shared_ptr<const config::Config> planned_for;
  std::optional<firewall::Plan> frozen;  // of the start
  firewall::Plan plan;
  firewall::Sets sets;  // as they stand, or are about to

  firewall::StoppedProfiles stopped;
  struct {
    std::shared_ptr<const policy::Policy> policy;
    std::shared_ptr<const policy::Standing> standing;
  } stopped_in;
  struct {
    std::shared_ptr<const lan::Links> links;
    std::shared_ptr<const lan::Pairs> pairs;
    std::shared_ptr<const config::Config> config;
    std::shared_ptr<const policy::Policy> policy;
  } seen;

  bool stands = false;
  bool has_let_go = false;
  std::optional<std::uint32_t> generation;  // of all rules, when ours were right
  std::string listed;                       // ours, by then
  Monotonic alive_said_at;
  Monotonic look_through_at;
  Monotonic try_again_at;
  Monotonic tell_put_back_at;

  Counters counters;
  std::atomic<std::size_t> profiles_stopped{0};
  mutable std::mutex fault_mutex;
  std::string fault;
  std::jthread thread;
};

FirewallKeeper::FirewallKeeper(const Published& published, std::size_t workers)
    : impl_(std::make_unique<Impl>(published, workers)) {}
FirewallKeeper::~FirewallKeeper() {
  stop();
}

std::expected<void, std::string> FirewallKeeper::raise(
    std::shared_ptr<const config::Config> config, std::shared_ptr<const policy::Policy> policy) {
  impl_->config = std::move(config);
  impl_->policy = std::move(policy);
  return impl_->raise();
}

void FirewallKeeper::start() {
  impl_->thread = std::jthread([this] { impl_->run(); });
}

void FirewallKeeper::take_up(std::shared_ptr<const config::Config> config,
                             std::shared_ptr<const policy::Policy> policy) {
  asio::post(impl_->io, [impl = impl_.get(), config = std::move(config),
                         policy = std::move(policy)]() mutable {
    impl->take_up(std::move(config), std::move(policy));
  });
}

void FirewallKeeper::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->io.stop();
  impl_->thread.join();
  // Where it fails the kernel finds out by itself, some seconds later.
  if (impl_->stands && !impl_->firewall->update(firewall::not_alive_text())) {
    impl_->counters.failed.add();
  }
  if (impl_->askers) impl_->askers->release();
}

std::string FirewallKeeper::fault() const {
  const std::lock_guard lock(impl_->fault_mutex);
  return impl_->fault;
}

const FirewallKeeper::Counters& FirewallKeeper::counters() const noexcept {
  return impl_->counters;
}

std::size_t FirewallKeeper::profiles_stopped() const noexcept {
  return impl_->profiles_stopped;
}

}  // namespace haetae::daemon
