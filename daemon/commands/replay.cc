#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/clock.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/commands/replay_compare.h"
#include "daemon/commands/replay_output.h"
#include "daemon/commands/replay_run.h"

namespace haetae::daemon {
namespace {

struct Options {
  std::string config;
  std::string profile;
  std::string compare;
  bool json = false;
  bool names = false;
  bool behind_router = false;
  unsigned jobs = 0;
  std::vector<std::string> captures;
};

// Lines of several captures that are read at a time: each goes out whole, in pieces of some size.
class Lines {
 public:
  explicit Lines(std::mutex& mutex) : mutex_(mutex) {}
  ~Lines() { flush(); }
  std::string& text() { return text_; }
  void flush_if_full() {
    if (text_.size() >= kPieceBytes) flush();
  }

 private:
  static constexpr std::size_t kPieceBytes = 64 * 1024;
  void flush() {
    const std::lock_guard lock(mutex_);
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    text_.clear();
  }
  std::mutex& mutex_;
  std::string text_;
};

// How much of all files was read, on a terminal.
class Progress {
 public:
  explicit Progress(const std::vector<std::string>& captures) {
    if (isatty(STDERR_FILENO) == 0) return;
    for (const std::string& capture : captures) {
      std::error_code unknown;
      const auto size = std::filesystem::file_size(capture, unknown);
      if (!unknown) total_ += size;
    }
  }
  void add(std::uint64_t octets) {
    if (total_ == 0) return;
    const std::uint64_t before = read_.fetch_add(octets);
    const std::uint64_t percent = std::min<std::uint64_t>(100, (before + octets) * 100 / total_);
    if (percent == shown_.exchange(percent)) return;
    constexpr std::size_t kWidth = 40;
    const std::size_t full = percent * kWidth / 100;
    fmt::print(stderr, "\r[{}{}] {:3} %", std::string(full, '='), std::string(kWidth - full, ' '),
               percent);
  }
  void finish() const {
    if (total_ != 0) fmt::print(stderr, "\r{:50}\r", "");
  }

 private:
  std::uint64_t total_ = 0;  // 0: not shown
  std::atomic<std::uint64_t> read_{0};
  std::atomic<std::uint64_t> shown_{~0ULL};
};

// One of the policies that judge, and how.
struct Side {
  Side(std::shared_ptr<const policy::Policy> made, const inspect::Settings& how)
      : policy(made), published(std::move(made)), settings(how) {}
  ReplayJudge judge() const { return {published, settings}; }

  std::shared_ptr<const policy::Policy> policy;
  Snapshot<policy::Policy> published;
  inspect::Settings settings;
};

// All captures, several at a time.
class Replay {
 public:
  // other: null unless a second policy is compared with.
  Replay(const Options& options, const Side& side, const Side* other)
      : options_(options),
        side_(side),
        other_(other),
        standing_(std::make_shared<policy::Standing>()),
        progress_(options.captures) {}

  // False if a capture could not be read to its end.
  bool run() {
    const Monotonic began = read_clock().monotonic;
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < thread_count(); ++i) threads.emplace_back([this] { work(); });
    }
    progress_.finish();
    std::fflush(stdout);
    const std::chrono::duration<double> took = read_clock().monotonic - began;
    fmt::print(stderr, "{}", replay_summary(totals_, took.count()));
    if (other_ != nullptr) fmt::print(stderr, "{}", compare_summary(compared_));
    return all_read_;
  }

 private:
  std::size_t thread_count() const {
    const std::size_t wanted =
        options_.jobs != 0 ? options_.jobs : std::max(1U, std::thread::hardware_concurrency());
    return std::min(wanted, options_.captures.size());
  }

  void work() {
    for (std::size_t i = next_++; i < options_.captures.size(); i = next_++) {
      one(options_.captures[i]);
    }
  }

