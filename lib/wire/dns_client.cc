#include "wire/dns_client.h"

#include "base/assert.h"
#include "wire/dns_records.h"
#include "wire/edns.h"
#include "wire/writer.h"

namespace haetae::wire {
namespace {

constexpr std::uint32_t kDnssecOk = 0x8000;      // RFC 3225, among the TTL's octets
constexpr std::size_t kOptionHeadBytes = 2 + 2;  // code and length

// The OPT of a query that fills it up to a whole number of blocks.
void write_padded_opt(WireWriter& out) noexcept {
  constexpr std::size_t kOptBytes = 11;
  const std::size_t bare = out.offset() + kOptBytes + 2 * kOptionHeadBytes;
  const std::size_t padding =
      (kQueryPaddingBlockBytes - bare % kQueryPaddingBlockBytes) % kQueryPaddingBlockBytes;
  out.u8(0);  // the root
  out.u16(static_cast<std::uint16_t>(RRType::Opt));
  out.u16(kUdpBytesOffered);
  out.u32(kDnssecOk);
  out.u16(static_cast<std::uint16_t>(2 * kOptionHeadBytes + padding));
  out.u16(static_cast<std::uint16_t>(EdnsOptionCode::TcpKeepalive));
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(EdnsOptionCode::Padding));
  out.u16(static_cast<std::uint16_t>(padding));
  for (std::size_t i = 0; i < padding; ++i) out.u8(0);
}

// The first keepalive option of an OPT; one of another length than two octets says nothing.
std::optional<std::uint16_t> keepalive_of(const Edns& edns) noexcept {
  const auto value = find_edns_option(edns.options, EdnsOptionCode::TcpKeepalive);
  if (!value || value->size() != 2) return std::nullopt;
  return static_cast<std::uint16_t>((*value)[0] << 8 | (*value)[1]);
}

std::expected<void, ParseError> check_question(RecordReader& reader,
                                               const StreamQuery& asked) noexcept {
  const Header& header = reader.header();
  if (header.question_count == 0 && header.rcode() != Rcode::NoError &&
      header.rcode() != Rcode::NxDomain) {
    return {};
  }
  if (header.question_count != 1) return std::unexpected(ParseError::WrongQuestion);
  Question question;
  if (!reader.next_question(question)) return std::unexpected(*reader.error());
  if (question.name == asked.name && question.type == asked.type && question.klass == asked.klass) {
    return {};
  }
  return std::unexpected(ParseError::WrongQuestion);
}

}  // namespace

std::size_t write_stream_query(const StreamQuery& query, MutableBytes out) noexcept {
  HAETAE_ASSERT(out.size() >= kStreamQueryBytesMax);
  WireWriter writer(out);
  writer.u16(query.id);
  writer.u16(Header::kRecursionDesired);
  writer.u16(1);
  writer.u16(0);
  writer.u16(0);
  writer.u16(1);
  writer.bytes(query.name.wire());
  writer.u16(static_cast<std::uint16_t>(query.type));
  writer.u16(static_cast<std::uint16_t>(query.klass));
  write_padded_opt(writer);
  return writer.offset();
}

std::expected<Response, ParseError> parse_response(Bytes message,
                                                   const StreamQuery& question) noexcept {
  RecordReader reader(message);
  if (reader.error()) return std::unexpected(*reader.error());
  Response response{.header = reader.header(), .rcode = reader.header().rcode()};
  if (!response.header.has(Header::kResponse)) return std::unexpected(ParseError::NotAResponse);
  if (response.header.opcode() != Opcode::Query) {
    return std::unexpected(ParseError::OpcodeNotQuery);
  }
  if (const auto same = check_question(reader, question); !same) {
    return std::unexpected(same.error());
  }
  for (Record record; reader.next(record);) {
    if (record.type != RRType::Opt || record.section != Section::Additional) continue;
    const auto edns =
        parse_edns(static_cast<std::uint16_t>(record.klass), record.ttl_s, record.rdata);
    if (!edns) return std::unexpected(edns.error());
    response.rcode =
        static_cast<Rcode>(static_cast<std::uint16_t>(response.rcode) | edns->rcode_high << 4);
    response.keepalive_100ms = keepalive_of(*edns);
  }
  if (reader.error()) return std::unexpected(*reader.error());
  return response;
}

}  // namespace haetae::wire
