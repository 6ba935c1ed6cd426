#pragma once

#include <expected>
#include <optional>

#include "base/name.h"
#include "wire/dns_types.h"
#include "wire/edns.h"
#include "wire/parse_error.h"
#include "wire/reader.h"

namespace haetae::wire {

// The twelve octets that every message starts with (RFC 1035, section 4.1.1; RFC 4035,
// section 3.1).
struct Header {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::uint16_t question_count = 0;
  std::uint16_t answer_count = 0;
  std::uint16_t authority_count = 0;
  std::uint16_t additional_count = 0;

  static constexpr std::uint16_t kResponse = 0x8000;  // QR
  static constexpr std::uint16_t kOpcodeMask = 0x7800;
  static constexpr std::uint16_t kAuthoritative = 0x0400;       // AA
  static constexpr std::uint16_t kTruncated = 0x0200;           // TC
  static constexpr std::uint16_t kRecursionDesired = 0x0100;    // RD
  static constexpr std::uint16_t kRecursionAvailable = 0x0080;  // RA
  static constexpr std::uint16_t kAuthenticData = 0x0020;       // AD
  static constexpr std::uint16_t kCheckingDisabled = 0x0010;    // CD
  static constexpr std::uint16_t kRcodeMask = 0x000f;

  bool has(std::uint16_t flag) const noexcept { return (flags & flag) != 0; }
  Opcode opcode() const noexcept { return static_cast<Opcode>((flags & kOpcodeMask) >> 11); }
  // The four bits that stand in the header; the rest, if any, is in the OPT.
  Rcode rcode() const noexcept { return static_cast<Rcode>(flags & kRcodeMask); }
};

// Truncated if there are fewer than twelve octets.
std::expected<Header, ParseError> read_header(WireReader& in) noexcept;

struct Question {
  Name name;  // lower case
  RRType type{};
  RRClass klass{};
  // Name, type and class as they stand in the message, letter case included.
  Bytes wire;
};

std::expected<Question, ParseError> read_question(WireReader& in) noexcept;

// A query from a client, as far as a resolver acts on it. Views point into the message.
struct Query {
  std::uint16_t id = 0;
  bool recursion_desired = false;  // RD
  bool authentic_data = false;     // AD: the client understands AD in the answer (RFC 6840, 5.7)
  bool checking_disabled = false;  // CD
  Question question;
  Edns edns;

  // DNSSEC records and AD are for those who ask (RFC 6840, section 5.8).
  bool wants_authentic_data() const noexcept { return authentic_data || edns.dnssec_ok; }
};

// Reads a query (RFC 1035, section 4.1; RFC 6891; RFC 9619: exactly one question).
// Strict where a server must be: see error_rcode(). Tolerant where servers must be: unknown EDNS
// options, types and classes pass; so do octets after the last record, reserved header bits, and
// up to limits::kQueryRecordsMax well-formed records (TSIG, SIG(0), the SOA of an IXFR), which are
// stepped over. Only an OPT in the additional section counts.
std::expected<Query, ParseError> parse_query(Bytes message) noexcept;
// The same into a Query that stands already, which is of no use after an error.
std::expected<void, ParseError> parse_query(Bytes message, Query& out) noexcept;

// What to answer a message that parse_query refused: FORMERR, NOTIMP or BADVERS; nothing where the
// message must be dropped (no whole header, or a response: answering those would loop).
std::optional<Rcode> error_rcode(ParseError error) noexcept;

// Writes that answer into `out` (at least kUdpBytesMin octets): the header, the question too if
// BADVERS, which also needs an OPT. Returns its size; 0 means drop. message: what parse_query
// refused with `error`.
std::size_t write_refusal(Bytes message, ParseError error, MutableBytes out) noexcept;

}  // namespace haetae::wire
