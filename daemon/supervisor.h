#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "build/assemble.h"
#include "config/load.h"
#include "daemon/ask_keeper.h"
#include "daemon/crash_guard.h"
#include "daemon/event_writer.h"
#include "daemon/firewall/keeper.h"
#include "daemon/packet_gate.h"
#include "daemon/sockets.h"
#include "daemon/standing_keeper.h"
#include "daemon/tap_worker.h"
#include "daemon/worker.h"

namespace haetae::daemon {

// Everything that runs, as serve put it together.
struct Running {
  std::filesystem::path config_file;
  config::Loaded loaded;
  Published published;
  std::vector<std::unique_ptr<Worker>>& workers;
  const std::vector<std::unique_ptr<PacketGate>>& gates;  // empty: packets are not judged
  const std::vector<std::unique_ptr<TapWorker>>& taps;    // empty: no mirror port is listened to
  EventWriter& events;
  CrashGuard& crash_guard;
  StandingKeeper& keeper;
  AskKeeper& asks;
  FirewallKeeper* firewall = nullptr;  // null: the gate is off
  std::filesystem::path control_path;
  Descriptor control;  // invalid: no commands are taken
  bool from_last_good =
      false;  // started from the last good state: that is not good again by itself
};

// The control thread's loop: reloads on SIGHUP, takes guardians' commands, tells systemd that all
// is well, ends on SIGTERM or SIGINT. Builds and publishes policies and the standing; never answers
// a query itself.
class Supervisor {
 public:
  explicit Supervisor(Running running);
  ~Supervisor();
  // Listens on `admin.listen`, if it is written. Error: why it cannot, for a person.
  std::expected<void, std::string> open_admin();
  // Returns when the daemon is to stop; the workers have been told to drain.
  void run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What pages share. key: of this run.
page::AskKey new_ask_key();
std::shared_ptr<const page::Site> make_site(const config::Config& config,
                                            std::shared_ptr<const config::Rules> rules,
                                            const page::AskKey& key);

// Settings of the configuration in the form that workers take; upstream_settings_of() has the rest.
dns::Settings settings_of(const config::Config& config, const LanWatch& lan);

}  // namespace haetae::daemon
