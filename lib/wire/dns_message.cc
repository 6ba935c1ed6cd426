#include "wire/dns_message.h"

#include "base/assert.h"
#include "base/limits.h"
#include "wire/dns_name.h"
#include "wire/writer.h"

namespace haetae::wire {
namespace {

std::expected<void, ParseError> read_question_into(WireReader& in, Question& out) noexcept {
  const std::size_t start = in.offset();
  if (const auto name = read_name(in, out.name); !name) return name;
  out.type = static_cast<RRType>(in.u16());
  out.klass = static_cast<RRClass>(in.u16());
  if (!in.ok()) return std::unexpected(ParseError::Truncated);
  out.wire = in.whole().subspan(start, in.offset() - start);
  return {};
}

// Steps over one record of a query; takes it if it is the OPT.
std::expected<void, ParseError> read_extra(WireReader& in, bool in_additional,
                                           Edns& edns) noexcept {
  const std::size_t start = in.offset();
  if (const auto skipped = skip_name(in); !skipped) return skipped;
  const bool at_root = in.offset() - start == 1;
  const auto type = static_cast<RRType>(in.u16());
  const std::uint16_t klass = in.u16();
  const std::uint32_t ttl = in.u32();
  const Bytes rdata = in.take(in.u16());
  if (!in.ok()) return std::unexpected(ParseError::Truncated);
  if (type != RRType::Opt) return {};
  if (!in_additional || !at_root || edns.present) return std::unexpected(ParseError::BadEdns);
  const auto parsed = parse_edns(klass, ttl, rdata);
  if (!parsed) return std::unexpected(parsed.error());
  edns = *parsed;
  return {};
}

}  // namespace

std::expected<void, ParseError> parse_query(Bytes message, Query& out) noexcept {
  out.edns = {};
  WireReader in(message);
  const auto header = read_header(in);
  if (!header) return std::unexpected(header.error());
  if (header->has(Header::kResponse)) return std::unexpected(ParseError::NotAQuery);
  if (header->opcode() != Opcode::Query) return std::unexpected(ParseError::OpcodeNotQuery);
  if (header->question_count != 1) return std::unexpected(ParseError::QuestionCount);
  out.id = header->id;
  out.recursion_desired = header->has(Header::kRecursionDesired);
  out.authentic_data = header->has(Header::kAuthenticData);
  out.checking_disabled = header->has(Header::kCheckingDisabled);
  if (const auto read = read_question_into(in, out.question); !read) return read;

  const std::size_t before_additional = std::size_t{header->answer_count} + header->authority_count;
  const std::size_t records = before_additional + header->additional_count;
  if (records > limits::kQueryRecordsMax) return std::unexpected(ParseError::TooManyRecords);
  for (std::size_t i = 0; i < records; ++i) {
    if (const auto read = read_extra(in, i >= before_additional, out.edns); !read) return read;
  }
  // Last, so that a message of a later version is known to be sound: its sender gets BADVERS and
  // its question back.
  if (out.edns.version != 0) return std::unexpected(ParseError::EdnsVersion);
  return {};
}

std::expected<Header, ParseError> read_header(WireReader& in) noexcept {
  Header header;
  header.id = in.u16();
  header.flags = in.u16();
  header.question_count = in.u16();
  header.answer_count = in.u16();
  header.authority_count = in.u16();
  header.additional_count = in.u16();
  if (!in.ok()) return std::unexpected(ParseError::NoHeader);
  return header;
}

std::expected<Question, ParseError> read_question(WireReader& in) noexcept {
  std::expected<Question, ParseError> question{std::in_place};
  if (const auto read = read_question_into(in, *question); !read) {
    question = std::unexpected(read.error());
  }
  return question;
}

std::expected<Query, ParseError> parse_query(Bytes message) noexcept {
  // Filled in place: a Query is half a kilobyte, and this is the hottest parser of all.
  std::expected<Query, ParseError> query{std::in_place};
  if (const auto read = parse_query(message, *query); !read) query = std::unexpected(read.error());
  return query;
}

std::optional<Rcode> error_rcode(ParseError error) noexcept {
  switch (error) {
    case ParseError::NoHeader:
    case ParseError::NotAQuery: return std::nullopt;
    case ParseError::OpcodeNotQuery: return Rcode::NotImp;
    case ParseError::EdnsVersion: return Rcode::BadVers;
    case ParseError::Truncated:
    case ParseError::BadValue:
    case ParseError::BadLabel:
    case ParseError::BadPointer:
    case ParseError::NameTooLong:
    case ParseError::QuestionCount:
    case ParseError::TooManyRecords:
    case ParseError::BadEdns:
    case ParseError::NotAResponse:
    case ParseError::WrongQuestion:
    case ParseError::NoRoom: return Rcode::FormErr;
  }
  return std::nullopt;
}

std::size_t write_refusal(Bytes message, ParseError error, MutableBytes out) noexcept {
  HAETAE_ASSERT(out.size() >= kUdpBytesMin);
  const auto rcode = error_rcode(error);
  WireReader in(message);
  const auto header = read_header(in);
  if (!rcode || !header) return 0;
  const bool with_question = error == ParseError::EdnsVersion;

  constexpr std::uint16_t kKept =
      Header::kOpcodeMask | Header::kRecursionDesired | Header::kCheckingDisabled;
  WireWriter reply(out);
  reply.u16(header->id);
  reply.u16(static_cast<std::uint16_t>((header->flags & kKept) | Header::kResponse |
                                       (static_cast<unsigned>(*rcode) & Header::kRcodeMask)));
  reply.u16(with_question ? 1 : 0);
  reply.u16(0);
  reply.u16(0);
  reply.u16(with_question ? 1 : 0);
  if (with_question) {
    const auto question = read_question(in);
    if (!question) return 0;
    reply.bytes(question->wire);
    write_edns(reply, EdnsReply{}, EdnsDetail::NoErrors, *rcode);
  }
  return reply.offset();
}

}  // namespace haetae::wire
