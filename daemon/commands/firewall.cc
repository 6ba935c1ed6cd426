#include "daemon/firewall/firewall.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/diagnosis.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/firewall/holder.h"
#include "daemon/firewall/probe.h"
#include "daemon/local_networks.h"
#include "firewall/ruleset.h"
#include "firewall/stopped.h"

namespace haetae::daemon {
namespace {

int complain(const std::string& message) {
  fmt::print(stderr, "haetae: {}\n", message);
  return 1;
}

void print_remark(const firewall::Remark& remark) {
  fmt::print("{:8} {}\n", admin::to_text(remark.level), remark.text);
  if (!remark.advice.empty()) fmt::print("{:8} what to do: {}\n", "", remark.advice);
}

// The plan of a configuration for this machine.
struct Prepared {
  Firewall firewall;
  firewall::Plan plan;
  firewall::Machine machine;
};
std::expected<Prepared, std::string> prepare(const config::Config& config) {
  auto opened = Firewall::open();
  if (!opened) return std::unexpected(opened.error());
  Prepared all{std::move(*opened),
               firewall::plan_of(config, worker_count(config), firewall::QueueBy::Nobody),
               {}};
  all.machine = fit_to_machine(all.firewall, all.plan);
  return all;
}

int show(const std::string& file) {
  const auto loaded = load_or_complain(file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  auto prepared = prepare(loaded->config);
  if (!prepared) return complain(prepared.error());
  if (loaded->config.gate.mode == config::GateMode::Off) {
    const bool stands = !prepared->firewall.listing().empty();
    fmt::print("gate.mode is off: the filter leaves the firewall alone\n{}",
               stands ? "but rules of ours stand: haetae firewall remove takes them away\n" : "");
    return stands ? 1 : 0;
  }
  look_at_standing(prepared->firewall, prepared->plan, prepared->machine);
  bool is_well = true;
  const auto take = [&is_well](const firewall::Remark& remark) {
    is_well = is_well && remark.level != firewall::Remark::Level::Fault;
    print_remark(remark);
  };
  for (const auto& remark : firewall::judge(prepared->machine, prepared->plan)) take(remark);
  take(firewall::judge_standing(prepared->machine));
  fmt::print("\n{}", firewall::table_text(prepared->plan, {}, false));
  if (prepared->plan.queue_by == firewall::QueueBy::MangleChain) {
    for (const bool is_v4 : {true, false}) {
      fmt::print("\n# iptables{}-nft-restore --noflush\n{}", is_v4 ? "" : " of IPv6: ip6tables",
                 firewall::mangle_text(prepared->plan, is_v4, ""));
    }
  }
  return is_well ? 0 : 1;
}

int apply(const std::string& file) {
  const auto loaded = load_or_complain(file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  const config::Config& config = loaded->config;
  if (config.gate.mode == config::GateMode::Off) {
    return complain("gate.mode is off: there is nothing to put up; write gate: {mode: queue}");
  }
  const auto held = hold_firewall();
  if (!held) return complain(held.error());
  auto prepared = prepare(config);
  if (!prepared) return complain(prepared.error());
  firewall::Sets sets;
  firewall::set_house(links_now(), prepared->plan.inside, sets);
  for (const auto& remark : firewall::judge(prepared->machine, prepared->plan)) {
    if (remark.level != firewall::Remark::Level::Good) print_remark(remark);
  }
  const auto applied = prepared->firewall.apply(prepared->plan, sets, false);
  if (!applied) return complain(applied.error());
  fmt::print("the rules stand; {}\n",
             prepared->plan.is_open ? "the network works as without them until the filter runs"
                                    : "nothing new passes until the filter runs");
  return 0;
}

// Needs no configuration: whatever happened, this brings the network back.
int remove() {
  const std::string holder = firewall_holder();
  const LetGo asked = ask_to_let_go();
  auto firewall = Firewall::open();
  if (!firewall) return complain(firewall.error());
  const bool stood = !firewall->listing().empty();
  if (const auto removed = firewall->remove(); !removed) return complain(removed.error());
  fmt::print("{}\n", stood ? "the rules of the filter are taken away: the network is as without it"
                           : "no rules of the filter stood");
  if (asked == LetGo::Done) {
    fmt::print("{} goes on answering DNS, and puts them up again when it is reloaded or started\n",
               holder);
  } else if (asked == LetGo::NoAnswer) {
    return complain(fmt::format("{} does not answer, and may put them up again: stop it", holder));
  }
  return 0;
}

}  // namespace

void add_firewall_command(CLI::App& app, int& exit_code) {
  auto* const command =
      app.add_subcommand("firewall", "the kernel's rules that lead packets and DNS to the filter");
  command->require_subcommand(1);
  const auto file = std::make_shared<std::string>();
  auto* const show_command = command->add_subcommand(
      "show", "what the rules would be here, whether they stand, and what stands in their way");
  add_config_option(*show_command, *file);
  show_command->callback([file, &exit_code] { exit_code = show(*file); });
  auto* const apply_command =
      command->add_subcommand("apply", "put the rules up before the filter runs");
  add_config_option(*apply_command, *file);
  apply_command->callback([file, &exit_code] { exit_code = apply(*file); });
  auto* const remove_command = command->add_subcommand(
      "remove", "take the rules away, whoever put them up; needs no configuration");
  // Taken and not looked at, so that the same words serve all three.
  remove_command->add_option("--config", *file, "not read");
  remove_command->callback([&exit_code] { exit_code = remove(); });
}

}  // namespace haetae::daemon
