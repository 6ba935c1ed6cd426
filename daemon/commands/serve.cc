#include <fmt/core.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <thread>

#include "daemon/ask_keeper.h"
#include "daemon/clock.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/control_socket.h"
#include "daemon/crash_guard.h"
#include "daemon/event_writer.h"
#include "daemon/firewall/firewall.h"
#include "daemon/firewall/holder.h"
#include "daemon/firewall/keeper.h"
#include "daemon/list_build_process.h"
#include "daemon/packet_gate.h"
#include "daemon/page_front.h"
#include "daemon/privileges.h"
#include "daemon/recent_keeper.h"
#include "daemon/resolved_file.h"
#include "daemon/standing_keeper.h"
#include "daemon/state_lock.h"
#include "daemon/supervisor.h"
#include "daemon/tap_worker.h"
#include "daemon/worker.h"

namespace haetae::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kStartsBeforeLastGood = 3;

// What a start begins with: the configuration and where it came from.
struct Start {
  config::Loaded loaded;
  bool from_last_good = false;
};

int complain(const std::string& message) {
  fmt::print(stderr, "haetae: {}\n", message);
  return 1;
}

// The last configuration that worked, if it and its image are still whole.
std::optional<config::Loaded> load_last_good(const fs::path& file, const fs::path& state,
                                             const CrashGuard& guard) {
  const auto kept = guard.good_config();
  if (!kept) return std::nullopt;
  if (const auto image = list::Image::open(guard.good_image()); !image) {
    fmt::print(stderr, "haetae: {}\n", image.error());
    return std::nullopt;
  }
  // Its relative paths still mean what they meant.
  auto loaded = load_config(*kept, {.folder = file.parent_path(), .known = nullptr});
  if (!loaded) return std::nullopt;
  loaded->config.state_path = state;
  return std::move(*loaded);
}

// The configuration as it stands; or, after three starts in a row that came to nothing, the last
// one that worked. From then on they take turns: the last good one may fail too (an address that
// moved), and a configuration that was mended meanwhile must be read.
std::optional<Start> load_start(const fs::path& file, const fs::path& state,
                                const CrashGuard& guard, int unsettled) {
  const int beyond = unsettled - kStartsBeforeLastGood;
  if (beyond >= 0 && beyond % 2 == 0) {
    if (auto kept = load_last_good(file, state, guard)) {
      fmt::print(stderr,
                 "haetae: {} starts in a row failed: starting from the last configuration and "
                 "lists that worked; mend {} and reload\n",
                 unsettled, file.string());
      return Start{std::move(*kept), true};
    }
  }
  auto loaded = load_config(file);
  if (!loaded) {
    print_faults(loaded.error());
    return std::nullopt;
  }
  print_faults(loaded->warnings, "warning: ");
  return Start{std::move(*loaded), false};
}

// The compiled lists; compiled first, by a process of its own, if they are not current. What could
// be opened before is better than no filter.
std::expected<std::shared_ptr<const list::Image>, std::string> open_image(const Start& start,
                                                                          const fs::path& file,
                                                                          const CrashGuard& guard) {
  if (start.from_last_good) return list::Image::open(guard.good_image());
  const build::ListFiles files = build::ListFiles::below(start.loaded.config.state_path);
  auto image = list::Image::open(files.image);
  if (image && build::is_current(**image, start.loaded, files)) return image;
  if (!image && fs::exists(files.image)) fmt::print(stderr, "haetae: {}\n", image.error());
  const auto builder = spawn_list_build(file);
  if (!builder) return std::unexpected(builder.error());
  if (!wait_for_list_build(*builder)) {
    if (!image)
      return std::unexpected("the lists could not be compiled, and there are no older ones");
    fmt::print(stderr, "haetae: the lists could not be compiled: going on with the older ones\n");
    return image;
  }
  return list::Image::open(files.image);
}

// What the filter starts with; null: printed why there is nothing. Holds the one reference to the
// image: a reload must be able to let go of it.
std::shared_ptr<const policy::Policy> first_policy(const Start& start, const fs::path& file,
                                                   const CrashGuard& guard) {
  const fs::path& state = start.loaded.config.state_path;
  auto image = open_image(start, file, guard);
  if (!image) {
    complain(image.error());
    return nullptr;
  }
  auto assembled = build::assemble(start.loaded, std::move(*image), 1, state);
  if (!assembled) {
    print_faults(assembled.error());
    return nullptr;
  }
  print_faults(assembled->warnings, "warning: ");
  if (!start.from_last_good) guard.stage(file, build::ListFiles::below(state).image);
  return std::move(assembled->policy);
}

