#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "wire/flow_limits.h"
#include "wire/host.h"
#include "wire/progress.h"

namespace haetae::wire {

// Application protocols that tell something about a connection (RFC 7301; IANA, "TLS ALPN Protocol
// IDs").
enum class Alpn : std::uint8_t {
  Http10,   // http/1.0
  Http11,   // http/1.1
  H2,       // h2
  H3,       // h3, and h3-22 to h3-34 of its drafts
  Dot,      // dot: DNS over TLS
  Doq,      // doq, and its drafts: DNS over QUIC
  AcmeTls,  // acme-tls/1: a certificate authority tries a name
  Other,    // anything else
};
inline constexpr std::size_t kAlpnCount = 8;

// What the first message of a TLS client says about where it goes (RFC 8446, section 4.1.2).
struct TlsHello {
  // server_name (RFC 6066, section 3). None: the client sent none, but see `Progress` below. What
  // cannot be a host is Odd and no fault of the message.
  Host server_name;
  // A second server_name, which no client may send and servers refuse, or take the one or the
  // other of: the message is Malformed and this is the second.
  Host second_server_name;
  // An encrypted_client_hello extension (RFC 9849): real, or made up to keep the real ones company
  // (GREASE). Nobody on the way can tell them apart; server_name is then the outer name.
  bool has_ech = false;
  // TLS 1.3 or one of its drafts stands in supported_versions.
  bool offers_tls13 = false;
  std::uint16_t legacy_version = 0;  // as the message has it: 0x0303 with TLS 1.2 and 1.3

  std::bitset<kAlpnCount> alpn;  // by Alpn
  bool offers(Alpn protocol) const noexcept {
    return alpn.test(static_cast<std::size_t>(protocol));
  }
  // The start of the list of protocols as it was sent: a length octet before each, the last one may
  // be cut.
  std::array<std::uint8_t, limits::kAlpnKeptBytesMax> alpn_octets;
  std::uint8_t alpn_size = 0;
  Bytes alpn_list() const noexcept { return Bytes(alpn_octets).first(alpn_size); }
};

// Reads a ClientHello from handshake octets that come in pieces of any size. No octet is looked at
// twice and none has to be kept by the caller.
//
//   NeedMore   `out` says what was read so far. A server_name that stands there is the first one
//              and was read whole: what is blocked by it can be blocked now. Whoever would let the
//              connection go on waits for Done: a second server_name could still make the message
//              malformed, and servers differ in which of them they take. Its absence says nothing.
//   Done       all of the message was read; without a server_name the client sent none.
//   NotThis    another handshake message, or none.
//   Malformed  lengths that do not add up, a second server_name, a list of names that is empty or
//              has two host names; `out` says what was read until there.
//
// What follows the message in the same piece is not looked at.
class ClientHelloReader {
 public:
  // more: the octets that follow those of the calls before. out: the same object in all calls,
  // fresh in the first. After another answer than NeedMore the reader keeps giving it.
  Progress feed(Bytes more, TlsHello& out) noexcept;

 private:
  enum class Step : std::uint8_t {
    MessageHead,
    Start,
    SessionId,
    SuitesSize,
    Suites,
    CompressionSize,
    Compression,
    ExtensionsSize,
    ExtensionHead,
    ExtensionBody,
  };

  std::optional<Bytes> gather(Bytes& more) noexcept;
  Progress take(Bytes field, TlsHello& out) noexcept;
  Progress take_extension(Bytes body, TlsHello& out) noexcept;
  Progress want(Step step, std::size_t field_bytes) noexcept;
  Progress want_extension() noexcept;

  Progress progress_ = Progress::NeedMore;
  Step step_ = Step::MessageHead;
  std::uint16_t extension_type_ = 0;
  std::uint16_t extensions_ = 0;    // seen so far
  std::uint8_t seen_ = 0;           // a bit for each extension that counts
  std::uint32_t message_left_ = 0;  // octets of the message behind the field that is being read
  std::uint32_t field_bytes_ = 4;   // of the field that is being read; first type and length
  std::uint32_t field_have_ = 0;    // of those, how many came so far
  std::array<std::uint8_t, limits::kHelloExtensionBytesMax> field_;  // the start of it
};

// Reads a ClientHello from a TLS client's octets, over records (RFC 8446, section 5.1): the message
// may lie in any number of them, of one octet or none each. A record's version says nothing and is
// not asked for, up to 0x0fff; above are DTLS and what is no TLS at all. Warning alerts in front of
// the message are stepped over, as servers do. Answers as ClientHelloReader; NotThis also for the
// hello of SSL 2.0, DTLS, and other records or messages in front; Malformed also for records of
// other types inside of the message, and longer ones than TLS has.
class TlsHelloReader {
 public:
  Progress feed(Bytes more, TlsHello& out) noexcept;

 private:
  static constexpr std::size_t kRecordHeadBytes = 5;
  Progress take_record_head() noexcept;

  ClientHelloReader hello_;
  Progress progress_ = Progress::NeedMore;
  bool is_alert_ = false;          // the record that is being read
  bool has_begun_ = false;         // the message has
  std::uint8_t alerts_ = 0;        // stepped over so far
  std::uint8_t head_have_ = 0;     // octets of the next record's head
  std::uint16_t record_left_ = 0;  // octets of the record that is being read
  std::array<std::uint8_t, kRecordHeadBytes> head_;
};

// The same for who holds all octets from the connection's start: one reader, fed once. `out` need
// not be fresh.
Progress read_tls_hello(Bytes stream, TlsHello& out) noexcept;
// Bare handshake octets, as QUIC carries them in CRYPTO frames.
Progress read_client_hello(Bytes handshake, TlsHello& out) noexcept;

}  // namespace haetae::wire
