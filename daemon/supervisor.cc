#include "daemon/supervisor.h"

#include <fmt/core.h>
#include <sys/random.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>

#include "base/assert.h"
#include "base/limits.h"
#include "base/local_address.h"
#include "daemon/admin_front.h"
#include "daemon/clock.h"
#include "daemon/commands/common.h"
#include "daemon/connection_table.h"
#include "daemon/control_commands.h"
#include "daemon/control_server.h"
#include "daemon/list_build_process.h"
#include "daemon/metrics.h"
#include "daemon/tap_notices.h"
#include "daemon/upstream_notices.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr milliseconds kBeat{500};

bool same_endpoints(const std::vector<config::Endpoint>& a,
                    const std::vector<config::Endpoint>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.address == y.address && x.port == y.port;
  });
}

bool same_endpoint(const std::optional<config::Endpoint>& a,
                   const std::optional<config::Endpoint>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->address == b->address && a->port == b->port;
}

bool same_proxy(const config::Proxy& a, const config::Proxy& b) {
  return a.mode == b.mode && a.direct == b.direct &&
         std::ranges::equal(a.listen, b.listen, [](const auto& x, const auto& y) {
           return x.address == y.address && x.port == y.port;
         });
}

bool same_tap(config::Tap a, const config::Tap& b) {
  a.filter_line = b.filter_line;
  return a == b;
}

// Settings that are frozen at start.
void tell_what_needs_a_restart(const config::Config& now, const config::Config& next) {
  const auto tell = [](bool is_same, std::string_view key) {
    if (!is_same) fmt::print(stderr, "haetae: {} changed: restart for that\n", key);
  };
  tell(same_endpoints(now.dns.listen, next.dns.listen), "dns.listen");
  tell(same_endpoints(now.page.listen, next.page.listen), "page.listen");
  tell(now.workers == next.workers, "workers");
  tell(now.state_path == next.state_path, "state.path");
  tell(now.control.path == next.control.path, "control.path");
  tell(now.log_events == next.log_events, "log.events");
  tell(same_endpoint(now.admin_listen, next.admin_listen), "admin.listen");
  tell(now.gate.mode == next.gate.mode, "gate.mode");
  tell(now.gate.queue_first == next.gate.queue_first &&
           now.gate.queue_count == next.gate.queue_count,
       "gate.queue");
  tell(now.gate.mark == next.gate.mark, "gate.mark");
  // What the rules say of these is taken up; what the gate's workers do is not.
  tell(config::when_down_of(now) == config::when_down_of(next), "gate.when_down");
  tell(now.gate.strict == next.gate.strict, "gate.strict");
  tell(now.gate.unresolved_refused == next.gate.unresolved_refused &&
           now.gate.unresolved_except == next.gate.unresolved_except,
       "gate.unresolved");
  tell(same_tap(now.tap, next.tap), "tap");
  tell(same_proxy(now.proxy, next.proxy), "proxy");
}

// Tells threads that move from those that hang.
class Pulse {
 public:
  // beats: how often the thread came round so far. False: for too long it has not.
  bool is_alive(std::uint64_t beats, Monotonic now) {
    if (beats != beats_ || last_at_ == Monotonic{}) {
      beats_ = beats;
      last_at_ = now;
    }
    return now - last_at_ < limits::kWorkerSilenceMax;
  }

 private:
  std::uint64_t beats_ = 0;
  Monotonic last_at_;
};

}  // namespace

page::AskKey new_ask_key() {
  page::AskKey key;
  HAETAE_ASSERT(getrandom(key.data(), key.size(), 0) == static_cast<ssize_t>(key.size()));
  return key;
}

std::shared_ptr<const page::Site> make_site(const config::Config& config,
                                            std::shared_ptr<const config::Rules> rules,
                                            const page::AskKey& key) {
  return std::make_shared<const page::Site>(std::make_shared<const config::Config>(config),
                                            std::move(rules), key);
}

namespace {

// Of listeners on every address, that which a question came to, unless blocked names lead
// elsewhere.
dns::Settings::OwnPages own_pages_of(const config::Config& config) {
  dns::Settings::OwnPages pages;
  for (const config::Endpoint& endpoint : config.page.listen) {
    const bool is_v4 = endpoint.address.is_v4();
    if (is_unspecified(endpoint.address)) {
      pages.as_asked = true;
    } else if (std::optional<IpAddress>& own = is_v4 ? pages.v4 : pages.v6; !own) {
      own = endpoint.address;
    }
  }
  return pages;
}

}  // namespace

dns::Settings settings_of(const config::Config& config, const LanWatch& lan) {
  dns::Settings settings;
  settings.block_answer = config.dns.block_answer;
  settings.site_kind = config.site.kind;
  settings.allow_from = config.dns.allow_from_auto ? lan.local_networks() : config.dns.allow_from;
  settings.trusted_peers = config.dns.trusted_peers;
  settings.cache_bytes = config.dns.cache_bytes;
  settings.own_pages = own_pages_of(config);
  return settings;
}

