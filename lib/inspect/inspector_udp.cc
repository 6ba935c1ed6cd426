// Reading datagrams: the fifth part of inspect::Inspector.
#include <algorithm>
#include <array>

#include "base/mix.h"
#include "inspect/inspector_impl.h"
#include "inspect/tunnels.h"
#include "wire/dns_message.h"
#include "wire/dns_records.h"
#include "wire/gquic.h"

namespace haetae::inspect {
namespace {

constexpr std::uint16_t kDnsPort = 53;

bool has_port(const wire::Packet& packet, std::uint16_t port) noexcept {
  return packet.source_port == port || packet.destination_port == port;
}

// Names of the house alone, asked of everybody in it: NetBIOS (RFC 1002), multicast DNS (RFC 6762),
// LLMNR (RFC 4795).
bool is_house_chatter(const wire::Packet& packet) noexcept {
  if (packet.protocol != wire::ip_protocol::kUdp) return false;
  constexpr std::array<std::uint16_t, 3> kPorts{137, 5353, 5355};
  return std::ranges::any_of(kPorts, [&](std::uint16_t port) { return has_port(packet, port); });
}

// A long header (RFC 8999, section 5.1).
bool has_long_header(Bytes datagram) noexcept {
  return !datagram.empty() && (datagram.front() & 0x80) != 0;
}

// Versions that are sent to keep servers from forgetting that there may be others (RFC 9000,
// section 15).
bool is_grease(std::uint32_t version) noexcept {
  return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

// A packet of QUIC, of a version that we know or that says that it is one.
bool is_quic(Bytes datagram) noexcept {
  if (!has_long_header(datagram)) return false;
  wire::QuicPacketReader reader(datagram);
  wire::QuicPacket packet;
  if (reader.next(packet) == wire::Progress::NotThis) return false;
  return packet.era != wire::QuicEra::Unknown || is_grease(packet.version);
}

}  // namespace

bool is_dns_response(Bytes message) noexcept {
  constexpr std::uint8_t kResponseBit = 0x80;
  return message.size() > 2 && (message[2] & kResponseBit) != 0;
}

bool is_dns(const wire::Packet& packet, Bytes message) noexcept {
  if (is_house_chatter(packet)) return false;
  wire::RecordReader reader(message);
  const wire::Header& header = reader.header();
  if (reader.error()) return false;
  if (has_port(packet, kDnsPort)) return true;
  if (is_siteless(packet.destination)) return false;
  // Elsewhere it must be a question as resolvers ask and answer it: by chance nothing else is.
  constexpr std::uint16_t kReserved = 0x0040;
  if (header.opcode() != wire::Opcode::Query || header.has(kReserved)) return false;
  if (header.question_count != 1) return false;
  constexpr std::uint16_t kRecordsMax = 256;
  const bool is_query = !header.has(wire::Header::kResponse);
  if (is_query && (header.answer_count != 0 || header.authority_count > 1)) return false;
  if (header.answer_count > kRecordsMax || header.authority_count > kRecordsMax ||
      header.additional_count > kRecordsMax) {
    return false;
  }
  wire::Question question;
  if (!reader.next_question(question)) return false;
  constexpr std::uint16_t kChaos = 3;
  const auto klass = static_cast<std::uint16_t>(question.klass);
  if (question.klass != wire::RRClass::In && klass != kChaos) return false;
  for (wire::Record record; reader.next(record);) {
  }
  return !reader.error();
}

Effect Inspector::Impl::on_udp(const Arrival& at) noexcept {
  const Bytes datagram = at.packet.payload;
  switch (stage_of(at.flow)) {
    case Stage::Blocked: return effect_of(at.flow);
    case Stage::Accepted:
      // Another program's, or what was sent to be taken for it: a connection may begin all the
      // same.
      if (is_quic(datagram)) return on_later_quic(at);
      return effect_of(at.flow);
    case Stage::AcceptedQuic:
      if (has_long_header(datagram)) return on_later_quic(at);
      return effect_of(at.flow);
    case Stage::Working: return on_quic(at);
    case Stage::Dns: return on_dns_datagram(at);
    case Stage::Opened:
    case Stage::GivenUp:
    case Stage::New: break;
  }
  if (datagram.empty()) return wait();
  if (is_dns(at.packet, datagram)) {
    at.flow.client_is_low = is_dns_response(datagram) != at.source_is_low;
    set_stage(at.flow, Stage::Dns, 0);
    return on_dns_datagram(at);
  }
  if (is_quic(datagram)) return on_quic(at);
  if (Bytes message; wire::read_gquic_packet(datagram, message) == wire::Progress::Done) {
    return on_old_quic(at, message);
  }
  settle_hidden(at, {.protocol = Protocol::Udp, .technique = technique_of_datagram(datagram)});
  return effect_of(at.flow);
}

// ---- DNS.

// A blocked question's datagram may not pass; the flow's next ones are judged by themselves.
Effect Inspector::Impl::on_dns_datagram(const Arrival& at) noexcept {
  const Bytes message = at.packet.payload;
  if (message.empty()) return wait();
  if (!is_dns(at.packet, message)) {
    settle_hidden(at, {.protocol = Protocol::Udp, .technique = technique_of_datagram(message)});
    return effect_of(at.flow);
  }
  if (!on_dns_message(at, message, at.flow.memo)) {
    return {Effect::Kind::Block, Effect::End::Drop};
  }
  return wait();
}

// asked: stands for the ids of questions that were seen. An answer's question was judged when it
// was asked, unless nobody saw that.
bool Inspector::Impl::on_dns_message(const Arrival& at, Bytes message,
                                     std::uint32_t& asked) noexcept {
  constexpr std::uint32_t kBits = 32;
  const std::uint32_t id = std::uint32_t{message[0]} << 8 | message[1];
  const std::uint32_t bit = 1U << spread(id) % kBits;
  if (is_dns_response(message)) {
    learn(at, message);
    return (asked & bit) != 0 || on_questions(at, message);
  }
  asked |= bit;
  return on_questions(at, message);
}

bool Inspector::Impl::on_questions(const Arrival& at, Bytes message) noexcept {
  wire::RecordReader reader(message);
  bool may_pass = true;
  const auto judge = [&](const auto& consider) {
    Seen& seen = begin(at, Protocol::Dns, policy::Kind::DnsName);
    consider(seen);
    commit();
    may_pass = may_pass && !blocks(seen);
  };
  for (wire::Question question; reader.next_question(question);) {
    if (is_full()) {
      counters_.requests_of_packet_full.add();
      judge([&](Seen& seen) { judge_.consider_unread(seen, Unread::TooMany); });
      return may_pass;
    }
    judge([&](Seen& seen) {
      seen.record_type = static_cast<std::uint16_t>(question.type);
      judge_.consider(seen, question.name);
    });
  }
  if (!reader.error()) return may_pass;
  counters_.malformed.add();
  judge([&](Seen& seen) { judge_.consider_unread(seen, Unread::Malformed); });
  return may_pass;
}

// What an answer says of addresses is remembered for the flows that will come.
void Inspector::Impl::learn(const Arrival& at, Bytes message) noexcept {
  wire::RecordReader reader(message);
  wire::Question question;
  if (reader.header().answer_count == 0 || !reader.next_question(question)) return;
  const policy::Identity who = judge_.identify(at.packet, at.from_client());
  const policy::Resolved::Whose whose = judge_.whose(who, at.flow.client());
  std::size_t learned = 0;
  for (wire::Record record; learned < limits::kAnswerAddressesMax && reader.next(record);) {
    if (record.section != wire::Section::Answer) break;
    if (record.type != wire::RRType::A && record.type != wire::RRType::Aaaa) continue;
    const auto address = wire::read_address(record);
    if (!address) continue;
    ++learned;
    const bool is_kept = resolved_.remember({.whose = whose,
                                             .address = *address,
                                             .name = question.name,
                                             .source = policy::Resolved::Source::Seen,
                                             .ttl_s = wire::ttl_seconds(record.ttl_s)},
                                            at.now.monotonic);
    (is_kept ? counters_.resolved_learned : counters_.resolved_busy).add();
  }
}

}  // namespace haetae::inspect
