#include "daemon/commands/replay_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace haetae::daemon {
namespace {

using inspect::Seen;
using policy::Action;
using policy::Policy;

// Distinct hosts counted for one kind of change, some 100 octets each; further ones are counted
// together.
constexpr std::size_t kNamesMax = 100'000;
constexpr const char* kOtherNames = "(others)";

// Whether both read the same request. Its host is not asked: of several readings of one request
// each policy tells the strictest.
bool is_same_request(const Seen& a, const Seen& b) {
  return a.protocol == b.protocol && a.client == b.client && a.server == b.server &&
         a.record_type == b.record_type && std::ranges::equal(a.target, b.target);
}

std::string category_of(const Seen& seen, const Policy& policy) {
  const policy::CategoryId category = seen.verdict.category;
  return category < policy.categories.size() ? policy.categories[category].id : std::string();
}

// What a change is counted under: the category, or the reason where there is none.
std::string subject_of(const Seen& seen, const Policy& policy) {
  const std::string category = category_of(seen, policy);
  return category.empty() ? std::string(to_text(seen.verdict.reason)) : category;
}

std::string device_of(const Seen& seen, const Policy& policy) {
  const std::string device = replay_device(seen, policy);
  return fmt::format("{} ({})", device.empty() ? seen.client.address.to_text() : device,
                     policy.profiles[seen.who.profile].name);
}

void add_counts(NamedCounts& counts, const NamedCounts& more) {
  for (const auto& [name, count] : more) counts[name] += count;
}

void count_name(NamedCounts& names, const std::string& name) {
  const bool has_room = names.size() < kNamesMax || names.contains(name);
  ++names[has_room ? name : kOtherNames];
}

void write_side(std::string_view key, const Seen& seen, const Policy& policy,
                event::JsonObject& line) {
  line.object(key, [&](event::JsonObject& side) {
    write_judgement(seen, policy, side);
    side.text("device", replay_device(seen, policy));
  });
}

std::string_view title_of(Change change) {
  switch (change) {
    case Change::NewlyBlocked: return "newly blocked";
    case Change::NewlyAllowed: return "newly allowed";
    case Change::Otherwise: return "for another reason";
  }
  return "";
}

// The request as it is told: what one of the two takes for a search for help stays untold.
Seen told(const Changed& changed) {
  Seen seen = changed.was.seen;
  if (seen.verdict.help == policy::kNoCategory) seen.verdict.help = changed.would_be.verdict.help;
  return seen;
}

}  // namespace

void CompareTotals::add(const CompareTotals& other) {
  requests += other.requests;
  unpaired += other.unpaired;
  for (std::size_t i = 0; i < kChangesCount; ++i) {
    changes[i].count += other.changes[i].count;
    add_counts(changes[i].by_device, other.changes[i].by_device);
    add_counts(changes[i].by_category, other.changes[i].by_category);
    add_counts(changes[i].by_name, other.changes[i].by_name);
  }
}

// Both see the same requests in the same order, but for those that come on ports of a flow which
// one of them has blocked.
void Comparison::on_packet(const PacketSeen& seen) {
  std::span<const Seen> others = seen.other;
  for (const Seen& was : seen.first) {
    const auto match = std::ranges::find_if(
        others, [&was](const Seen& other) { return is_same_request(was, other); });
    if (match == others.end()) {
      ++totals_.unpaired;
      continue;
    }
    const auto place = static_cast<std::size_t>(match - others.begin());
    totals_.unpaired += place;
    compare({seen.capture, seen.packet, was}, *match);
    others = others.subspan(place + 1);
  }
  totals_.unpaired += others.size();
}

void Comparison::compare(const SeenAt& was, const Seen& would_be) {
  ++totals_.requests;
  const policy::Verdict& before = was.seen.verdict;
  const policy::Verdict& after = would_be.verdict;
  const bool is_same = before.action == after.action && before.reason == after.reason &&
                       category_of(was.seen, parts_.was) == category_of(would_be, parts_.would_be);
  if (is_same) return;
  const bool blocked_before = before.action == Action::Block;
  const bool blocks_after = after.action == Action::Block;
  const Change change = blocked_before == blocks_after ? Change::Otherwise
                        : blocks_after                 ? Change::NewlyBlocked
                                                       : Change::NewlyAllowed;
  const Changed changed{was, would_be, change};
  count(changed);
  parts_.take(changed);
}

void Comparison::count(const Changed& changed) {
  CompareTotals::OfChange& of = totals_.changes[static_cast<std::size_t>(changed.change)];
  const bool is_freed = changed.change == Change::NewlyAllowed;
  ++of.count;
  ++of.by_device[device_of(changed.would_be, parts_.would_be)];
  ++of.by_category[is_freed ? subject_of(changed.was.seen, parts_.was)
                            : subject_of(changed.would_be, parts_.would_be)];
  count_name(of.by_name, replay_host(is_freed ? changed.was.seen : changed.would_be));
}

void write_change_json(const Changed& changed, const Comparison::Parts& policies,
                       std::string& out) {
  event::JsonObject line(out);
  const Seen seen = told(changed);
  line.text("input", replay_input(seen));
  write_side("was", changed.was.seen, policies.was, line);
  write_side("would_be", changed.would_be, policies.would_be, line);
  write_place({changed.was.capture, changed.was.packet, seen}, policies.was, line);
  line.finish();
  out += '\n';
}

void write_change_text(const Changed& changed, const Comparison::Parts& policies,
                       std::string& out) {
  const Seen& was = changed.was.seen;
  out += fmt::format(
      "{} {:4} {:15} {}: was {} ({}), would be {} ({})\n", policies.was.zone.rfc3339(was.time),
      to_text(was.protocol), was.client.address.to_text(), replay_input(told(changed)),
      replay_verdict(was.verdict.action), why_of(was, policies.was),
      replay_verdict(changed.would_be.verdict.action), why_of(changed.would_be, policies.would_be));
}

std::string compare_summary(const CompareTotals& totals) {
  std::uint64_t changed = 0;
  for (const CompareTotals::OfChange& of : totals.changes) changed += of.count;
  std::string out =
      fmt::format("{} of {} requests would be judged differently\n", changed, totals.requests);
  for (std::size_t i = 0; i < kChangesCount; ++i) {
    const CompareTotals::OfChange& of = totals.changes[i];
    if (of.count == 0) continue;
    const std::string_view title = title_of(static_cast<Change>(i));
    out += fmt::format("{}: {}\n", title, of.count);
    list_counts("  by device", of.by_device, out);
    list_counts("  by category", of.by_category, out);
    list_counts("  most often", of.by_name, out);
  }
  if (totals.unpaired > 0) {
    out += fmt::format(
        "left out: {}, seen under one of the two alone, behind a blocked one on the same ports\n",
        totals.unpaired);
  }
  return out;
}

}  // namespace haetae::daemon
