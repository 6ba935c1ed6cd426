#include "wire/tls_hello.h"

#include <algorithm>
#include <string_view>

#include "wire/reader.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kStartBytes = 2 + 32 + 1;  // version, random, length of the session id
constexpr std::size_t kSessionIdBytesMax = 32;
constexpr std::size_t kExtensionHeadBytes = 4;

constexpr std::uint8_t kAlertRecord = 21;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kRecordVersionMajorMax = 0x0f;
constexpr std::size_t kAlertBytes = 2;
// Plaintext of 2^14 octets, and what protected ones of TLS 1.2 may add to it: servers take both.
constexpr std::size_t kRecordBytesMax = 16'384 + 2048;

enum ExtensionType : std::uint16_t {
  kServerName = 0,
  kProtocols = 16,
  kSupportedVersions = 43,
  kEncryptedClientHello = 0xfe0d,
};
constexpr std::uint8_t kHostNameType = 0;

// Places in the set of extensions that came already; 0 for those of no interest.
constexpr std::uint8_t seen_bit(std::uint16_t type) noexcept {
  switch (type) {
    case kServerName: return 1;
    case kProtocols: return 2;
    case kSupportedVersions: return 4;
    case kEncryptedClientHello: return 8;
    default: return 0;
  }
}

Host read_server_name(Bytes text) noexcept {
  Host host = read_host(text);
  if (host.kind == HostKind::None) host.kind = HostKind::Odd;  // sent, and of no octets
  return host;
}

// A list of names, each with a type; all types that may ever come have a length like host names
// (RFC 6066, section 3). False: malformed.
bool read_server_names(Bytes body, Host& first, Host& second) noexcept {
  WireReader in(body);
  const std::size_t list_bytes = in.u16();
  if (!in.ok() || list_bytes == 0 || list_bytes != in.left()) return false;
  while (in.left() > 0) {
    const std::uint8_t type = in.u8();
    const Bytes text = in.take(in.u16());
    if (!in.ok()) return false;
    if (type != kHostNameType) continue;
    if (first.kind != HostKind::None) {
      second = read_server_name(text);
      return false;
    }
    first = read_server_name(text);
  }
  return true;
}

// "h3-29", "doq-i02": a protocol's name with a draft's behind it.
bool is_draft_of(std::string_view protocol, std::string_view name) noexcept {
  return protocol.size() > name.size() && protocol.starts_with(name) &&
         protocol[name.size()] == '-';
}

Alpn alpn_of(std::string_view protocol) noexcept {
  if (protocol == "h2") return Alpn::H2;
  if (protocol == "http/1.1") return Alpn::Http11;
  if (protocol == "h3" || is_draft_of(protocol, "h3")) return Alpn::H3;
  if (protocol == "http/1.0") return Alpn::Http10;
  if (protocol == "dot") return Alpn::Dot;
  if (protocol == "doq" || is_draft_of(protocol, "doq")) return Alpn::Doq;
  if (protocol == "acme-tls/1") return Alpn::AcmeTls;
  return Alpn::Other;
}

// The list may be cut where the reader's room ends: then its last protocol does not count.
void read_protocols(Bytes body, TlsHello& out) noexcept {
  WireReader in(body);
  in.skip(2);
  const Bytes kept = in.rest().first(std::min(in.left(), out.alpn_octets.size()));
  std::ranges::copy(kept, out.alpn_octets.begin());
  out.alpn_size = static_cast<std::uint8_t>(kept.size());
  while (in.left() > 0) {
    const Bytes protocol = in.take(in.u8());
    if (in.ok()) out.alpn.set(static_cast<std::size_t>(alpn_of(as_text(protocol))));
  }
}

bool has_tls13(Bytes supported_versions) noexcept {
  WireReader in(supported_versions);
  in.skip(1);
  while (in.left() > 0) {
    const std::uint16_t version = in.u16();
    if (version == 0x0304 || version >> 8 == 0x7f) return true;  // RFC 8446; its drafts
  }
  return false;
}

}  // namespace

// The field that is being read once all of it is there: as it stands in `more` where it stands
// there whole, else gathered. Of a field that is longer than the room it is the start.
std::optional<Bytes> ClientHelloReader::gather(Bytes& more) noexcept {
  if (field_have_ == 0 && more.size() >= field_bytes_) {
    const Bytes field = more.first(std::min<std::size_t>(field_bytes_, field_.size()));
    more = more.subspan(field_bytes_);
    return field;
  }
  const std::size_t taken = std::min<std::size_t>(more.size(), field_bytes_ - field_have_);
  if (field_have_ < field_.size()) {
    const std::size_t kept = std::min(taken, field_.size() - field_have_);
    std::ranges::copy(more.first(kept), field_.begin() + field_have_);
  }
  more = more.subspan(taken);
  field_have_ += static_cast<std::uint32_t>(taken);
  if (field_have_ < field_bytes_) return std::nullopt;
  field_have_ = 0;
  return Bytes(field_).first(std::min<std::size_t>(field_bytes_, field_.size()));
}

// Goes on to a field of the message; it must fit into what is left of it.
Progress ClientHelloReader::want(Step step, std::size_t field_bytes) noexcept {
  if (field_bytes > message_left_) return Progress::Malformed;
  step_ = step;
  field_bytes_ = static_cast<std::uint32_t>(field_bytes);
  message_left_ -= field_bytes_;
  return Progress::NeedMore;
}

