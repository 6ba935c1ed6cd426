#include "inspect/judged_flows.h"

#include <algorithm>
#include <bit>

#include "base/address_hash.h"

namespace haetae::inspect {
namespace {

using policy::FlowMark;

// Its protocol is one that names its host, and no name was found.
bool hides_name(const Seen& seen) noexcept {
  const bool names_hosts = seen.protocol == Protocol::Tls || seen.protocol == Protocol::Quic ||
                           seen.protocol == Protocol::Http;
  return seen.unread != Unread::No || (names_hosts && !seen.has_name);
}

bool is_stop(const policy::Verdict& presence) noexcept {
  return presence.action == policy::Action::Block;
}

// The longest suffix that fits.
Bytes fitting(const Name& name, std::size_t room) noexcept {
  std::size_t label = 0;
  while (name.suffix_wire(label).size() > room) ++label;
  return name.suffix_wire(label);
}

}  // namespace

JudgedFlows::JudgedFlows(const Parts& parts, const HashKey& key, std::size_t rows)
    : policy_(parts.policy),
      standing_(parts.standing),
      scratch_(*policy_),
      counters_(parts.counters),
      sightings_(parts.sightings),
      events_(parts.events),
      key_(key),
      mask_(std::bit_ceil(std::max(rows, kWays) / kWays) - 1),
      buckets_(mask_ + 1),
      rows_((mask_ + 1) * kWays),
      rows_of_source_(kSources) {}

void JudgedFlows::begin_batch(const Now& now) {
  const auto standing_before = standing_.held();
  const bool policy_changed = policy::refresh_together(policy_, standing_);
  if (policy_changed) scratch_ = policy::Scratch(*policy_);
  sightings_.refresh(*policy_, policy_changed);
  const milliseconds steady = now.monotonic - last_monotonic_;
  const bool is_first = last_wall_ == kNever;
  const bool clock_was_set =
      !is_first && std::chrono::abs(now.wall - last_wall_ - steady) > limits::kClockStep;
  last_wall_ = now.wall;
  last_monotonic_ = now.monotonic;
  if (policy_changed || standing_.held() != standing_before || clock_was_set ||
      now.wall >= next_edge_) {
    begin_pass();
  }
}

// One that runs goes on to its end first, so that changes that come faster than it runs do not keep
// it from ever reaching the last row.
void JudgedFlows::begin_pass() noexcept {
  next_edge_ = kNever;
  if (pass_ != Pass::None) {
    pass_ = Pass::RunsAndAgain;
    return;
  }
  pass_ = Pass::Runs;
  cursor_ = 0;
}

void JudgedFlows::end_pass() noexcept {
  const bool again = pass_ == Pass::RunsAndAgain;
  pass_ = Pass::None;
  if (again) begin_pass();
}

// ---- Remembering.

JudgedFlows::Place JudgedFlows::place_of(const FlowKey& key) const noexcept {
  const std::uint64_t hash = hash_of(key, key_);
  return {hash & mask_, static_cast<std::uint16_t>(hash >> 48)};
}

std::size_t JudgedFlows::find(const Place& place, const FlowKey& key) const noexcept {
  const Bucket& bucket = buckets_[place.bucket];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (bucket.rows_plus_1[way] == 0) break;
    if (bucket.tags[way] != place.tag) continue;
    const std::size_t row = bucket.rows_plus_1[way] - 1;
    if (rows_[row].key == key) return row;
  }
  return rows_.size();
}

// Of a full bucket: one of the source that has the most of all.
std::size_t JudgedFlows::choose(const Bucket& bucket) noexcept {
  std::size_t chosen = ++hand_ % kWays;
  for (std::size_t i = 1; i < kWays; ++i) {
    const std::size_t way = (hand_ + i) % kWays;
    if (rows_of_source_[bucket.sources[way]] > rows_of_source_[bucket.sources[chosen]]) {
      chosen = way;
    }
  }
  return chosen;
}

// A new one, else that of another flow, which is forgotten for it.
std::size_t JudgedFlows::take_row(const Place& place, const IpAddress& client) noexcept {
  Bucket& bucket = buckets_[place.bucket];
  std::size_t way = 0;
  while (way < kWays && bucket.rows_plus_1[way] != 0) ++way;
  if (way < kWays) {
    bucket.rows_plus_1[way] = static_cast<std::uint32_t>(++used_);
  } else {
    way = choose(bucket);
    counters_.flows_forgotten.add();
    --rows_of_source_[bucket.sources[way]];
  }
  bucket.tags[way] = place.tag;
  bucket.sources[way] = static_cast<std::uint16_t>(hash_of(client, key_) % kSources);
  ++rows_of_source_[bucket.sources[way]];
  counters_.flows_remembered.add();
  return bucket.rows_plus_1[way] - 1;
}

FlowMark JudgedFlows::allowed(const FlowKey& key, const Seen& seen, const Trace& trace) noexcept {
  const Place place = place_of(key);
  std::size_t row = find(place, key);
  if (row == rows_.size()) row = take_row(place, seen.client.address);
  const policy::Verdict presence =
      policy::presence(*policy_, *standing_, seen.who.profile, seen.time);
  Row& kept = rows_[row];
  kept.key = key;
  kept.interface = trace.interface;
  kept.has_mac = trace.mac.has_value();
  kept.mac = trace.mac.value_or(MacAddress{});
  kept.mark = policy::mark_for(seen.verdict, is_stop(presence));
  kept.is_settled = false;
  kept.valid_until = std::min(seen.verdict.valid_until, presence.valid_until);
  write(kept, seen);
  next_edge_ = std::min(next_edge_, kept.valid_until);
  return kept.mark;
}

