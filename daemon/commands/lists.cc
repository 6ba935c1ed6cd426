#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "base/random_key.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "list/report.h"

namespace haetae::daemon {
namespace {

int build_image(const std::string& file) {
  const auto loaded = load_or_complain(file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  const build::ListFiles files = build::ListFiles::below(loaded->config.state_path);
  const auto compiled = build::compile_lists(*loaded, files, random_key);
  if (!compiled) {
    fmt::print(stderr, "haetae: {}\n", compiled.error());
    return 1;
  }
  for (const list::ImportReport& report : compiled->reports) {
    if (report.refused()) {
      fmt::print(stderr, "haetae: list {} is refused: {}\n", report.name, report.refusal);
    }
  }
  fmt::print("{}: {} names from {} rules of {} lists, {} bytes\n", files.image.string(),
             compiled->stats.names, compiled->stats.rules, compiled->reports.size(),
             compiled->stats.size_bytes);
  return 0;
}

int nothing_yet(const std::string& file) {
  fmt::print(stderr, "haetae: nothing is compiled yet; run: haetae lists build --config {}\n",
             file);
  return 1;
}

int report(const std::string& file) {
  const auto loaded = load_or_complain(file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  const build::ListFiles files = build::ListFiles::below(loaded->config.state_path);
  std::ifstream in(files.reports, std::ios::binary);
  if (!in) return nothing_yet(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto reports = list::read_reports(text);
  if (!reports) {
    fmt::print(stderr, "haetae: {}: {}\n", files.reports.string(), reports.error());
    return 1;
  }
  for (const list::ImportReport& one : *reports) fmt::print("{}\n", list::describe(one));
  return 0;
}

int stat(const std::string& file) {
  const auto loaded = load_or_complain(file, config::RulesRead::WithoutTexts);
  if (!loaded) return 1;
  const build::ListFiles files = build::ListFiles::below(loaded->config.state_path);
  if (!std::filesystem::exists(files.image)) return nothing_yet(file);
  const auto image = list::Image::open(files.image);
  if (!image) {
    fmt::print(stderr, "haetae: {}\n", image.error());
    return 1;
  }
  const list::Image& lists = **image;
  fmt::print("image    {}\nstate    {}\nnames    {}\nbytes    {} ({:.1f} a name)\nsets     {}\n",
             files.image.string(),
             build::is_current(lists, *loaded, files) ? "current" : "older than its lists",
             lists.name_count(), lists.size_bytes(),
             static_cast<double>(lists.size_bytes()) /
                 static_cast<double>(std::max<std::uint64_t>(lists.name_count(), 1)),
             lists.set_count());
  for (const list::ImageList& one : lists.lists()) {
    fmt::print("list     {:32} {:16} {:>9} rules\n", one.name, one.category, one.rule_count);
  }
  return 0;
}

void add_action(CLI::App& lists, const char* name, const char* about,
                int (*action)(const std::string&), int& exit_code) {
  auto* const command = lists.add_subcommand(name, about);
  const auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  command->callback([file, action, &exit_code] { exit_code = action(*file); });
}

}  // namespace

void add_lists_command(CLI::App& app, int& exit_code) {
  auto* const lists = app.add_subcommand("lists", "compile the block lists and look at them");
  lists->require_subcommand(1);
  add_action(*lists, "build", "compile all lists into the image", build_image, exit_code);
  add_action(*lists, "report", "what was taken from each list, what was not and why", report,
             exit_code);
  add_action(*lists, "stat", "what the compiled image holds", stat, exit_code);
}

}  // namespace haetae::daemon
