#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

#include "base/bytes.h"
#include "base/name.h"
#include "wire/dns_message.h"
#include "wire/dns_types.h"
#include "wire/parse_error.h"

// DNS as a client of another resolver: the query that is sent, and what is looked at in the
// response before its records count.
namespace haetae::wire {

// Queries over an encrypted stream are filled up to a multiple of this, so that their length says
// little about the name (RFC 8467, section 4.1).
inline constexpr std::size_t kQueryPaddingBlockBytes = 128;
// What write_stream_query needs at most: header, question, OPT with two options, one block.
inline constexpr std::size_t kStreamQueryBytesMax = 12 + 255 + 4 + 11 + 4 + 4 + 128;

// Writes a query for a stream: RD, an OPT with DO, an empty keepalive option (RFC 7828: "tell me
// your timeout") and padding. Returns its size, a multiple of kQueryPaddingBlockBytes. out: at
// least kStreamQueryBytesMax octets.
struct StreamQuery {
  std::uint16_t id = 0;
  const Name& name;
  RRType type{};
  RRClass klass = RRClass::In;
};
std::size_t write_stream_query(const StreamQuery& query, MutableBytes out) noexcept;

// A response as far as who asked acts on it.
struct Response {
  Header header;
  Rcode rcode = Rcode::NoError;  // the whole of it, an OPT's bits included
  // How long the connection may be idle, in units of 100 ms (RFC 7828); 0: close it.
  std::optional<std::uint16_t> keepalive_100ms;
};

// Reads a response to the question, to its end. Letter case is of no account. A response without a
// question is taken if its rcode is an error: servers that do not know EDNS write such.
// NoHeader, NotAResponse, OpcodeNotQuery or WrongQuestion if it answers something else; another
// error if it is malformed anywhere.
std::expected<Response, ParseError> parse_response(Bytes message,
                                                   const StreamQuery& question) noexcept;

}  // namespace haetae::wire