void JudgedFlows::take_up(const FlowKey& key, const Seen& seen, const Trace& trace,
                          FlowMark written) noexcept {
  allowed(key, seen, trace);
  Row& row = rows_[find(place_of(key), key)];
  row.is_settled = true;
  row.mark = written;
  next_edge_ = seen.time;
}

void JudgedFlows::write(Row& row, const Seen& seen) const noexcept {
  row.client_is_low = row.key.low == seen.client.address && row.key.low_port == seen.client.port;
  row.has_name = seen.has_name;
  row.wants_name = hides_name(seen);
  row.kind = seen.kind;
  row.technique = seen.technique;
  const Bytes subject =
      seen.has_name ? fitting(seen.name, kNameRoomBytes) : Bytes(seen.address.octets());
  row.subject_bytes = static_cast<std::uint8_t>(subject.size());
  std::ranges::copy(subject, row.subject.begin());
}

std::optional<FlowMark> JudgedFlows::settle(const FlowKey& key) noexcept {
  const std::size_t row = find(place_of(key), key);
  if (row == rows_.size()) return std::nullopt;
  rows_[row].is_settled = true;
  return rows_[row].mark;
}

FlowMark JudgedFlows::written_on(const Row& row) noexcept {
  return row.is_settled || row.mark == FlowMark::Blocked ? row.mark : FlowMark::Undecided;
}

// ---- Judging again.

std::span<const JudgedFlows::Change> JudgedFlows::judge_some(const Now& now) noexcept {
  changed_count_ = 0;
  if (pass_ == Pass::None) return {};
  for (std::size_t left = limits::kJudgedAgainPerTurn; left > 0; --left, ++cursor_) {
    if (cursor_ >= used_) {
      end_pass();
      break;
    }
    Row& row = rows_[cursor_];
    const Again again = judge(row, now);
    counters_.judged_again.add();
    row.valid_until = again.valid_until;
    next_edge_ = std::min(next_edge_, row.valid_until);
    const FlowMark before = written_on(row);
    row.mark = again.mark;
    if (written_on(row) == before) continue;
    counters_.judged_otherwise.add();
    if (again.mark == FlowMark::Blocked) write_event(row, again, now);
    changed_[changed_count_++] = {row.key, row.client_is_low, written_on(row)};
  }
  return std::span<const Change>(changed_).first(changed_count_);
}

policy::Identity JudgedFlows::identify(const Row& row) const noexcept {
  Trace trace{row.interface};
  if (row.has_mac) trace.mac = row.mac;
  const IpAddress& client = row.client_is_low ? row.key.low : row.key.high;
  return policy_->identify(sightings_.look(client, trace));
}

JudgedFlows::Again JudgedFlows::judge(const Row& row, const Now& now) noexcept {
  policy::Request request{identify(row), row.kind, now.wall};
  request.technique = row.technique;
  const policy::Verdict presence =
      policy::presence(*policy_, *standing_, request.who.profile, now.wall);
  const Bytes subject = Bytes(row.subject).first(row.subject_bytes);
  policy::Verdict verdict;
  if (row.has_name) {
    const auto name = Name::from_wire(subject);
    request.name = &*name;
    verdict = policy::decide(*policy_, *standing_, request, scratch_);
  } else {
    const IpAddress address = IpAddress::v6(subject.first<16>());
    request.address = &address;
    verdict = policy::decide(*policy_, *standing_, request, scratch_);
  }
  FlowMark mark = policy::mark_for(verdict, is_stop(presence));
  Time valid_until = std::min(verdict.valid_until, presence.valid_until);
  if (row.wants_name && mark != FlowMark::Blocked) {
    request.name = nullptr;
    request.address = nullptr;
    verdict = policy::undecidable(*policy_, *standing_, request);
    mark = policy::mark_for(verdict, is_stop(presence));
    valid_until = std::min(valid_until, verdict.valid_until);
  }
  return {request.who, verdict, mark, valid_until};
}

void JudgedFlows::write_event(const Row& row, const Again& again, const Now& now) noexcept {
  if (events_ == nullptr || !event::is_kept(policy_->profiles[again.who.profile], again.verdict)) {
    return;
  }
  event::Event* const event = events_->slot();
  if (event == nullptr) return counters_.judged_events_lost.add();
  const FlowKey& key = row.key;
  event->policy_generation = policy_->generation;
  event->when = now.wall;
  event->peer = row.client_is_low ? Peer{key.low, key.low_port} : Peer{key.high, key.high_port};
  event->who = again.who;
  event->kind = row.kind;
  event->record_type = 0;
  event->technique = row.technique;
  event->verdict = again.verdict;
  event->name_size = 0;
  event->clear_answer();
  const Bytes subject = Bytes(row.subject).first(row.subject_bytes);
  if (row.has_name) {
    event->set_name(*Name::from_wire(subject));
  } else {
    event->set_answer(IpAddress::v6(subject.first<16>()));
  }
  events_->push();
}

}  // namespace haetae::inspect
