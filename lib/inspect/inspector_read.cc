// Reading what a TCP client says: the third part of inspect::Inspector.
#include <algorithm>

#include "base/local_address.h"
#include "inspect/inspector_impl.h"
#include "inspect/tunnels.h"
#include "wire/dns_message.h"
#include "wire/dns_records.h"

namespace haetae::inspect {
namespace {

constexpr std::size_t kLengthBytes = 2;  // before each DNS message of a stream
constexpr std::size_t kDnsStreamHead = kLengthBytes + 12;

enum class Fit : std::uint8_t { No, Maybe, Yes };

// Whether a stream starts with a DNS query (RFC 1035, section 4.2.2). Maybe: more is needed.
Fit fits_dns(const wire::Packet& packet, Bytes octets) noexcept {
  constexpr std::size_t kQueryBytesMax = 4096;
  constexpr std::size_t kQueryBytesMin = 12 + 5;
  if (octets.size() < kLengthBytes) return octets.front() < 16 ? Fit::Maybe : Fit::No;
  const std::size_t size = std::size_t{octets[0]} << 8 | octets[1];
  if (size < kQueryBytesMin || size > kQueryBytesMax) return Fit::No;
  if (octets.size() < kDnsStreamHead) return Fit::Maybe;
  wire::WireReader in(octets.subspan(kLengthBytes));
  const auto header = wire::read_header(in);
  if (header->has(wire::Header::kResponse) || header->opcode() != wire::Opcode::Query ||
      header->question_count != 1 || header->answer_count != 0 || header->authority_count > 1) {
    return Fit::No;
  }
  if (octets.size() < kLengthBytes + size) return Fit::Maybe;
  return is_dns(packet, octets.subspan(kLengthBytes, size)) ? Fit::Yes : Fit::No;
}

}  // namespace

// As long as one reader hands over to another.
Inspector::Impl::Read Inspector::Impl::read(const Arrival& at, Work& work, Bytes octets) noexcept {
  Read all;
  while (!octets.empty()) {
    const Reader reader = work.reader;
    Read some;
    switch (reader) {
      case Reader::Start: some = read_start(at, work, octets); break;
      case Reader::Http: some = read_http(at, work, octets); break;
      case Reader::Dns: some = read_dns(at, work, octets); break;
      case Reader::Quic:
      case Reader::Receipt: break;
    }
    all.bytes += some.bytes;
    all.is_settled = some.is_settled;
    if (some.is_settled || (some.bytes == 0 && work.reader == reader)) break;
    octets = octets.subspan(some.bytes);
  }
  return all;
}

// What protocol is it? The first that does not say no.
Inspector::Impl::Read Inspector::Impl::read_start(const Arrival& at, Work& work,
                                                  Bytes octets) noexcept {
  const wire::Progress tls = wire::read_tls_hello(octets, hello_);
  if (tls != wire::Progress::NotThis) {
    work.protocol = Protocol::Tls;
    return read_tls(at, work, tls);
  }
  const Read http = read_head(at, work, octets);
  if (!http.is_not_this) {
    work.protocol = Protocol::Http;
    return http;
  }
  switch (fits_dns(at.packet, octets)) {
    case Fit::No: break;
    case Fit::Maybe: return {};
    case Fit::Yes:
      work.reader = Reader::Dns;
      work.protocol = Protocol::Dns;
      return {};
  }
  // Where its start was not seen, the first that came need not be the first that was sent. Inline,
  // nobody waits for more: the rest of a name may be next.
  const bool may_be_later = !work.is_certain && !settings_.sees_all;
  if (may_be_later && ++work.unread < limits::kUnreadPacketsMax) return {};
  // Inside of a proxy's tunnel: where it leads was judged.
  if (work.proxied > 0) {
    settle_as(at, Stage::Accepted);
    return {.is_settled = true};
  }
  // Inline, who makes us forget how it began hides something.
  const bool hides = settings_.sees_all && !work.is_certain;
  settle_hidden(
      at,
      {.protocol = Protocol::Tcp, .wants_name = hides, .technique = technique_of_stream(octets)});
  return {.is_settled = true};
}

// ---- TLS.

Inspector::Impl::Read Inspector::Impl::read_tls(const Arrival& at, Work& work,
                                                wire::Progress progress) noexcept {
  switch (progress) {
    case wire::Progress::NotThis: break;
    case wire::Progress::NeedMore: return {.is_settled = blocks_already(at, work, Protocol::Tls)};
    case wire::Progress::Done: judge_hello(at, Protocol::Tls, false); break;
    case wire::Progress::Malformed: judge_hello(at, Protocol::Tls, true); break;
  }
  return {.is_settled = true};
}

void Inspector::Impl::judge_hello(const Arrival& at, Protocol protocol,
                                  bool is_malformed) noexcept {
  const auto kind = protocol == Protocol::Tls ? policy::Kind::TlsName : policy::Kind::QuicName;
  const bool has_name = hello_.server_name.kind != wire::HostKind::None;
  if (!has_name && !is_malformed && (is_local(at.flow.server()) || is_siteless(at.flow.server()))) {
    return settle_as(at, Stage::Accepted);
  }
  Seen& seen = begin(at, protocol, kind);
  seen.has_ech = hello_.has_ech;
  seen.technique = technique_of(hello_, at.flow.server_port());
  if (has_name) {
    judge_.consider(seen, hello_.server_name);
    if (hello_.second_server_name.kind != wire::HostKind::None) {
      judge_.consider(seen, hello_.second_server_name);
    }
  } else {
    judge_.consider_hidden(seen, true, at.now);
  }
  if (is_malformed) {
    counters_.malformed.add();
    judge_.consider_unread(seen, Unread::Malformed);
  }
  commit();
  settle(at, seen);
}

bool Inspector::Impl::blocks_already(const Arrival& at, Work& work, Protocol protocol) noexcept {
  if (hello_.server_name.kind == wire::HostKind::None || work.tried > 0) return false;
  work.tried = 1;
  const auto kind = protocol == Protocol::Tls ? policy::Kind::TlsName : policy::Kind::QuicName;
  Seen& seen = begin(at, protocol, kind);
  seen.has_ech = hello_.has_ech;
  seen.technique = technique_of(hello_, at.flow.server_port());
  judge_.consider(seen, hello_.server_name);
  if (!blocks(seen)) return false;
  commit();
  settle(at, seen);
  return true;
}

// ---- DNS over TCP.

Inspector::Impl::Read Inspector::Impl::read_dns(const Arrival& at, Work& work,
                                                Bytes octets) noexcept {
  Read done;
  while (octets.size() - done.bytes >= kLengthBytes) {
    const Bytes rest = octets.subspan(done.bytes);
    const std::size_t size = std::size_t{rest[0]} << 8 | rest[1];
    if (rest.size() < kLengthBytes + size) break;
    work.unread = 0;
    done.bytes += kLengthBytes + size;
    const Bytes message = rest.subspan(kLengthBytes, size);
    const bool may_pass = is_dns(at.packet, message) ? on_dns_message(at, message, work.asked)
                                                     : on_questions(at, message);
    if ((may_pass || !settings_.ends_blocked) && !is_over_full()) continue;
    settle_as(at, may_pass ? Stage::Accepted : Stage::Blocked);
    done.is_settled = true;
    break;
  }
  return done;
}

}  // namespace haetae::inspect
