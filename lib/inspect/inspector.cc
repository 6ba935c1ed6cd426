#include "inspect/inspector.h"

#include <algorithm>

#include "base/local_address.h"
#include "base/random_key.h"
#include "inspect/inspector_impl.h"

namespace haetae::inspect {
namespace {

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint8_t kIgmp = 2;
constexpr std::uint8_t kNoNextHeader = 59;

// Messages about the network itself: they lead nowhere.
constexpr bool is_control(std::uint8_t protocol) noexcept {
  return protocol == wire::ip_protocol::kIcmp || protocol == wire::ip_protocol::kIcmpV6 ||
         protocol == kIgmp || protocol == kNoNextHeader;
}

// The packet that opens a TCP connection.
bool is_syn(const wire::Packet& packet) noexcept {
  using namespace wire::tcp_flag;  // NOLINT(google-build-using-namespace): two of its words
  return (packet.tcp_flags & (kSyn | kAck)) == kSyn;
}

// Who opened a flow whose start was not seen. Clients take high ports; in a house they are the ones
// that live there.
bool source_is_client(const wire::Packet& packet) noexcept {
  constexpr std::uint16_t kServicePorts = 1024;
  const bool low_source = packet.source_port < kServicePorts;
  const bool low_destination = packet.destination_port < kServicePorts;
  if (low_source != low_destination) return low_destination;
  const bool local_source = is_local(packet.source);
  if (local_source != is_local(packet.destination)) return local_source;
  return packet.source_port >= packet.destination_port;
}

}  // namespace

Inspector::Inspector(const Parts& parts, const Settings& settings)
    : impl_(std::make_unique<Impl>(parts, settings)) {}
Inspector::~Inspector() = default;

void Inspector::begin_batch() noexcept {
  impl_->judge_.refresh();
}
Observation Inspector::on_packet(const wire::Packet& packet, const Now& now) noexcept {
  return impl_->on_packet(packet, now);
}
std::size_t Inspector::flow_count() const noexcept {
  return impl_->flows_.size();
}

Inspector::Impl::Impl(const Parts& parts, const Settings& settings)
    : settings_(settings),
      counters_(parts.counters),
      resolved_(parts.resolved),
      key_(random_key()),
      flows_(settings.flows, key_, parts.counters, *this),
      fragments_(key_, parts.counters),
      judge_(parts, settings) {}

Observation Inspector::Impl::on_packet(const wire::Packet& packet, const Now& now) noexcept {
  counters_.packets.add();
  seen_count_ = 0;
  target_bytes_ = 0;
  flows_.advance(now.monotonic);
  Effect effect = packet.fragment ? on_fragment(packet, now) : on_whole(packet, now);
  const auto seen = std::span<const Seen>(seen_).first(seen_count_);
  if (effect.kind != Effect::Kind::Block &&
      std::ranges::any_of(seen, [this](const Seen& one) { return blocks(one); })) {
    effect = block_of(packet.protocol);
  }
  return {effect, seen};
}

Effect Inspector::Impl::on_fragment(const wire::Packet& packet, const Now& now) noexcept {
  const std::optional<Bytes> whole = fragments_.add(packet, flows_.clock_s());
  if (!whole) return wait();
  wire::Packet joined = packet;
  if (!wire::parse_transport(*whole, joined)) return {};
  // A tunnel's packet may be a fragment in turn. Nobody does that but to hide.
  if (joined.fragment) return {};
  return on_whole(joined, now);
}

Effect Inspector::Impl::on_whole(const wire::Packet& packet, const Now& now) noexcept {
  const FlowSide side = side_of(packet);
  const std::uint64_t hash = flows_.hash(side.key);
  Flow* flow = flows_.find(side.key, hash);
  const bool is_new = flow == nullptr;
  if (is_new) {
    if (is_control(packet.protocol)) return {};
    flow = &flows_.add(side, hash);
    flow->client_is_low = side.source_is_low == source_is_client(packet);
  } else {
    flows_.touch(*flow);
  }
  const Arrival at{packet, now, *flow, side.source_is_low};
  if (settings_.refuses_unresolved && (is_new || is_syn(packet)) && refuse_unresolved(at)) {
    return effect_of(*flow);
  }
  if (flow->life == Life::Opening) hear(at);
  Effect effect;
  switch (packet.protocol) {
    case wire::ip_protocol::kTcp: effect = on_tcp(at); break;
    case wire::ip_protocol::kUdp: effect = on_udp(at); break;
    default: return on_other(at);  // numbers come from the network
  }
  return effect.kind == Effect::Kind::Wait && is_half_said(at) ? hold() : effect;
}

bool Inspector::Impl::refuse_unresolved(const Arrival& at) noexcept {
  Flow& flow = at.flow;
  const IpAddress& server = flow.server();
  if (!at.from_client() || is_local(server) || is_siteless(server)) return false;
  if (settings_.unresolved_except.at(server)) return false;
  const std::uint32_t first = is_syn(at.packet) ? at.packet.sequence + 1 : 0;
  if (stage_of(flow) == Stage::Blocked && flow.memo == first) return true;  // sent again
  Protocol protocol = Protocol::Other;
  if (at.packet.protocol == wire::ip_protocol::kTcp) protocol = Protocol::Tcp;
  if (at.packet.protocol == wire::ip_protocol::kUdp) protocol = Protocol::Udp;
  Seen& seen = begin(at, protocol, policy::Kind::Address);
  if (!judge_.consider_unresolved(seen, at.now)) return false;
  const bool is_blocked = blocks(seen);
  commit();
  if (!is_blocked) return false;
  settle_as(at, Stage::Blocked);
  flow.memo = first;
  return true;
}

// Octets of the client wait for others. Of a flow whose start was not seen that proves nothing:
// what they wait for may have passed long ago.
bool Inspector::Impl::is_half_said(const Arrival& at) noexcept {
  if (stage_of(at.flow) != Stage::Working || !at.from_client() || at.packet.payload.empty()) {
    return false;
  }
  const Work& work = work_of(at.flow);
  return work.room != kNobody && (work.is_certain || work.reader == Reader::Quic);
}

Effect Inspector::Impl::on_other(const Arrival& at) noexcept {
  if (!is_settled(at.flow)) settle_hidden(at, {.protocol = Protocol::Other});
  return effect_of(at.flow);
}

// Of a flow that is opening: once both sides were heard, or one of them twice with something to
// say, it is more than an attempt.
void Inspector::Impl::hear(const Arrival& at) noexcept {
  Flow& flow = at.flow;
  const bool said_something = stage_of(flow) != Stage::New && stage_of(flow) != Stage::Opened;
  if (at.source_is_low) {
    flow.low_heard = true;
  } else {
    flow.high_heard = true;
  }
  const bool says_more = said_something && !at.packet.payload.empty();
  if ((flow.low_heard && flow.high_heard) || says_more) flows_.set_life(flow, Life::Open);
}

void Inspector::Impl::on_leaving(Flow& flow) noexcept {
  if (stage_of(flow) == Stage::Working) works_.give_back(flow.memo);
}

Effect Inspector::Impl::effect_of(const Flow& flow) noexcept {
  switch (stage_of(flow)) {
    case Stage::New:
    case Stage::Opened:
    case Stage::Working:
    case Stage::GivenUp:
    case Stage::Dns: return wait();
    case Stage::Accepted:
    case Stage::AcceptedQuic: return {Effect::Kind::Accept, Effect::End::None};
    case Stage::Blocked: break;
  }
  return block_of(flow.key.protocol);
}

// ---- Works and rooms.

Work& Inspector::Impl::keep(const Arrival& at, Work& work) noexcept {
  if (stage_of(at.flow) == Stage::Working) return work_of(at.flow);
  if (!works_.has_place()) give_up(works_.oldest());
  work.flow = flows_.place_of(at.flow);
  work.source = flows_.source_row(at.flow);
  const std::uint32_t place = works_.take(work);
  set_stage(at.flow, Stage::Working, place);
  return works_[place];
}

bool Inspector::Impl::give_room(Work& work, Works::WhichRoom which) noexcept {
  if (work.*which != kNobody) return true;
  Works::RoomTaken taken = works_.take_room(work, which);
  if (taken == Works::RoomTaken::NoneLeft) {
    give_up(works_.oldest_with_room());
    taken = works_.take_room(work, which);
  }
  if (taken == Works::RoomTaken::Yes) return true;
  counters_.no_room.add();
  return false;
}

void Inspector::Impl::give_up(std::uint32_t work) noexcept {
  counters_.works_given_up.add();
  Flow& flow = flows_.at(works_[work].flow);
  const bool was_judged = works_[work].reader == Reader::Receipt;
  const std::uint32_t start = works_[work].start;
  works_.give_back(work);
  set_stage(flow, was_judged ? Stage::Accepted : Stage::GivenUp, was_judged ? start : 0);
}

// ---- Requests.

Seen& Inspector::Impl::begin(const Arrival& at, Protocol protocol, policy::Kind kind) noexcept {
  Seen& seen = seen_[seen_count_];
  seen = {};
  seen.time = at.now.wall;
  seen.protocol = protocol;
  seen.kind = kind;
  seen.client = {at.flow.client(), at.flow.client_port()};
  seen.server = {at.flow.server(), at.flow.server_port()};
  seen.who = judge_.identify(at.packet, at.from_client());
  judge_.begin();
  return seen;
}

void Inspector::Impl::commit() noexcept {
  judge_.record(seen_[seen_count_]);
  ++seen_count_;
}

void Inspector::Impl::settle(const Arrival& at, const Seen& seen) noexcept {
  settle_as(at, blocks(seen) ? Stage::Blocked : Stage::Accepted);
}

void Inspector::Impl::settle_as(const Arrival& at, Stage stage) noexcept {
  if (stage == Stage::Accepted && awaits_receipt(at)) return;
  Flow& flow = at.flow;
  std::uint32_t first = 0;
  if (stage_of(flow) == Stage::Opened) first = flow.memo;
  if (stage_of(flow) == Stage::Working) {
    first = work_of(flow).start;
    works_.give_back(flow.memo);
  }
  set_stage(flow, stage, first);
}

void Inspector::Impl::settle_unread(const Arrival& at, Protocol protocol, Unread why) noexcept {
  Seen& seen = begin(at, protocol, policy::Kind::Address);
  if (why == Unread::Conflict) {
    counters_.conflicts.add();
    judge_.block_unread(seen, why);
  } else {
    judge_.consider_hidden(seen, true, at.now);
    if (!seen.named_by_resolved) judge_.consider_unread(seen, why);
    if (seen.unread != Unread::No) seen.unread = why;
  }
  commit();
  settle(at, seen);
}

void Inspector::Impl::settle_hidden(const Arrival& at, const Hidden& hidden) noexcept {
  // At home, and where nobody lives, no name is missing.
  const IpAddress& server = at.flow.server();
  if (is_local(server) || is_siteless(server)) return settle_as(at, Stage::Accepted);
  Seen& seen = begin(at, hidden.protocol, policy::Kind::Address);
  seen.technique = hidden.technique;
  const bool is_unknown_quic =
      at.packet.protocol == wire::ip_protocol::kUdp && at.flow.server_port() == kHttpsPort;
  if (is_unknown_quic && settings_.refuses_unknown_quic) {
    judge_.block_unread(seen, Unread::Hidden);
  } else {
    judge_.consider_hidden(seen, hidden.wants_name, at.now);
  }
  commit();
  settle(at, seen);
}

Bytes Inspector::Impl::keep_target(Bytes target) noexcept {
  const std::size_t size = std::min(target.size(), targets_.size() - target_bytes_);
  std::uint8_t* const kept = targets_.data() + target_bytes_;
  std::copy_n(target.begin(), size, kept);
  target_bytes_ += size;
  return {kept, size};
}

bool is_siteless(const IpAddress& address) noexcept {
  constexpr std::uint8_t kV4MulticastFrom = 224;  // reserved and broadcast are above
  constexpr std::uint8_t kV6Multicast = 0xff;
  const IpAddress meant = led_to(address);
  if (meant.is_v4()) return meant.wire().front() >= kV4MulticastFrom || is_unspecified(meant);
  return meant.octets().front() == kV6Multicast || is_unspecified(meant);
}

}  // namespace haetae::inspect