Progress ClientHelloReader::want_extension() noexcept {
  if (message_left_ == 0) return Progress::Done;
  return want(Step::ExtensionHead, kExtensionHeadBytes);
}

Progress ClientHelloReader::feed(Bytes more, TlsHello& out) noexcept {
  // The type is known at the first octet, and with it most of what is no ClientHello.
  const bool is_start = step_ == Step::MessageHead && field_have_ == 0 && !more.empty();
  if (progress_ == Progress::NeedMore && is_start && more.front() != kClientHello) {
    progress_ = Progress::NotThis;
  }
  while (progress_ == Progress::NeedMore) {
    const std::optional<Bytes> field = gather(more);
    if (!field) break;
    progress_ = take(*field, out);
  }
  return progress_;
}

Progress ClientHelloReader::take(Bytes field, TlsHello& out) noexcept {
  WireReader in(field);
  switch (step_) {
    case Step::MessageHead:
      in.skip(1);
      message_left_ = in.u24();
      if (message_left_ > limits::kHelloBytesMax) return Progress::Malformed;
      return want(Step::Start, kStartBytes);
    case Step::Start: {
      out.legacy_version = in.u16();
      in.skip(32);
      const std::size_t id_bytes = in.u8();
      return id_bytes > kSessionIdBytesMax ? Progress::Malformed : want(Step::SessionId, id_bytes);
    }
    case Step::SessionId: return want(Step::SuitesSize, 2);
    case Step::SuitesSize: {
      const std::size_t bytes = in.u16();
      return bytes == 0 || bytes % 2 != 0 ? Progress::Malformed : want(Step::Suites, bytes);
    }
    case Step::Suites: return want(Step::CompressionSize, 1);
    case Step::CompressionSize: {
      const std::size_t bytes = in.u8();
      return bytes == 0 ? Progress::Malformed : want(Step::Compression, bytes);
    }
    case Step::Compression:
      // Before TLS 1.2 a hello could end here.
      return message_left_ == 0 ? Progress::Done : want(Step::ExtensionsSize, 2);
    case Step::ExtensionsSize:
      return in.u16() == message_left_ ? want_extension() : Progress::Malformed;
    case Step::ExtensionHead:
      extension_type_ = in.u16();
      if (++extensions_ > limits::kHelloExtensionsMax) return Progress::Malformed;
      return want(Step::ExtensionBody, in.u16());
    case Step::ExtensionBody: return take_extension(field, out);
  }
  return Progress::Malformed;
}

Progress ClientHelloReader::take_extension(Bytes body, TlsHello& out) noexcept {
  const std::uint8_t bit = seen_bit(extension_type_);
  const bool is_second = (seen_ & bit) != 0;
  seen_ |= bit;
  switch (extension_type_) {
    case kServerName:
      if (is_second) {
        Host ignored;
        read_server_names(body, out.second_server_name, ignored);
      } else if (field_bytes_ > body.size()) {
        out.server_name.kind = HostKind::Odd;
      } else if (!read_server_names(body, out.server_name, out.second_server_name)) {
        return Progress::Malformed;
      }
      break;
    case kProtocols:
      if (!is_second) read_protocols(body, out);
      break;
    case kSupportedVersions: out.offers_tls13 |= has_tls13(body); break;
    case kEncryptedClientHello: out.has_ech = true; break;
    default: break;
  }
  return is_second ? Progress::Malformed : want_extension();
}

Progress TlsHelloReader::feed(Bytes more, TlsHello& out) noexcept {
  while (progress_ == Progress::NeedMore && !more.empty()) {
    if (record_left_ == 0) {
      head_[head_have_++] = more.front();
      more = more.subspan(1);
      progress_ = take_record_head();
      continue;
    }
    const Bytes piece = more.first(std::min<std::size_t>(more.size(), record_left_));
    more = more.subspan(piece.size());
    record_left_ = static_cast<std::uint16_t>(record_left_ - piece.size());
    if (is_alert_) continue;
    has_begun_ = true;
    progress_ = hello_.feed(piece, out);
  }
  return progress_;
}

// Judges a record's head as far as it is there: what is no TLS is told as soon as it shows.
Progress TlsHelloReader::take_record_head() noexcept {
  const Progress refusal = has_begun_ ? Progress::Malformed : Progress::NotThis;
  const std::uint8_t type = head_[0];
  if (type != kHandshakeRecord && (type != kAlertRecord || has_begun_)) return refusal;
  if (head_have_ > 1 && head_[1] > kRecordVersionMajorMax) return refusal;
  if (head_have_ < head_.size()) return Progress::NeedMore;
  WireReader in(head_);
  in.skip(3);
  record_left_ = in.u16();
  head_have_ = 0;
  is_alert_ = type == kAlertRecord;
  if (record_left_ > kRecordBytesMax) return refusal;
  if (is_alert_ && (record_left_ != kAlertBytes || ++alerts_ > limits::kHelloAlertsMax)) {
    return refusal;
  }
  return Progress::NeedMore;
}

Progress read_tls_hello(Bytes stream, TlsHello& out) noexcept {
  out = TlsHello{};
  TlsHelloReader reader;
  return reader.feed(stream, out);
}

Progress read_client_hello(Bytes handshake, TlsHello& out) noexcept {
  out = TlsHello{};
  ClientHelloReader reader;
  return reader.feed(handshake, out);
}

}  // namespace haetae::wire
