#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "daemon/clock.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/common.h"
#include "daemon/commands/explain_input.h"
#include "daemon/commands/explain_output.h"
#include "daemon/commands/explain_page.h"
#include "list/import.h"
#include "policy/decide.h"

namespace haetae::daemon {
namespace {

struct Options {
  std::string config;
  std::string profile;
  std::string device;
  std::string address;
  std::string at;
  std::string type;
  std::string page;
  bool json = false;
  std::vector<std::string> inputs;
};

// Who asks, from the options; the first that is given counts, in the order of their strength.
std::expected<policy::Identity, std::string> identity_of(const Options& options,
                                                         const policy::Policy& policy) {
  if (!options.profile.empty()) return anybody_in(policy, options.profile);
  if (!options.device.empty()) {
    const auto found = std::ranges::find(policy.devices, options.device, &policy::Device::name);
    if (found == policy.devices.end()) {
      return std::unexpected(fmt::format("no such device: '{}'", options.device));
    }
    const auto id = static_cast<policy::DeviceId>(found - policy.devices.begin());
    return policy::Identity{id, found->profile};
  }
  if (!options.address.empty()) {
    const auto address = IpAddress::from_text(options.address);
    if (!address) {
      return std::unexpected(fmt::format("'{}' is not an address", options.address));
    }
    return policy.identify({.address = *address});
  }
  return policy::Identity{policy::kUnknownDevice, policy.default_profile};
}

class Explainer {
 public:
  Explainer(const Options& options, const config::Loaded& loaded, const policy::Policy& policy,
            policy::Identity who, Time now, const SavedPage* page)
      : options_(options),
        loaded_(loaded),
        policy_(policy),
        page_(page),
        scratch_(policy),
        who_(who),
        now_(now) {}

  // Prints one answer; false if the input could not be judged.
  bool explain(const std::string& input) {
    const auto subject = parse_subject(input);
    if (!subject) {
      if (options_.json) {
        write_json_error(input, subject.error(), out_);
        flush_if_full();
      } else {
        fmt::print(stderr, "haetae: {}: {}\n", input, subject.error());
      }
      return false;
    }
    policy::Request request;
    request.who = who_;
    request.kind = subject->kind;
    request.now = now_;
    if (subject->address) {
      request.address = &*subject->address;
    } else {
      request.name = &subject->name;
    }
    if (subject->url) request.url = &*subject->url;
    request.path = subject->path;
    policy::Verdict verdict = policy::decide(policy_, policy::Standing{}, request, scratch_);
    // A page whose request is blocked never comes.
    const bool is_of_page = page_ != nullptr && verdict.action != policy::Action::Block;
    if (is_of_page) {
      request.kind = policy::Kind::HttpBody;
      verdict = policy::decide_page(policy_, policy::Standing{}, request, page_->facts(), scratch_);
    }
    const Explanation explanation{policy_, policy_.profiles[who_.profile], request, verdict};
    if (options_.json) {
      write_json(input, explanation, is_of_page ? page_->json(explanation) : "", out_);
    } else {
      write_text(input, explanation, line_of(explanation), out_);
      if (is_of_page) page_->write_text(explanation, out_);
    }
    flush_if_full();
    return true;
  }

  void flush() {
    std::cout << out_ << std::flush;
    out_.clear();
  }

 private:
  static constexpr std::size_t kFlushBytes = 64 * 1024;

  void flush_if_full() {
    if (out_.size() >= kFlushBytes) flush();
  }

  // The line of the list's file on which the deciding rule stands, for a person who asks about one
  // name. Not for JSON, whose readers ask about millions.
  std::optional<std::uint32_t> line_of(const Explanation& explanation) const {
    const policy::Verdict& verdict = explanation.verdict;
    if (verdict.rule_kind != policy::RuleKind::List) return std::nullopt;
    const policy::Description words = describe(explanation);
    const std::string& list = policy_.lists[verdict.source].name;
    const auto sources = build::list_sources(loaded_);
    const auto source = std::ranges::find(sources, list, &config::ListSource::name);
    if (source == sources.end()) return std::nullopt;
    const list::ImportSpec spec = build::import_spec(*source, nullptr);
    if (const auto prefix = Cidr::from_text(words.rule)) {
      return list::find_line(spec, list::AddressRule{*prefix});
    }
    const auto rule = list::rule_of(words.rule);
    return rule ? list::find_line(spec, *rule) : std::nullopt;
  }

  const Options& options_;
  const config::Loaded& loaded_;
  const policy::Policy& policy_;
  const SavedPage* page_;  // null: the request alone is judged
  policy::Scratch scratch_;
  policy::Identity who_;
  Time now_;
  std::string out_;
};

int complain(const std::string& message) {
  fmt::print(stderr, "haetae: {}\n", message);
  return 2;
}

int explain(const Options& options) {
  const auto loaded = load_or_complain(options.config);
  if (!loaded) return 2;
  const auto made = policy_or_complain(
      *loaded, options.page.empty() ? build::Pages::WhereProxied : build::Pages::Anyhow);
  if (!made) return 2;
  const policy::Policy& policy = *made;
  const auto who = identity_of(options, policy);
  if (!who) return complain(who.error());
  std::optional<Time> at;
  if (!options.at.empty()) {
    at = parse_time(options.at);
    if (!at)
      return complain(
          fmt::format("--at: '{}' is no time; write it like "
                      "2026-03-01T21:30:00+09:00",
                      options.at));
  }
  if (!options.type.empty() && !is_record_type(options.type)) {
    return complain(
        fmt::format("--type: '{}' is no record type; write it like A, AAAA, HTTPS", options.type));
  }
  std::optional<SavedPage> page;
  if (!options.page.empty()) {
    auto read = SavedPage::read(options.page, policy.phrases());
    if (!read) return complain("--page: " + read.error());
    page = std::move(*read);
  }
  Explainer explainer(options, *loaded, policy, *who, at.value_or(read_clock().wall),
                      page ? &*page : nullptr);
  bool all_judged = true;
  const auto take = [&](const std::string& input) { all_judged &= explainer.explain(input); };
  if (options.inputs == std::vector<std::string>{"-"}) {
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) take(line);
  } else {
    std::ranges::for_each(options.inputs, take);
  }
  explainer.flush();
  return all_judged ? 0 : 2;
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_code) {
  auto* const command =
      app.add_subcommand("explain", "what the policy says of a name or URL, and why");
  const auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("--profile", options->profile, "judge as this profile");
  command->add_option("--device", options->device, "judge as this device");
  command->add_option("--address", options->address, "judge as the device with this address");
  command->add_option("--at", options->at, "judge at this time (RFC 3339); default: now");
  command->add_option("--type", options->type, "the record type asked, e.g. A or HTTPS");
  command->add_option("--page", options->page,
                      "judge the page that was saved in this file, as if it came from there");
  command->add_flag("--json", options->json, "one JSON object a line");
  command
      ->add_option("NAME_OR_URL", options->inputs,
                   "what to judge: names, URLs, addresses; - reads lines from standard input")
      ->required();
  command->callback([options, &exit_code] {
    if (options->inputs == std::vector<std::string>{"-"}) options->json = true;
    exit_code = explain(*options);
  });
}

}  // namespace haetae::daemon
