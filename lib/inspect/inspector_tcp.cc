// Putting a TCP client's octets in order: the second part of inspect::Inspector.
#include <algorithm>

#include "inspect/inspector_impl.h"
#include "wire/sequence.h"

namespace haetae::inspect {
namespace {

using wire::tcp_flag::kAck;
using wire::tcp_flag::kFin;
using wire::tcp_flag::kRst;
using wire::tcp_flag::kSyn;
using wire::tcp_flag::kUrg;

}  // namespace

Effect Inspector::Impl::on_tcp(const Arrival& at) noexcept {
  Flow& flow = at.flow;
  const std::uint8_t flags = at.packet.tcp_flags;
  if ((flags & (kSyn | kFin | kRst)) == 0) [[likely]] {
    if (is_settled(flow)) return effect_of(flow);
  } else if ((flags & kSyn) != 0) {
    on_syn(at);
  }
  if (!is_settled(flow) && (flags & kAck) != 0 && !at.from_client()) on_receipt(at);
  if (!is_settled(flow) && !at.packet.payload.empty()) {
    at.from_client() ? on_client_octets(at) : on_server_octets(at);
  }
  if ((flags & kFin) != 0) on_fin(at);
  // Whether a reset is believed is the ends' business: what is known of the flow stays until its
  // short time is up.
  if ((flags & kRst) != 0) flows_.set_life(flow, Life::Closed);
  return effect_of(flow);
}

// ---- A connection's start and end.

void Inspector::Impl::on_syn(const Arrival& at) noexcept {
  const Flow& flow = at.flow;
  if ((at.packet.tcp_flags & kAck) != 0) {
    if (stage_of(flow) == Stage::New) open_anew(at, false, at.packet.acknowledgement);
    return;
  }
  const std::uint32_t first = at.packet.sequence + 1;
  if (stage_of(flow) == Stage::New) return open_anew(at, true, first);
  // A server that has answered takes no other SYN: it would only make us look at the wrong place.
  if (settings_.sees_all && flow.life == Life::Open && !is_settled(flow)) return;
  // Sent again, or the same two ports for another connection?
  if (stage_of(flow) != Stage::Working) {
    if (flow.memo != first) open_anew(at, true, first);
    return;
  }
  Work& work = work_of(flow);
  if (work.start != first) return open_anew(at, true, first);
  work.is_certain = true;
}

void Inspector::Impl::open_anew(const Arrival& at, bool source_is_client,
                                std::uint32_t first) noexcept {
  Flow& flow = at.flow;
  if (stage_of(flow) == Stage::Working) works_.give_back(flow.memo);
  const bool was_in_use = stage_of(flow) != Stage::New;
  flow.client_is_low = source_is_client == at.source_is_low;
  set_stage(flow, Stage::Opened, first);
  if (!was_in_use) return;
  flow.low_heard = at.source_is_low;
  flow.high_heard = !at.source_is_low;
  flow.low_done = false;
  flow.high_done = false;
  flows_.set_life(flow, Life::Opening);
}

void Inspector::Impl::on_fin(const Arrival& at) noexcept {
  Flow& flow = at.flow;
  if (at.source_is_low) {
    flow.low_done = true;
  } else {
    flow.high_done = true;
  }
  const bool both = flow.low_done && flow.high_done;
  if (flow.life != Life::Closed) flows_.set_life(flow, both ? Life::Closed : Life::Closing);
  // Inline, a FIN that no server gets would let the rest pass.
  if (settings_.sees_all || !at.from_client() || stage_of(flow) != Stage::Working) return;
  // All that the client will ever say is there, and it is no whole hello or head.
  Work& work = work_of(flow);
  if (work.room == kNobody || works_.room(work).has_gap()) return;
  const TcpStream& stream = works_.room(work);
  const auto end = at.packet.sequence + static_cast<std::uint32_t>(at.packet.payload.size());
  const auto have = stream.next_sequence() + static_cast<std::uint32_t>(stream.prefix().size());
  if (end != have) return;
  if (work.protocol == Protocol::Tcp) return settle_hidden(at, {.protocol = Protocol::Tcp});
  counters_.malformed.add();
  settle_unread(at, work.protocol, Unread::Malformed);
}

// ---- What the client says.

void Inspector::Impl::on_client_octets(const Arrival& at) noexcept {
  const Flow& flow = at.flow;
  const bool has_syn = (at.packet.tcp_flags & kSyn) != 0;
  const std::uint32_t sequence = at.packet.sequence + (has_syn ? 1 : 0);
  // Servers take an urgent octet out of the stream, or leave it there (RFC 6093).
  if ((at.packet.tcp_flags & kUrg) != 0) {
    return settle_unread(at, Protocol::Tcp, Unread::Conflict);
  }
  const bool was_given_up = stage_of(flow) == Stage::GivenUp;
  Work fresh;
  if (stage_of(flow) != Stage::Working) {
    fresh.is_certain = stage_of(flow) == Stage::Opened;
    fresh.next = fresh.is_certain ? flow.memo : sequence;
    // A capture may show a SYN late. Inline, what came before it belongs to another connection.
    fresh.start = fresh.is_certain || !settings_.sees_all ? fresh.next : 0;
  }
  Work* work = stage_of(flow) == Stage::Working ? &work_of(flow) : &fresh;
  if (wants_receipt(at, *work)) {
    work = &keep(at, *work);
    if (!keep_unreceived(at, *work, sequence) || work->reader == Reader::Receipt) return;
  }
  take_octets(at, *work, at.packet.payload, sequence);
  // What was read of it is lost: unless something starts right here, nobody can read it any more.
  if (was_given_up && !is_settled(at.flow) && stage_of(at.flow) == Stage::Working &&
      work_of(at.flow).reader == Reader::Start) {
    settle_unread(at, Protocol::Tcp, Unread::NoRoom);
  }
}

// The common case first: what comes is what is wanted next, and can be read where it stands.
void Inspector::Impl::take_octets(const Arrival& at, Work& work, Bytes octets,
                                  std::uint32_t sequence) noexcept {
  if (work.room != kNobody) return store_octets(at, work, octets, sequence, false);
  const std::int32_t ahead = wire::sequence_distance(work.next, sequence);
  if (ahead > 0) return store_octets(at, work, octets, sequence, false);
  if (ahead < 0) {
    const auto known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
    if (known >= octets.size()) return count_unread(at, work);
    octets = octets.subspan(known);
  }
  const Read done = read(at, work, octets);
  if (done.is_settled) return;
  work.next += static_cast<std::uint32_t>(done.bytes);
  octets = octets.subspan(done.bytes);
  if (octets.empty()) {
    Work& kept = keep(at, work);
    skip_body(kept);
    return after_cut(at, kept, false);
  }
  store_octets(at, work, octets, work.next, true);
}

// was_read: that nothing more can be read of them before others come was found out already.
void Inspector::Impl::store_octets(const Arrival& at, Work& work, Bytes octets,
                                   std::uint32_t sequence, bool was_read) noexcept {
  Work& kept = keep(at, work);
  if (kept.room == kNobody) {
    if (!give_room(kept)) return settle_unread(at, kept.protocol, Unread::NoRoom);
    works_.room(kept).start(kept.next, kept.is_certain);
  }
  TcpStream& stream = works_.room(kept);
  switch (stream.add(sequence, octets)) {
    case TcpStream::Added::Stored: break;
    case TcpStream::Added::Old: return count_unread(at, kept);
    case TcpStream::Added::Conflict: return settle_unread(at, kept.protocol, Unread::Conflict);
    case TcpStream::Added::TooFar:
      counters_.stream_gaps.add();
      if (stream.is_full()) break;
      if (settings_.sees_all) return settle_unread(at, kept.protocol, Unread::TooLong);
      // What is missing was lost on its way to us. A request may start here; nothing else can.
      if (kept.reader != Reader::Http) return settle_unread(at, kept.protocol, Unread::CutShort);
      kept.body_left = 0;
      kept.chunks.reset();
      kept.unread_from = 0;
      stream.start(sequence, false);
      stream.add(sequence, octets);
      was_read = false;
      break;
  }
  if (!was_read) read_room(at, kept);
  if (is_settled(at.flow)) return;
  after_cut(at, kept, kept.room != kNobody);
}

void Inspector::Impl::read_room(const Arrival& at, Work& work) noexcept {
  TcpStream& stream = works_.room(work);
  for (;;) {
    const Bytes octets = stream.prefix();
    if (octets.empty()) break;
    const Read done = read(at, work, octets);
    if (done.is_settled) return;
    stream.consume(done.bytes);
    const std::size_t skipped = std::min<std::uint64_t>(work.body_left, stream.reach());
    stream.consume(skipped);
    work.body_left -= skipped;
    if (done.bytes + skipped == 0) break;
  }
  if (stream.is_empty()) {
    work.next = stream.next_sequence();
    work.is_certain = true;
    works_.give_back_room(work);
    skip_body(work);
  } else if (stream.is_full()) {
    counters_.too_long.add();
    settle_unread(at, work.protocol, Unread::TooLong);
  }
}

// The octets of a body need not come: what follows them is wanted next.
void Inspector::Impl::skip_body(Work& work) noexcept {
  constexpr std::uint64_t kStep = 1U << 30;  // sequence numbers are ordered within half of them
  const std::uint64_t skipped = std::min(work.body_left, kStep);
  work.next += static_cast<std::uint32_t>(skipped);
  work.body_left -= skipped;
}

// The capture has only the start of this packet. has_rest: of the octets before, some wait for what
// is missing now.
void Inspector::Impl::after_cut(const Arrival& at, Work& work, bool has_rest) noexcept {
  if (at.packet.missing_bytes == 0) return;
  counters_.packets_cut.add();
  if (has_rest && !works_.room(work).has_gap()) {
    return settle_unread(at, work.protocol, Unread::CutShort);
  }
  if (has_rest) return;
  if (wire::sequence_distance(work.next, at.packet.sequence) > 0) return;
  const auto wire_bytes =
      static_cast<std::uint32_t>(at.packet.payload.size()) + at.packet.missing_bytes;
  const std::uint32_t end = at.packet.sequence + wire_bytes;
  if (wire::sequence_distance(work.next, end) <= 0) return;
  work.next = end;
  work.is_certain = false;
}

// Octets that were read before, or came from nowhere. A few are usual: sent again, or to see if the
// other end is alive. Many before anything was read: somebody makes us look at the wrong place.
void Inspector::Impl::count_unread(const Arrival& at, Work& work) noexcept {
  Work& kept = keep(at, work);
  if (kept.reader != Reader::Start || ++kept.unread < limits::kUnreadPacketsMax) return;
  settle_unread(at, kept.protocol, Unread::CutShort);
}

// ---- What the server says.

void Inspector::Impl::on_server_octets(const Arrival& at) noexcept {
  Flow& flow = at.flow;
  const Bytes octets = at.packet.payload;
  if (stage_of(flow) == Stage::New || stage_of(flow) == Stage::GivenUp) {
    // Nobody saw who opened it: whoever says what clients say is the client.
    if (is_client_speaking(octets)) {
      flow.client_is_low = !flow.client_is_low;
      return on_client_octets(at);
    }
    if (++flow.memo >= limits::kUnreadPacketsMax) settle_hidden(at, {.protocol = Protocol::Tcp});
    return;
  }
  if (settings_.sees_all && !is_settled(flow) && has_said_nothing(at)) {
    return count_server_alone(at);
  }
  if (stage_of(flow) != Stage::Working || work_of(flow).reader != Reader::Dns) return;
  // Answers that come in one piece each, as servers send them.
  constexpr std::size_t kLengthBytes = 2;
  Bytes rest = octets;
  while (rest.size() > kLengthBytes) {
    const std::size_t size = std::size_t{rest[0]} << 8 | rest[1];
    if (size > rest.size() - kLengthBytes) return;
    const Bytes message = rest.subspan(kLengthBytes, size);
    if (!is_dns(at.packet, message) || !is_dns_response(message)) return;
    const bool may_pass = on_dns_message(at, message, work_of(flow).asked);
    if ((!may_pass && settings_.ends_blocked) || is_over_full()) {
      return settle_as(at, may_pass ? Stage::Accepted : Stage::Blocked);
    }
    rest = rest.subspan(kLengthBytes + size);
  }
}

// The client opened the connection, and no octet of it has come since.
bool Inspector::Impl::has_said_nothing(const Arrival& at) noexcept {
  if (stage_of(at.flow) == Stage::Opened) return true;
  if (stage_of(at.flow) != Stage::Working) return false;
  const Work& work = work_of(at.flow);
  return work.reader == Reader::Start && work.room == kNobody && work.unreceived == kNobody;
}

// Servers of mail greet first; of FTP's data they speak alone, and no name will come. In a capture
// it may be the client's packets that come late.
void Inspector::Impl::count_server_alone(const Arrival& at) noexcept {
  Work fresh;
  if (stage_of(at.flow) == Stage::Opened) {
    fresh.is_certain = true;
    fresh.next = fresh.start = at.flow.memo;
  }
  if (++keep(at, fresh).unread < limits::kUnreadPacketsMax) return;
  settle_hidden(at, {.protocol = Protocol::Tcp});
}

bool Inspector::Impl::is_client_speaking(Bytes octets) noexcept {
  constexpr std::uint8_t kHandshake = 0x16;
  if (octets.front() == kHandshake) {
    return wire::read_tls_hello(octets, hello_) != wire::Progress::NotThis;
  }
  return wire::read_http_head(octets, head_) == wire::Progress::Done && head_.version_major == 1;
}

}  // namespace haetae::inspect