  void one(const std::string& capture) {
    Lines lines(output_);
    std::optional<Comparison> comparison;
    if (other_ != nullptr) {
      const Comparison::Parts parts{*side_.policy, *other_->policy, [&](const Changed& changed) {
                                      write_changed(changed, *comparison, lines);
                                    }};
      comparison.emplace(parts);
    }
    const ReplayJudge other = (other_ == nullptr ? side_ : *other_).judge();
    ReplayRun run({side_.judge(), comparison ? &other : nullptr, standing_,
                   [&](const SeenAt& at) { write(at, lines); },
                   [&](const PacketSeen& seen) { comparison->on_packet(seen); },
                   [this](std::uint64_t octets) { progress_.add(octets); }});
    const auto result = run.run(capture);
    const std::lock_guard lock(totals_mutex_);
    if (comparison) compared_.add(comparison->totals());
    const std::string& said = result ? result->warning : result.error();
    if (!said.empty()) fmt::print(stderr, "haetae: {}\n", said);
    all_read_ = all_read_ && said.empty();
    if (result) totals_.add(result->totals);
  }

  void write(const SeenAt& at, Lines& lines) const {
    if (options_.names) {
      lines.text() += replay_host(at.seen) + '\n';
    } else if (options_.json) {
      write_replay_json(at, *side_.policy, lines.text());
    } else {
      write_replay_text(at, *side_.policy, lines.text());
    }
    lines.flush_if_full();
  }

  void write_changed(const Changed& changed, const Comparison& comparison, Lines& lines) const {
    if (options_.names) {
      lines.text() += replay_host(changed.was.seen) + '\n';
    } else if (options_.json) {
      write_change_json(changed, comparison.policies(), lines.text());
    } else {
      write_change_text(changed, comparison.policies(), lines.text());
    }
    lines.flush_if_full();
  }

  const Options& options_;
  const Side& side_;
  const Side* other_;
  Snapshot<policy::Standing> standing_;
  Progress progress_;
  std::mutex output_;
  std::mutex totals_mutex_;
  ReplayTotals totals_;
  CompareTotals compared_;
  bool all_read_ = true;
  std::atomic<std::size_t> next_{0};
};

// The policy of a loaded configuration, ready to judge; prints why there is none.
std::unique_ptr<Side> side_or_complain(const Options& options, const config::Loaded& loaded) {
  auto policy = policy_or_complain(loaded);
  if (!policy) return nullptr;
  inspect::Settings settings;
  settings.macs_are_devices = !options.behind_router;
  settings.ends_blocked = false;  // it went on
  if (!options.profile.empty()) {
    const auto anybody = anybody_in(*policy, options.profile);
    if (!anybody) {
      fmt::print(stderr, "haetae: {}: {}{}\n", loaded.config.file.string(), anybody.error(),
                 options.compare.empty() ? "" : "; --profile must be in both configurations");
      return nullptr;
    }
    settings.everybody = *anybody;
  }
  return std::make_unique<Side>(std::move(policy), settings);
}

int replay(const Options& options) {
  const auto loaded = load_or_complain(options.config);
  if (!loaded) return 2;
  const auto side = side_or_complain(options, *loaded);
  if (!side) return 2;
  if (options.compare.empty()) return Replay(options, *side, nullptr).run() ? 0 : 2;
  const auto other_loaded = load_or_complain(options.compare);
  if (!other_loaded) return 2;
  // Both may name one state folder, whose compiled lists are the first one's, and a running
  // filter's.
  if (other_loaded->config.state_path == loaded->config.state_path) {
    other_loaded->config.state_path /= "compare";
  }
  const auto other = side_or_complain(options, *other_loaded);
  if (!other) return 2;
  return Replay(options, *side, other.get()).run() ? 0 : 2;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto* const command =
      app.add_subcommand("replay", "what this policy would have done to captured traffic");
  const auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("--profile", options->profile, "judge everything as this profile");
  command->add_option("--compare", options->compare,
                      "another configuration: only requests that it would judge differently");
  command->add_flag("--json", options->json, "one JSON line for each request");
  command->add_flag("--names", options->names, "only what was asked for, a host a line");
  command->add_flag("--behind-router", options->behind_router,
                    "captured behind the router: the MAC addresses are its own, not the devices'");
  command->add_option("--jobs", options->jobs, "captures read at a time; default: all processors");
  command
      ->add_option("CAPTURE", options->captures,
                   "pcap and pcapng files, also .gz and .zst; - is standard input")
      ->required();
  command->callback([options, &exit_code] { exit_code = replay(*options); });
}

}  // namespace haetae::daemon
