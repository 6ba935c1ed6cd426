#include <fmt/chrono.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "build/identities_builder.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/seen_keeper.h"
#include "lan/seen.h"

namespace haetae::daemon {
namespace {

namespace json = boost::json;

// A device that was seen, and whose it is by the configuration.
struct Shown {
  const lan::SeenDevice& seen;
  policy::Identity who;
};

// As the server would say of its latest address.
policy::Identity identity_of(const lan::SeenDevice& seen, const config::Config& config,
                             const policy::Identities& identities) {
  policy::Sighting sighting{.mac_sight = policy::MacSight::Seen, .mac = seen.mac};
  sighting.interface = identities.interface_of(seen.link);
  const auto latest = std::ranges::max_element(seen.addresses, {}, &lan::SeenAddress::last);
  if (latest != seen.addresses.end()) {
    sighting.address = latest->address;
    if (latest->owner != seen.mac) sighting.mac_sight = policy::MacSight::TakenOver;
  }
  const auto by_default =
      std::ranges::find(config.profiles, config.default_profile, &config::Profile::name);
  return identities.find(sighting).value_or(
      policy::Identity{policy::kUnknownDevice,
                       static_cast<policy::ProfileId>(by_default - config.profiles.begin())});
}

std::string time_text(lan::SeenAt at) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", at);
}

void print_text(const Shown& one, const config::Config& config) {
  const lan::SeenDevice& seen = one.seen;
  const bool is_known = one.who.device != policy::kUnknownDevice;
  fmt::print("{}  {}  {}\n", seen.mac.to_text(),
             is_known ? config.devices[one.who.device].name
                      : (seen.name.empty() ? "(no name)" : seen.name),
             config.profiles[one.who.profile].name);
  fmt::print("    seen {} to {} on {}\n", time_text(seen.first), time_text(seen.last), seen.link);
  for (const lan::SeenAddress& address : seen.addresses) {
    fmt::print("    {}{}\n", address.address.to_text(),
               address.owner == seen.mac
                   ? ""
                   : fmt::format("  ({} had it first)", address.owner.to_text()));
  }
  if (seen.mac.is_made_up()) {
    fmt::print(
        "    its MAC is made up, as phones do for privacy: it stays the same in this network until "
        "somebody forgets the network on the device\n");
  }
  if (is_known) return;
  fmt::print("    to name it, add to devices:\n");
  fmt::print("      - {{name: \"{}\", mac: \"{}\", profile: {}}}\n",
             seen.name.empty() ? "New device" : seen.name, seen.mac.to_text(),
             config.profiles[one.who.profile].name);
}

json::object to_json(const Shown& one, const config::Config& config) {
  const lan::SeenDevice& seen = one.seen;
  json::array addresses;
  for (const lan::SeenAddress& address : seen.addresses) {
    const bool is_own = address.owner == seen.mac;
    addresses.push_back(
        {{"address", address.address.to_text()},
         {"interface", address.link},
         {"first_seen", time_text(address.first)},
         {"last_seen", time_text(address.last)},
         {"taken_from", is_own ? json::value(nullptr) : json::value(address.owner.to_text())}});
  }
  const bool is_known = one.who.device != policy::kUnknownDevice;
  return {{"mac", seen.mac.to_text()},
          {"made_up", seen.mac.is_made_up()},
          {"name", seen.name.empty() ? json::value(nullptr) : json::value(seen.name)},
          {"device",
           is_known ? json::value(config.devices[one.who.device].name) : json::value(nullptr)},
          {"profile", config.profiles[one.who.profile].name},
          {"known_by", policy::to_text(one.who.known_by)},
          {"interface", seen.link},
          {"first_seen", time_text(seen.first)},
          {"last_seen", time_text(seen.last)},
          {"addresses", std::move(addresses)}};
}

int show_devices(const std::string& config_file, bool as_json) {
  const auto loaded = load_or_complain(config_file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  const config::Config& config = loaded->config;
  const std::filesystem::path file = seen_file(config.state_path);
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    fmt::print(stderr,
               "haetae: {}: cannot be read. A running filter writes it a minute after it saw the "
               "first device; perhaps this user may not read it\n",
               file.string());
    return 1;
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  lan::SeenDevices devices = lan::read_seen(text).devices;
  std::ranges::sort(devices, std::ranges::greater(), &lan::SeenDevice::last);
  const policy::Identities identities = build::build_identities(config);
  json::array rows;
  for (const lan::SeenDevice& seen : devices) {
    const Shown shown{seen, identity_of(seen, config, identities)};
    if (as_json) {
      rows.push_back(to_json(shown, config));
    } else {
      print_text(shown, config);
    }
  }
  if (as_json) fmt::print("{}\n", json::serialize(rows));
  return 0;
}

}  // namespace

void add_devices_command(CLI::App& app, int& exit_code) {
  auto* const command =
      app.add_subcommand("devices", "the devices seen on the network, and whose they are");
  const auto file = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  add_config_option(*command, *file);
  command->add_flag("--json", *as_json, "one JSON array");
  command->callback([file, as_json, &exit_code] { exit_code = show_devices(*file, *as_json); });
}

}  // namespace haetae::daemon
