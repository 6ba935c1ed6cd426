#include "daemon/commands/replay_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <ranges>
#include <vector>

#include "list/url_name.h"

namespace haetae::daemon {

using inspect::Seen;

std::string replay_host(const Seen& seen) {
  return seen.has_name ? seen.name.to_text() : seen.address.to_text();
}

policy::Description describe_seen(const Seen& seen, const policy::Policy& policy) {
  policy::Request request{seen.who, seen.kind, seen.time};
  if (seen.has_name) {
    request.name = &seen.name;
  } else {
    request.address = &seen.address;
  }
  list::UrlName url;
  const auto host = Name::from_text(replay_host(seen));
  if (!seen.path.empty() && host) {
    url = list::url_name(*host, as_text(seen.path));
    request.url = &url;
    request.path = as_text(seen.path);
  }
  return policy::describe(policy, policy.profiles[seen.who.profile], request, seen.verdict);
}

std::string_view replay_verdict(policy::Action action) {
  switch (action) {
    case policy::Action::Allow: return "allowed";
    case policy::Action::Block: return "BLOCKED";
    case policy::Action::Rewrite: return "safe version";
  }
  return "";
}

std::string why_of(const Seen& seen, const policy::Policy& policy) {
  const policy::Description words = describe_seen(seen, policy);
  std::string why(to_text(seen.verdict.reason));
  for (const std::string* word : {&words.category, &words.list, &words.rule}) {
    if (!word->empty()) why += "; " + *word;
  }
  return why;
}

std::string replay_url(const Seen& seen) {
  return seen.verdict.help == policy::kNoCategory ? inspect::url_of(seen) : std::string();
}

std::string replay_input(const Seen& seen) {
  const std::string url = replay_url(seen);
  return url.empty() ? replay_host(seen) : url;
}

std::string replay_device(const Seen& seen, const policy::Policy& policy) {
  const bool is_known = seen.who.device < policy.devices.size();
  return is_known ? policy.devices[seen.who.device].name : std::string();
}

void write_judgement(const Seen& seen, const policy::Policy& policy, event::JsonObject& line) {
  const policy::Verdict& verdict = seen.verdict;
  const policy::Description words = describe_seen(seen, policy);
  line.text("verdict", to_text(verdict.action));
  line.text("reason", to_text(verdict.reason));
  line.text("category", words.category);
  line.text("list", words.list);
  line.text("rule", words.rule);
  line.text("profile", policy.profiles[seen.who.profile].name);
  line.text("until", verdict.valid_until == kNever ? "" : policy.zone.rfc3339(verdict.valid_until));
  line.array("also", words.also, [](event::JsonObject& row, const auto& other) {
    row.text("category", other.category);
    row.text("list", other.list);
    row.text("rule", other.rule);
  });
}

void write_place(const SeenAt& at, const policy::Policy& policy, event::JsonObject& line) {
  const Seen& seen = at.seen;
  line.text("capture", at.capture);
  line.number("packet", at.packet);
  line.text("time", policy.zone.rfc3339(seen.time));
  line.text("proto", to_text(seen.protocol));
  line.text("src", seen.client.address.to_text());
  line.number("sport", seen.client.port);
  line.text("dst", seen.server.address.to_text());
  line.number("dport", seen.server.port);
  line.text("host", replay_host(seen));
  line.text("url", replay_url(seen));
  line.text("device", replay_device(seen, policy));
  line.text("unread", to_text(seen.unread));
  line.text("technique", to_text(seen.technique));
}

void write_replay_json(const SeenAt& at, const policy::Policy& policy, std::string& out) {
  event::JsonObject line(out);
  line.text("input", replay_input(at.seen));
  write_judgement(at.seen, policy, line);
  write_place(at, policy, line);
  line.finish();
  out += '\n';
}

void write_replay_text(const SeenAt& at, const policy::Policy& policy, std::string& out) {
  const Seen& seen = at.seen;
  out += fmt::format("{} {:4} {:15} {} {}", policy.zone.rfc3339(seen.time), to_text(seen.protocol),
                     seen.client.address.to_text(), replay_verdict(seen.verdict.action),
                     replay_input(seen));
  if (seen.verdict.reason != policy::Reason::NoRuleMatched) {
    out += fmt::format(" ({})", why_of(seen, policy));
  }
  out += '\n';
}

void list_counts(std::string_view title, const std::map<std::string, std::uint64_t>& counts,
                 std::string& out) {
  constexpr std::size_t kRowsMax = 10;
  if (counts.empty()) return;
  std::vector<std::pair<std::string, std::uint64_t>> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::greater{}, [](const auto& row) { return row.second; });
  std::string_view before = ":";
  out += title;
  for (const auto& [name, count] : rows | std::views::take(kRowsMax)) {
    out += fmt::format("{} {} {}", before, name, count);
    before = ",";
  }
  if (rows.size() > kRowsMax) out += fmt::format(" and {} more", rows.size() - kRowsMax);
  out += '\n';
}

std::string replay_summary(const ReplayTotals& totals, double seconds) {
  const auto of = [&](policy::Action action) {
    return totals.by_action[static_cast<std::size_t>(action)];
  };
  std::string out = fmt::format(
      "{} requests in {} flows, {} packets ({:.1f} MB) of {} captures: {} allowed, {} blocked, "
      "{} answered with a safe version\n",
      totals.requests, totals.flows, totals.packets, static_cast<double>(totals.octets) / 1e6,
      totals.captures, of(policy::Action::Allow), of(policy::Action::Block),
      of(policy::Action::Rewrite));
  list_counts("blocked by category", totals.blocked_by_category, out);
  list_counts("blocked by device", totals.blocked_by_device, out);
  if (totals.unread_packets > 0) {
    out += fmt::format("{} packets were no IP, or broken\n", totals.unread_packets);
  }
  out += fmt::format("{:.2f} s, {:.2f} million packets a second\n", seconds,
                     seconds > 0 ? static_cast<double>(totals.packets) / seconds / 1e6 : 0.0);
  return out;
}

}  // namespace haetae::daemon
