#pragma once

#include <cstdint>
#include <string_view>

namespace haetae::wire {

// Why a parser of this folder refused its input. Small and without text, so that the hot path can
// count it; describe() says it for people.
enum class ParseError : std::uint8_t {
  NoHeader,      // fewer than the twelve octets of a DNS header
  Truncated,     // the bytes end before the value does
  BadValue,      // a value that its RFC does not allow
  BadLabel,      // a label type other than plain or pointer (RFC 1035, section 4.1.4)
  BadPointer,    // a compression pointer that does not point strictly backward, or into the header
  NameTooLong,   // more than 255 octets once unpacked, or too many pointers on the way
  NotAQuery,     // QR is set: a response where a query was due
  NotAResponse,  // QR is clear: a query where a response was due
  OpcodeNotQuery,  // an operation other than QUERY
  QuestionCount,   // not exactly one question
  TooManyRecords,  // more records than a query may carry, or than the caller has room for
  BadEdns,         // a second OPT, one outside the additional section, or one that is malformed
  EdnsVersion,     // an EDNS version other than 0 (RFC 6891, section 6.1.3)
  WrongQuestion,   // an answer to another question
  NoRoom,          // the output does not fit
};

// A sentence for people; never empty.
std::string_view describe(ParseError error) noexcept;

}  // namespace haetae::wire