// False: printed why not.
bool make_state_folder(const fs::path& state, const fs::path& file) {
  std::error_code error;
  fs::create_directories(state, error);
  if (!error) return true;
  // A file that cannot be read does not say where state is kept: its own faults come first.
  if (const auto loaded = load_config(file); !loaded) {
    print_faults(loaded.error());
  } else {
    complain(fmt::format("state.path {}: {}; let this user write there", state.string(),
                         error.message()));
  }
  return false;
}

std::expected<std::vector<std::unique_ptr<Worker>>, std::string> make_workers(
    const config::Config& config, const Published& published) {
  auto sockets = open_all_sockets(config.dns.listen, worker_count(config));
  if (!sockets) return std::unexpected(sockets.error());
  std::vector<std::unique_ptr<Worker>> workers;
  for (auto& own : *sockets) {
    auto worker = Worker::make(published, std::move(own), upstream_settings_of(config));
    if (!worker) return std::unexpected(worker.error());
    workers.push_back(std::move(*worker));
  }
  auto proxies = open_proxy_listeners(config.proxy, workers.size());
  if (!proxies) return std::unexpected(proxies.error());
  for (std::size_t i = 0; i < workers.size() && config.proxy.mode != config::ProxyMode::Off; ++i) {
    workers[i]->open_proxy(config.proxy, std::move((*proxies)[i]));
  }
  return workers;
}

// None where packets are not judged. A filter that cannot judge them still answers DNS.
std::vector<std::unique_ptr<PacketGate>> open_gates(const config::Config& config,
                                                    const Published& published) {
  std::vector<std::unique_ptr<PacketGate>> gates;
  if (config.gate.mode == config::GateMode::Off) return gates;
  const std::size_t count = config.gate.queue_count > 0
                                ? static_cast<std::size_t>(config.gate.queue_count)
                                : worker_count(config);
  GateSettings settings = gate_settings_of(config);
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint16_t>(config.gate.queue_first + i);
    settings.takes_up_running = i == 0;
    auto gate = PacketGate::open(published, settings, number);
    if (!gate) {
      fmt::print(stderr, "haetae: packets are not judged: {}\n", gate.error());
      return {};
    }
    if (const auto taken = (*gate)->take_queue(); !taken) {
      fmt::print(stderr, "haetae: packets are not judged: {}\n", taken.error());
    }
    gates.push_back(std::move(*gate));
  }
  return gates;
}

// None without an interface that is listened to.
std::vector<std::unique_ptr<TapWorker>> make_taps(const config::Config& config,
                                                  const Published& published) {
  std::vector<std::unique_ptr<TapWorker>> taps;
  if (config.tap.interface.empty()) return taps;
  const std::size_t count =
      config.tap.workers > 0 ? static_cast<std::size_t>(config.tap.workers) : worker_count(config);
  for (TapWorker::Share share; share.number < count; ++share.number) {
    if (count > 1) share.fanout_group = static_cast<std::uint16_t>(getpid());
    taps.push_back(std::make_unique<TapWorker>(published, config.tap, share));
  }
  return taps;
}

// Streams of clients and questions to upstreams take one each: the usual 1024 are soon used up.
void allow_many_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

// Where guardians' commands come in. A filter that cannot take them still filters.
Descriptor open_control(const fs::path& path) {
  auto socket = open_control_socket(path);
  if (socket) return std::move(*socket);
  fmt::print(stderr, "haetae: no commands are taken: {}\n", socket.error());
  return Descriptor();
}

// What a filter with another configuration left behind: with when_down: closed it would keep the
// network shut.
void remove_left_rules() {
  if (!may_administer_network()) return;
  if (!firewall_holder().empty()) return;  // another filter's
  auto firewall = Firewall::open();
  if (!firewall || firewall->listing().empty()) return;
  const auto removed = firewall->remove();
  fmt::print(stderr, "haetae: gate.mode is off: {}\n",
             removed ? "the rules that were left are taken away"
                     : "rules that were left cannot be taken away: " + removed.error());
}

