#include "daemon/supervisor.h"

#include <fmt/core.h>
#include <systemd/sd-daemon.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>

#include "base/limits.h"
#include "daemon/clock.h"
#include "daemon/commands/common.h"
#include "daemon/list_build_process.h"

namespace haetae::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr milliseconds kBeat{500};

bool same_endpoints(const config::Config& a, const config::Config& b) {
  return std::ranges::equal(a.dns.listen, b.dns.listen, [](const auto& x, const auto& y) {
    return x.address == y.address && x.port == y.port;
  });
}

// Settings that are frozen at start.
void tell_what_needs_a_restart(const config::Config& now, const config::Config& next) {
  const auto tell = [](bool is_same, std::string_view key) {
    if (!is_same) fmt::print(stderr, "haetae: {} changed: restart for that\n", key);
  };
  tell(same_endpoints(now, next), "dns.listen");
  tell(now.workers == next.workers, "workers");
  tell(now.state_path == next.state_path, "state.path");
  tell(now.log_events == next.log_events, "log.events");
}

}  // namespace

dns::Settings settings_of(const config::Config& config, const LanWatch& lan) {
  dns::Settings settings;
  settings.block_answer = config.dns.block_answer;
  settings.site_kind = config.site.kind;
  settings.allow_from = config.dns.allow_from_auto ? lan.local_networks() : config.dns.allow_from;
  settings.cache_bytes = config.dns.cache_bytes;
  return settings;
}

UnboundSettings upstream_of(const config::Config& config) {
  UnboundSettings settings;
  settings.mode = config.dns.upstream_mode;
  settings.servers = config.dns.upstream_servers;
  // Forwarders are often blind to DNSSEC, and a blind one makes every signed name bogus: only our
  // own recursion validates.
  settings.validate = config.dns.dnssec && settings.mode == config::UpstreamMode::Recurse;
  if (settings.validate) settings.trust_anchor_file = config.dns.trust_anchor;
  for (const config::StubZone& stub : config.dns.stub_zones) {
    settings.stubs.push_back({stub.zone, stub.server});
  }
  return settings;
}

struct Supervisor::Impl {
  explicit Impl(Running all)
      : running(std::move(all)), signals(io, SIGHUP, SIGTERM, SIGINT), beat(io) {
    generation = running.published.policy.current()->generation;
    started = read_clock().monotonic;
    beats_seen.assign(running.workers.size(), 0);
    last_beat_at.assign(running.workers.size(), started);
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
    for (const auto& worker : running.workers) worker->drain();
    io.stop();
  }

  // --- reload: load, compile lists beside us if they changed, assemble, publish ---

  void begin_reload() {
    sd_notify(0, "RELOADING=1");
    running.events.reopen();
    auto loaded = load_config(running.config_file);
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
    const UnboundSettings upstream = upstream_of(next->config);
    if (!(upstream == upstream_of(running.loaded.config))) {
      if (const auto tried = UnboundUpstream::make(io, upstream, {}); !tried) {
        return give_up_reload(tried.error());
      }
      for (const auto& worker : running.workers) worker->change_upstream(upstream);
    }
    ++generation;
    publish_settings(next->config);
    running.published.lan.follow(assembled->policy, next->config.devices_seen);
    running.published.policy.publish(std::move(assembled->policy));
    running.loaded = std::move(*next);
    next.reset();
    running.from_last_good = false;
    running.crash_guard.stage(running.config_file,
                              build::ListFiles::below(running.loaded.config.state_path).image);
    settled = false;  // the new state has to prove itself, too
    started = read_clock().monotonic;
    fmt::print(stderr, "haetae: reloaded\n");
    sd_notify(0, "READY=1");
  }

  void give_up_reload(const std::string& why) {
    next.reset();
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
    running.published.policy.collect();
    running.published.standing.collect();
    running.published.settings.collect();
    if (workers_live()) sd_notify(0, "WATCHDOG=1");
    settle();
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
    for (std::size_t i = 0; i < running.workers.size(); ++i) {
      const std::uint64_t beats = running.workers[i]->beats();
      if (beats != beats_seen[i]) {
        beats_seen[i] = beats;
        last_beat_at[i] = now;
      }
      all = all && now - last_beat_at[i] < limits::kWorkerSilenceMax;
    }
    return all;
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
  std::unique_ptr<config::Loaded> next;  // a reload under way
  std::optional<pid_t> builder;
  bool changed_since_build = false;  // another reload was asked for while the builder runs
  std::uint64_t generation = 1;
  Monotonic started;
  bool settled = false;
  std::vector<std::uint64_t> beats_seen;
  std::vector<Monotonic> last_beat_at;
};

Supervisor::Supervisor(Running running) : impl_(std::make_unique<Impl>(std::move(running))) {}
Supervisor::~Supervisor() = default;

void Supervisor::run() {
  impl_->wait_for_signal();
  impl_->arm_beat();
  impl_->follow_local_networks();
  fmt::print(stderr, "ready\n");
  sd_notify(0, "READY=1");
  impl_->io.run();
}

}  // namespace haetae::daemon
