#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>

#include "admin/diagnosis.h"
#include "daemon/clock.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/doctor/announcements.h"
#include "daemon/doctor/ask_upstream.h"
#include "daemon/doctor/mirror_port.h"
#include "daemon/doctor/network_view.h"
#include "daemon/doctor/port_holder.h"
#include "daemon/firewall/probe.h"
#include "daemon/local_networks.h"

namespace haetae::daemon {
namespace {

namespace json = boost::json;

admin::Evidence::Firewall look_at_firewall(const config::Config& config) {
  admin::Evidence::Firewall seen;
  seen.plan = firewall::plan_of(config, worker_count(config), firewall::QueueBy::Nobody);
  auto firewall = Firewall::open();
  if (!firewall) {
    seen.machine.may_change = false;
    return seen;
  }
  seen.machine = fit_to_machine(*firewall, seen.plan);
  if (seen.machine.may_change) look_at_standing(*firewall, seen.plan, seen.machine);
  return seen;
}

admin::Evidence gather(const config::Config& config) {
  admin::Evidence evidence;
  look_at_network(evidence);
  for (const config::Endpoint& endpoint : config.dns.listen) {
    evidence.ports.push_back(look_at_port(endpoint));
  }
  if (config.dns.upstream_mode == config::UpstreamMode::Forward) {
    for (const config::UpstreamServer& server : config.dns.upstream_servers) {
      UpstreamFound found = ask_upstream(server);
      evidence.upstreams.push_back(std::move(found.asked));
      if (found.signature) evidence.signature = found.signature;
    }
  }
  evidence.clock = read_clock().wall;
  listen_to_announcements(evidence);
  evidence.allow_from = config.dns.allow_from_auto ? local_networks_now() : config.dns.allow_from;
  look_at_mirror_port(config.tap, evidence);
  if (config.gate.mode != config::GateMode::Off) evidence.firewall = look_at_firewall(config);
  return evidence;
}

bool leads_dns(const admin::Evidence& evidence) {
  return evidence.firewall && evidence.firewall->plan.leads_dns;
}

void print_text(const admin::Evidence& evidence, const std::vector<admin::Finding>& findings) {
  const admin::Standpoint standpoint = admin::standpoint_of(evidence);
  fmt::print("Where the filter stands: {}\n", admin::to_text(standpoint));
  for (const std::string& line : admin::cannot_enforce(standpoint, leads_dns(evidence)))
    fmt::print("  - {}\n", line);
  fmt::print("\n");
  for (const admin::Finding& finding : findings) {
    fmt::print("{:8} {:13} {}\n", admin::to_text(finding.level), finding.topic, finding.text);
    if (!finding.advice.empty()) fmt::print("{:22} what to do: {}\n", "", finding.advice);
  }
}

void print_json(const admin::Evidence& evidence, const std::vector<admin::Finding>& findings) {
  const admin::Standpoint standpoint = admin::standpoint_of(evidence);
  json::array rows;
  for (const admin::Finding& finding : findings) {
    rows.push_back({{"level", admin::to_text(finding.level)},
                    {"topic", finding.topic},
                    {"text", finding.text},
                    {"advice", finding.advice}});
  }
  const json::object all{
      {"standpoint", admin::to_text(standpoint)},
      {"cannot_enforce", json::value_from(admin::cannot_enforce(standpoint, leads_dns(evidence)))},
      {"findings", std::move(rows)}};
  fmt::print("{}\n", json::serialize(all));
}

int examine(const std::string& file, bool as_json) {
  const auto loaded = load_or_complain(file);
  if (!loaded) return 1;
  const admin::Evidence evidence = gather(loaded->config);
  const std::vector<admin::Finding> findings = admin::diagnose(evidence);
  as_json ? print_json(evidence, findings) : print_text(evidence, findings);
  const bool is_well = std::ranges::none_of(findings, [](const admin::Finding& finding) {
    return finding.level == admin::Finding::Level::Fault;
  });
  return is_well ? 0 : 1;
}

}  // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto* const command = app.add_subcommand(
      "doctor", "where the filter stands in the network, and what is wrong there");
  const auto file = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  add_config_option(*command, *file);
  command->add_flag("--json", *as_json, "one JSON object");
  command->callback([file, as_json, &exit_code] { exit_code = examine(*file, *as_json); });
}

}  // namespace haetae::daemon