// Our rules in the kernel; null where the gate is off. A filter that cannot put them up still
// answers DNS, says so, and tries again.
std::unique_ptr<FirewallKeeper> raise_firewall(const config::Config& config,
                                               const Published& published, std::size_t workers) {
  if (config.gate.mode == config::GateMode::Off) return nullptr;
  published.lan.keep_pairs();
  auto keeper = std::make_unique<FirewallKeeper>(published, workers);
  const auto raised =
      keeper->raise(std::make_shared<const config::Config>(config), published.policy.current());
  if (!raised) complain("the firewall does not stand: " + raised.error());
  keeper->start();
  return keeper;
}

bool looks_at_flows(const config::Config& config) {
  return config.gate.mode != config::GateMode::Off || !config.tap.interface.empty() ||
         config.proxy.mode != config::ProxyMode::Off;
}

// From the configuration to the last answer, one step a line.
int serve(const fs::path& file) {
  const fs::path state = state_folder(file);
  if (!make_state_folder(state, file)) return 1;
  const auto lock = lock_state(state);
  if (!lock) return complain(lock.error());
  allow_many_descriptors();
  CrashGuard guard(state);
  auto start = load_start(file, state, guard, guard.note_start());
  if (!start) return 1;
  if (start->loaded.config.gate.mode == config::GateMode::Off) {
    remove_left_rules();
    give_up_network_administration();
  }
  auto first = first_policy(*start, file, guard);
  if (!first) return 1;

  const config::Config& config = start->loaded.config;
  if (!looks_at_flows(config)) give_up_raw_sockets();
  StandingKeeper keeper(state, {first, start->loaded});
  Snapshot<policy::Policy> policy(std::move(first));
  Snapshot<policy::Standing> standing(keeper.standing());
  LanWatch lan(state);
  lan.follow(policy.current(), config.devices_seen);
  Snapshot<dns::Settings> settings(std::make_shared<const dns::Settings>(settings_of(config, lan)));
  const auto resolved = looks_at_flows(config) ? take_resolved(state, read_clock()) : nullptr;
  Snapshot<page::Site> pages(make_site(config, start->loaded.rules, new_ask_key()));
  const Published published{policy, standing, settings, lan, pages, resolved.get()};
  AskKeeper asks(state);
  RecentKeeper recent;

  auto events = EventWriter::open(config.log_events, policy);
  if (!events) return complain(events.error());
  auto workers = make_workers(config, published);
  if (!workers) return complain(workers.error());
  const auto gates = open_gates(config, published);
  const auto taps = make_taps(config, published);
  auto page_front = PageFront::open(config, {published, asks, recent});
  if (!page_front) return complain(page_front.error());
  if (*page_front) (*events)->show(recent);
  for (const auto& worker : *workers) (*events)->add(worker->events());
  for (const auto& gate : gates) (*events)->add(gate->events());
  for (const auto& tap : taps) (*events)->add(tap->events());
  (*events)->start();
  for (const auto& worker : *workers) worker->start();
  for (const auto& gate : gates) gate->start();
  for (const auto& tap : taps) tap->start();
  if (*page_front) (*page_front)->start();

  const auto firewall = raise_firewall(config, published, workers->size());
  Supervisor supervisor({.config_file = file,
                         .loaded = std::move(start->loaded),
                         .published = published,
                         .workers = *workers,
                         .gates = gates,
                         .taps = taps,
                         .events = **events,
                         .crash_guard = guard,
                         .keeper = keeper,
                         .asks = asks,
                         .firewall = firewall.get(),
                         .control_path = control_path(file),
                         .control = open_control(control_path(file)),
                         .from_last_good = start->from_last_good});
  if (const auto admin = supervisor.open_admin(); !admin) return complain(admin.error());
  malloc_trim(0);  // what loading took
  supervisor.run();

  if (firewall) firewall->stop();  // the network knows at once that nobody answers
  if (*page_front) (*page_front)->stop();
  for (const auto& worker : *workers) worker->join();
  for (const auto& gate : gates) gate->join();
  for (const auto& tap : taps) tap->join();
  lan.stop();
  if (resolved) save_resolved(state, *resolved, read_clock());
  guard.note_clean_stop();
  events->reset();  // writes what is left
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand("serve", "run the filter");
  const auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  command->callback([file, &exit_code] {
    std::signal(SIGPIPE, SIG_IGN);  // a reader of events that went away is not our end
    std::signal(SIGHUP, SIG_IGN);   // until the supervisor listens: this start reads it all anyway
    exit_code = serve(fs::absolute(*file));
  });
}

}  // namespace haetae::daemon
