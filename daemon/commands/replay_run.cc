#include "daemon/commands/replay_run.h"

#include <optional>
#include <utility>

#include "base/random_key.h"

namespace haetae::daemon {
namespace {

constexpr std::uint64_t kPacketsPerReport = 256;
// Of one capture: 8 MB.
constexpr std::size_t kResolvedRows = 65'536;

// The clock of whoever captured is all the time there is.
Now time_of(const CapturedPacket& packet) {
  const auto since_1970 = std::chrono::floor<milliseconds>(packet.time.time_since_epoch());
  return {Time(since_1970), Monotonic(since_1970)};
}

// An Inspector and what it stands on.
struct Inspection {
  Inspection(const ReplayJudge& judge, const Snapshot<policy::Standing>& standing)
      : resolved(kResolvedRows, random_key()),
        inspector({judge.policy, standing, resolved, nullptr, counters}, judge.settings) {}

  policy::Resolved resolved;
  inspect::Counters counters;
  inspect::Inspector inspector;
};

}  // namespace

void ReplayTotals::add(const ReplayTotals& other) {
  captures += other.captures;
  flows += other.flows;
  packets += other.packets;
  octets += other.octets;
  unread_packets += other.unread_packets;
  requests += other.requests;
  for (std::size_t i = 0; i < by_action.size(); ++i) by_action[i] += other.by_action[i];
  for (const auto& [category, count] : other.blocked_by_category) {
    blocked_by_category[category] += count;
  }
  for (const auto& [device, count] : other.blocked_by_device) blocked_by_device[device] += count;
}

std::expected<ReplayRun::Result, std::string> ReplayRun::run(const std::filesystem::path& capture) {
  auto reader = CaptureReader::open(capture);
  if (!reader) return std::unexpected(reader.error());
  Inspection first(parts_.judge, parts_.standing);
  std::optional<Inspection> other;
  if (parts_.other != nullptr) other.emplace(*parts_.other, parts_.standing);
  const std::string name = capture.string();
  Result result;
  result.totals.captures = 1;
  CapturedPacket captured;
  wire::Packet packet;
  std::uint64_t told = 0;
  while (reader->next(captured)) {
    if (reader->counters().packets % kPacketsPerReport == 0) {
      const std::uint64_t read = reader->stored_bytes();
      parts_.progress(read - std::exchange(told, read));
    }
    if (!wire::parse_packet(captured.link, captured.octets, packet)) {
      ++result.totals.unread_packets;
      continue;
    }
    const Now now = time_of(captured);
    const auto seen = first.inspector.on_packet(packet, now).seen;
    for (const inspect::Seen& one : seen) count(one, result.totals);
    if (!other) {
      for (const inspect::Seen& one : seen) parts_.take({name, reader->number(), one});
      continue;
    }
    const auto seen_by_other = other->inspector.on_packet(packet, now).seen;
    if (!seen.empty() || !seen_by_other.empty()) {
      parts_.take_both({name, reader->number(), seen, seen_by_other});
    }
  }
  result.totals.flows = first.counters.flows_made.value();
  result.totals.packets = reader->counters().packets;
  result.totals.octets = reader->counters().octets;
  result.warning = reader->error();
  return result;
}

void ReplayRun::count(const inspect::Seen& seen, ReplayTotals& totals) const {
  ++totals.requests;
  ++totals.by_action[static_cast<std::size_t>(seen.verdict.action)];
  if (seen.verdict.action != policy::Action::Block) return;
  const std::shared_ptr<const policy::Policy> policy = parts_.judge.policy.current();
  const policy::CategoryId category = seen.verdict.category;
  const bool has_category = category < policy->categories.size();
  ++totals.blocked_by_category[has_category ? policy->categories[category].id
                                            : std::string(to_text(seen.verdict.reason))];
  const bool is_known = seen.who.device < policy->devices.size();
  ++totals.blocked_by_device[is_known ? policy->devices[seen.who.device].name
                                      : seen.client.address.to_text()];
}

}  // namespace haetae::daemon
