#include "wire/parse_error.h"

namespace haetae::wire {

std::string_view describe(ParseError error) noexcept {
  switch (error) {
    case ParseError::NoHeader: return "fewer than the twelve octets of a DNS header";
    case ParseError::Truncated: return "the message ends before a value does";
    case ParseError::BadValue: return "a value is not one that its field may hold";
    case ParseError::BadLabel: return "a label is neither plain nor a pointer";
    case ParseError::BadPointer: return "a compression pointer does not point back to a name";
    case ParseError::NameTooLong:
      return "a name is longer than 255 octets or has too many pointers";
    case ParseError::NotAQuery: return "the message is a response where a query was due";
    case ParseError::NotAResponse: return "the message is a query where a response was due";
    case ParseError::OpcodeNotQuery: return "the operation is not QUERY";
    case ParseError::QuestionCount: return "there is not exactly one question";
    case ParseError::TooManyRecords: return "there are more records than are taken here";
    case ParseError::BadEdns: return "the OPT record is malformed, misplaced or not the only one";
    case ParseError::EdnsVersion: return "the EDNS version is not 0";
    case ParseError::WrongQuestion: return "the answer is to another question";
    case ParseError::NoRoom: return "the output does not fit";
  }
  return "unknown error";
}

}  // namespace haetae::wire
