// Reading QUIC: the last part of inspect::Inspector.
#include <algorithm>
#include <cstring>

#include "base/mix.h"
#include "inspect/inspector_impl.h"
#include "wire/gquic.h"
#include "wire/quic_frames.h"

namespace haetae::inspect {
namespace {

// Stands for a connection id where all that is asked is whether it is the same one.
std::uint32_t digest_of(Bytes id) noexcept {
  std::uint64_t words[3] = {id.size(), 0, 0};
  std::memcpy(words + 1, id.data(), std::min(id.size(), 2 * sizeof(std::uint64_t)));
  return static_cast<std::uint32_t>(spread(words[0] ^ words[1], words[2])) | 1;
}

Bytes first_id_of(const Work& work) noexcept {
  return Bytes(work.first_id).first(work.first_id_size);
}

// Servers discard Initials in shorter datagrams (RFC 9000, section 14.1): inline, who sends one
// means it for us.
bool is_cut_short(const wire::Packet& packet) noexcept {
  constexpr std::size_t kInitialDatagramBytes = 1200;
  return packet.payload.size() + packet.missing_bytes < kInitialDatagramBytes;
}

void set_first_id(Work& work, const wire::QuicPacket& packet) noexcept {
  const std::size_t size = std::min(packet.destination_id.size(), work.first_id.size());
  std::copy_n(packet.destination_id.begin(), size, work.first_id.begin());
  work.first_id_size = static_cast<std::uint8_t>(size);
  work.era = packet.era;
}

}  // namespace

Effect Inspector::Impl::on_quic(const Arrival& at) noexcept {
  Work fresh;
  fresh.reader = Reader::Quic;
  fresh.protocol = Protocol::Quic;
  const bool has_work = stage_of(at.flow) == Stage::Working;
  const bool was_opened = read_quic(at, has_work ? work_of(at.flow) : fresh);
  if (was_opened || is_settled(at.flow)) return effect_of(at.flow);
  // Neither side's packets open: a version that nobody knows, or a flow whose start was not seen.
  Work& work = keep(at, has_work ? work_of(at.flow) : fresh);
  if (++work.unread >= limits::kUnreadPacketsMax)
    settle_hidden(at, {.protocol = Protocol::Quic, .wants_name = true});
  return effect_of(at.flow);
}

bool Inspector::Impl::read_quic(const Arrival& at, Work& work) noexcept {
  Work* current = &work;
  bool was_opened = false;
  wire::QuicPacketReader reader(at.packet.payload);
  for (wire::QuicPacket packet; reader.next(packet) == wire::Progress::Done;) {
    if (packet.type == wire::QuicPacketType::Retry && !at.from_client()) {
      // The client starts anew, with the server's id (RFC 9000, section 17.2.5.2).
      current->first_id_size = 0;
      was_opened = true;
    }
    if (packet.type != wire::QuicPacketType::Initial) continue;
    if (current->first_id_size > 0 && !at.from_client()) {
      was_opened = true;  // a server's own open for nobody; all is well
      continue;
    }
    std::optional<Bytes> plaintext;
    if (!settings_.sees_all || !is_cut_short(at.packet)) plaintext = open(*current, packet);
    if (!plaintext) {
      counters_.quic_unopened.add();
      continue;
    }
    was_opened = true;
    // Client is who sent what opens with a client's keys.
    at.flow.client_is_low = at.source_is_low;
    take_crypto(at, *current, *plaintext);
    if (is_settled(at.flow)) return true;
    current = &keep(at, *current);
  }
  return was_opened;
}

std::optional<Bytes> Inspector::Impl::open(Work& work, const wire::QuicPacket& packet) noexcept {
  if (packet.era == wire::QuicEra::Unknown) return std::nullopt;
  const Bytes first_id = first_id_of(work);
  const bool is_first = std::ranges::equal(first_id, packet.destination_id);
  if (work.first_id_size > 0 && !is_first) {
    // The server's id stands in the header since it answered; the keys stay what they were.
    const auto keys = opener_.client_keys(packet.era, first_id);
    if (const auto plaintext = opener_.open(packet, keys, plaintext_)) return plaintext;
  }
  const auto plaintext = opener_.open(packet, plaintext_);
  if (plaintext && !is_first) set_first_id(work, packet);
  return plaintext;
}

// The hello as a whole often stands in one frame: then it is read where it is.
void Inspector::Impl::take_crypto(const Arrival& at, Work& work, Bytes plaintext) noexcept {
  Work* current = &work;
  wire::QuicCryptoReader frames(plaintext, work.era);
  for (wire::QuicCryptoFrame frame; frames.next(frame) == wire::Progress::Done;) {
    if (frame.octets.empty()) continue;
    if (frame.offset == 0 && current->room == kNobody &&
        read_quic_hello(at, *current, frame.octets).is_settled) {
      return;
    }
    current = &keep(at, *current);
    const bool is_new = current->room == kNobody;
    if (!give_room(*current)) return settle_unread(at, Protocol::Quic, Unread::NoRoom);
    TcpStream& stream = works_.room(*current);
    if (is_new) stream.start(0, true);
    if (frame.offset > limits::kWindowBytesMax) continue;
    const auto offset = static_cast<std::uint32_t>(frame.offset);
    if (stream.add(offset, frame.octets) == TcpStream::Added::Conflict) {
      return settle_unread(at, Protocol::Quic, Unread::Conflict);
    }
  }
  if (current->room == kNobody) return;
  const TcpStream& stream = works_.room(*current);
  if (stream.prefix().empty() || read_quic_hello(at, *current, stream.prefix()).is_settled) return;
  if (!stream.is_full()) return;
  counters_.too_long.add();
  settle_unread(at, Protocol::Quic, Unread::TooLong);
}

Inspector::Impl::Read Inspector::Impl::read_quic_hello(const Arrival& at, Work& work,
                                                       Bytes handshake) noexcept {
  const std::uint32_t id = digest_of(first_id_of(work));
  switch (read_handshake(work.era, handshake)) {
    case wire::Progress::NeedMore: return {.is_settled = blocks_already(at, work, Protocol::Quic)};
    case wire::Progress::Done: judge_hello(at, Protocol::Quic, false); break;
    case wire::Progress::NotThis:
    case wire::Progress::Malformed: judge_hello(at, Protocol::Quic, true); break;
  }
  if (stage_of(at.flow) == Stage::Accepted) set_stage(at.flow, Stage::AcceptedQuic, id);
  return {.is_settled = true};
}

// Into hello_, whatever the client's message is written in.
wire::Progress Inspector::Impl::read_handshake(wire::QuicEra era, Bytes handshake) noexcept {
  if (era != wire::QuicEra::GoogleQ050) return wire::read_client_hello(handshake, hello_);
  hello_ = {};
  return wire::read_chlo(handshake, hello_.server_name);
}

Effect Inspector::Impl::on_old_quic(const Arrival& at, Bytes message) noexcept {
  switch (read_handshake(wire::QuicEra::GoogleQ050, message)) {
    case wire::Progress::NeedMore: return wait();
    case wire::Progress::Done: judge_hello(at, Protocol::Quic, false); break;
    case wire::Progress::NotThis: settle_hidden(at, {.protocol = Protocol::Udp}); break;
    case wire::Progress::Malformed: judge_hello(at, Protocol::Quic, true); break;
  }
  return effect_of(at.flow);
}

// The same ports may be used for another connection, whose name is another. Only a first Initial
// opens with the id that it goes to; what belongs to the connection that was judged does not, or
// goes to the id that is known.
Effect Inspector::Impl::on_later_quic(const Arrival& at) noexcept {
  wire::QuicPacketReader reader(at.packet.payload);
  for (wire::QuicPacket packet; reader.next(packet) == wire::Progress::Done;) {
    // Told to start anew, the client goes on with the server's id: it is the same connection.
    if (packet.type == wire::QuicPacketType::Retry && !at.from_client()) {
      at.flow.memo = digest_of(packet.source_id);
    }
    if (packet.type != wire::QuicPacketType::Initial || !at.from_client()) continue;
    if (digest_of(packet.destination_id) == at.flow.memo) continue;
    if (settings_.sees_all && is_cut_short(at.packet)) continue;
    if (!opener_.open(packet, plaintext_)) continue;
    set_stage(at.flow, Stage::New, 0);
    return on_quic(at);
  }
  return effect_of(at.flow);
}

}  // namespace haetae::inspect