struct Supervisor::Impl {
  explicit Impl(Running all)
      : running(std::move(all)),
        signals(io, SIGHUP, SIGTERM, SIGINT),
        beat(io),
        commands(running.keeper, running.asks, running.published.standing),
        upstream_notices(upstream_settings_of(running.loaded.config)),
        tap_notices(running.loaded.config.tap),
        pulses(running.workers.size()),
        gate_pulses(running.gates.size()),
        tap_pulses(running.taps.size()) {
    generation = running.published.policy.current()->generation;
    started = read_clock().monotonic;
    if (running.control.get() < 0) return;
    control.emplace(io, std::move(running.control), running.control_path,
                    [this](std::string_view request) { return commands.answer(request); });
  }

  // Who may give commands, now and after a reload.
  void admit_group() {
    if (!control) return;
    const std::string fault = control->admit_group(running.loaded.config.control.group);
    if (!fault.empty()) fmt::print(stderr, "haetae: {}\n", fault);
  }

  void wait_for_signal() {
    signals.async_wait([this](const error_code& error, int signal) {
      if (error) return;
      if (signal == SIGHUP) {
        begin_reload();
        wait_for_signal();
      } else {
        stop();
      }
    });
  }

  void stop() {
    sd_notify(0, "STOPPING=1");
    if (control) control->stop();
    for (const auto& worker : running.workers) worker->drain();
    for (const auto& gate : running.gates) gate->stop();
    for (const auto& tap : running.taps) tap->stop();
    io.stop();
  }

  // --- reload: load, compile lists beside us if they changed, assemble, publish ---

  void begin_reload() {
    sd_notify(0, "RELOADING=1");
    running.events.reopen();
    auto loaded = load_config(running.config_file, {.folder = {}, .known = running.loaded.rules});
    if (!loaded) {
      print_faults(loaded.error());
      return give_up_reload("the configuration has faults; the one in use stays");
    }
    next = std::make_unique<config::Loaded>(std::move(*loaded));
    tell_what_needs_a_restart(running.loaded.config, next->config);
    if (builder) {
      changed_since_build = true;  // what is being compiled may not be what is wanted now
    } else {
      compile_or_finish();
    }
  }

  void compile_or_finish() {
    const build::ListFiles files = build::ListFiles::below(next->config.state_path);
    auto image = list::Image::open(files.image);
    if (image && build::is_current(**image, *next, files)) return finish_reload(*image);
    auto spawned = spawn_list_build(running.config_file);
    if (!spawned) return give_up_reload(spawned.error());
    builder = *spawned;
  }

  void look_after_builder() {
    if (!builder) return;
    const auto ended = poll_list_build(*builder);
    if (!ended) return;
    builder.reset();
    const bool is_outdated = std::exchange(changed_since_build, false);
    if (!next) return;  // given up meanwhile: what was compiled serves the next reload
    if (is_outdated) return compile_or_finish();
    if (!*ended) return give_up_reload("the lists could not be compiled; those in use stay");
    auto image = list::Image::open(build::ListFiles::below(next->config.state_path).image);
    if (!image) return give_up_reload(image.error());
    finish_reload(*image);
  }

  void finish_reload(std::shared_ptr<const list::Image> image) {
    const auto current = running.published.policy.current();
    auto assembled = build::assemble(*next, std::move(image), generation + 1,
                                     next->config.state_path, current.get());
    if (!assembled) {
      print_faults(assembled.error());
      return give_up_reload("the policy cannot be built; the one in use stays");
    }
    print_faults(assembled->warnings, "warning: ");
    const UpstreamSettings upstream = upstream_settings_of(next->config);
    if (upstream != upstream_settings_of(running.loaded.config)) {
      if (const auto tried = Upstreams::try_out(upstream); !tried) {
        return give_up_reload(tried.error());
      }
      renew_upstreams(upstream);
    }
    ++generation;
    publish_settings(next->config);
    Snapshot<page::Site>& pages = running.published.pages;
    pages.publish(make_site(next->config, next->rules, pages.current()->key()));
    running.keeper.take_up({assembled->policy, *next});
    if (running.firewall != nullptr) {
      running.firewall->take_up(std::make_shared<const config::Config>(next->config),
                                assembled->policy);
    }
    running.published.lan.follow(assembled->policy, next->config.devices_seen);
    running.published.policy.publish(std::move(assembled->policy));
    running.published.standing.publish(running.keeper.standing());
    running.loaded = std::move(*next);
    next.reset();
    running.from_last_good = false;
    running.crash_guard.stage(running.config_file,
                              build::ListFiles::below(running.loaded.config.state_path).image);
    settled = false;  // the new state has to prove itself, too
    admit_group();
    started = read_clock().monotonic;
    ++reloads.taken_up;
    fmt::print(stderr, "haetae: reloaded\n");
    sd_notify(0, "READY=1");
  }

  void give_up_reload(const std::string& why) {
    next.reset();
    ++reloads.refused;
    fmt::print(stderr, "haetae: not reloaded: {}\n", why);
    sd_notify(0, "READY=1");
  }

  // --- the regular beat ---

  void arm_beat() {
    beat.expires_after(kBeat);
    beat.async_wait([this](const error_code& error) {
      if (error) return;
      on_beat();
      arm_beat();
    });
  }

  void on_beat() {
    look_after_builder();
    keep_standing();
    running.published.policy.collect();
    running.published.standing.collect();
    running.published.settings.collect();
    running.published.pages.collect();
    upstream_notices.look_at(running.workers);
    tap_notices.look_at(running.taps, read_clock().monotonic);
    if (!running.gates.empty()) connection_table_notices.look();
    if (workers_live()) sd_notify(0, "WATCHDOG=1");
    settle();
  }

  void keep_standing() {
    const bool clock_set_back = running.keeper.on_beat();
    if (running.keeper.has_changed()) running.published.standing.publish(running.keeper.standing());
    if (!clock_set_back) return;
    // libunbound counts by the wall clock: what it remembers would live longer by the step.
    renew_upstreams(upstream_settings_of(running.loaded.config));
  }

  void renew_upstreams(const UpstreamSettings& settings) {
    for (const auto& worker : running.workers) worker->change_upstream(settings);
    upstream_notices = UpstreamNotices(settings);
  }

  // Under `allow_from: auto` a house that moves, or a provider that changes the prefix, must not
  // lock the family out.
  void follow_local_networks() {
    running.published.lan.start([this] {
      asio::post(io, [this] {
        if (running.loaded.config.dns.allow_from_auto) publish_settings(running.loaded.config);
      });
    });
  }

  void publish_settings(const config::Config& config) {
    running.published.settings.publish(
        std::make_shared<const dns::Settings>(settings_of(config, running.published.lan)));
  }

  // A worker that hangs is as bad as a dead one: systemd restarts us when we stop saying otherwise.
  bool workers_live() {
    const Monotonic now = read_clock().monotonic;
    bool all = true;
    for (std::size_t i = 0; i < pulses.size(); ++i) {
      all = pulses[i].is_alive(running.workers[i]->beats(), now) && all;
    }
    for (std::size_t i = 0; i < gate_pulses.size(); ++i) {
      all = gate_pulses[i].is_alive(running.gates[i]->beats(), now) && all;
    }
    for (std::size_t i = 0; i < tap_pulses.size(); ++i) {
      all = tap_pulses[i].is_alive(running.taps[i]->beats(), now) && all;
    }
    return all;
  }

  std::string fault() {
    if (!workers_live()) return "a worker does not move";
    for (const auto& gate : running.gates) {
      if (gate->is_reading()) continue;
      return fmt::format("packets are not judged: queue {} of netfilter is another program's",
                         gate->number());
    }
    const std::string firewall = running.firewall == nullptr ? "" : running.firewall->fault();
    if (!firewall.empty()) return "the firewall does not stand: " + firewall;
    return connection_table_notices.fault();
  }

  std::expected<void, std::string> open_admin() {
    const auto& endpoint = running.loaded.config.admin_listen;
    if (!endpoint) return {};
    auto front = AdminFront::open(
        io, *endpoint,
        {.metrics =
             [this] {
               return metrics_text({running.published, running.workers, running.gates, running.taps,
                                    running.events, reloads, running.firewall});
             },
         .fault = [this] { return fault(); }});
    if (!front) return std::unexpected(front.error());
    admin = std::move(*front);
    return {};
  }

  void settle() {
    if (settled || read_clock().monotonic - started < limits::kSettledAfter) return;
    settled = true;
    running.crash_guard.note_settled();
    if (running.from_last_good) return;
    running.crash_guard.keep_staged();
  }

  Running running;
  asio::io_context io{1};
  asio::signal_set signals;
  asio::steady_timer beat;
  ControlCommands commands;
  std::optional<ControlServer> control;
  std::unique_ptr<config::Loaded> next;  // a reload under way
  std::optional<pid_t> builder;
  bool changed_since_build = false;  // another reload was asked for while the builder runs
  std::uint64_t generation = 1;
  Monotonic started;
  bool settled = false;
  ReloadCounts reloads;
  std::unique_ptr<AdminFront> admin;
  UpstreamNotices upstream_notices;
  TapNotices tap_notices;
  ConnectionTableNotices connection_table_notices;
  std::vector<Pulse> pulses;  // of running.workers
  std::vector<Pulse> gate_pulses;
  std::vector<Pulse> tap_pulses;
};

Supervisor::Supervisor(Running running) : impl_(std::make_unique<Impl>(std::move(running))) {}
Supervisor::~Supervisor() = default;

std::expected<void, std::string> Supervisor::open_admin() {
  return impl_->open_admin();
}

void Supervisor::run() {
  impl_->wait_for_signal();
  impl_->arm_beat();
  impl_->follow_local_networks();
  impl_->admit_group();
  if (impl_->control) impl_->control->start();
  fmt::print(stderr, "ready\n");
  sd_notify(0, "READY=1");
  impl_->io.run();
}

}  // namespace haetae::daemon
