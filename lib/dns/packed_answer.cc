#include "dns/packed_answer.h"

#include <algorithm>
#include <cstring>

#include "dns/reply.h"
#include "dns/timing.h"
#include "wire/dns_records.h"
#include "wire/dns_rewrite.h"
#include "wire/dns_writer.h"

namespace haetae::dns {
namespace {

// What an upstream packet says, as far as caching depends on it.
struct Content {
  bool answers_type = false;  // the answer section holds the type asked, not only a CNAME chain
  bool has_soa = false;
  std::uint32_t negative_ttl_s = 0;  // RFC 2308, section 5
};

Content look_into(Bytes packet, wire::RRType asked) noexcept {
  Content content;
  wire::RecordReader reader(packet);
  for (wire::Record record; reader.next(record);) {
    if (record.section == wire::Section::Answer) content.answers_type |= record.type == asked;
    if (record.section != wire::Section::Authority || record.type != wire::RRType::Soa) continue;
    const auto soa = wire::read_soa(record);
    if (!soa || content.has_soa) continue;
    content.has_soa = true;
    content.negative_ttl_s =
        std::min({soa->minimum_s, wire::ttl_seconds(record.ttl_s),
                  ttl_field(std::chrono::duration_cast<seconds>(kNegativeTtlMax))});
  }
  return content;
}

std::uint32_t ttl_at(Bytes message, std::size_t offset) noexcept {
  return static_cast<std::uint32_t>(message[offset]) << 24 | message[offset + 1] << 16 |
         message[offset + 2] << 8 | message[offset + 3];
}

// The query that the cache asks in place of its clients: id 0, lower case, AD wanted.
wire::Query cache_query(const wire::Question& question, MutableBytes question_wire,
                        AnswerForm form) noexcept {
  const Bytes name = question.name.wire();
  std::ranges::copy(name, question_wire.begin());
  const std::array<std::uint16_t, 2> numbers{static_cast<std::uint16_t>(question.type),
                                             static_cast<std::uint16_t>(question.klass)};
  std::size_t at = name.size();
  for (const std::uint16_t number : numbers) {
    question_wire[at++] = static_cast<std::uint8_t>(number >> 8);
    question_wire[at++] = static_cast<std::uint8_t>(number);
  }
  wire::Query query;
  query.recursion_desired = true;
  query.authentic_data = true;
  query.question = question;
  query.question.wire = question_wire.first(at);
  query.edns.present = true;
  query.edns.dnssec_ok = (form & kDnssecForm) != 0;
  return query;
}

using QuestionRoom = std::array<std::uint8_t, limits::kNameBytesMax + 4>;

}  // namespace

AnswerPacker::AnswerPacker()
    : message_(std::make_unique_for_overwrite<decltype(message_)::element_type>()),
      ttl_offsets_(std::make_unique_for_overwrite<decltype(ttl_offsets_)::element_type>()) {}

std::expected<PackedAnswer, wire::ParseError> AnswerPacker::pack(const UpstreamAnswer& answer,
                                                                 const wire::Question& question,
                                                                 AnswerForm form) noexcept {
  QuestionRoom room;
  const wire::Query query = cache_query(question, room, form);
  const Content content = look_into(answer.packet, question.type);
  const wire::RewriteOptions options{
      .ttl_max_s = ttl_field(std::chrono::duration_cast<seconds>(kTtlMax)),
      .authentic = answer.secure && !answer.bogus,
      // A signed answer may need its authority section: it proves that no closer name exists.
      .minimal = content.answers_type && (form & kDnssecForm) == 0,
      .only_judged = true,
      .strip_ech = (form & kEchStrippedForm) != 0,
      .edns = {}};
  const auto size = wire::rewrite_answer(answer.packet, query, options, *message_);
  if (!size) return std::unexpected(size.error());
  const MutableBytes message{message_->data(), *size};
  const auto count = wire::collect_ttl_offsets(message, *ttl_offsets_);
  if (!count) return std::unexpected(count.error());
  PackedAnswer packed{message, {ttl_offsets_->data(), *count}};

  std::uint32_t ttl_s = ttl_field(std::chrono::duration_cast<seconds>(kTtlMax));
  for (const std::uint16_t offset : packed.ttl_offsets) {
    ttl_s = std::min(ttl_s, wire::ttl_seconds(ttl_at(message, offset)));
  }
  wire::WireReader header_in(message);
  const wire::Header header = *wire::read_header(header_in);
  const bool negative = header.rcode() == wire::Rcode::NxDomain || !content.answers_type;
  if (negative) {
    ttl_s = content.has_soa ? std::min(ttl_s, content.negative_ttl_s) : 0;
    if (content.has_soa) wire::age_answer(message, packed.ttl_offsets, 0, content.negative_ttl_s);
  }
  const bool keeps = !answer.bogus && !header.has(wire::Header::kTruncated);
  packed.ttl_s = keeps ? ttl_s : 0;
  return packed;
}

PackedAnswer AnswerPacker::pack_failure(const wire::Question& question,
                                        wire::EdeCode code) noexcept {
  QuestionRoom room;
  const wire::Query query = cache_query(question, room, kPlainForm);
  wire::DnsWriter writer(*message_, query, wire::Rcode::ServFail);
  const std::size_t size = writer.finish();
  return {{message_->data(), size}, {}, ttl_field(kFailureTtl), true, code};
}

std::size_t write_packed(const PackedAnswer& answer, const wire::Query& query,
                         const Delivery& delivery, MutableBytes out) noexcept {
  const std::size_t size = answer.message.size();
  if (size > out.size()) {
    wire::WireReader in(answer.message);
    wire::DnsWriter writer(out, query, wire::read_header(in)->rcode());
    writer.set_truncated(true);
    return finish(writer, query, delivery.errors);
  }
  std::memcpy(out.data(), answer.message.data(), size);
  const MutableBytes packed = out.first(size);
  wire::address_to_client(packed, query);
  wire::age_answer(packed, answer.ttl_offsets, delivery.age_s, delivery.ttl_max_s);
  if (!query.edns.present) return size;
  return wire::append_edns(out, size, edns_reply(query, delivery.errors));
}

std::size_t write_empty(const wire::Query& query, wire::Rcode rcode,
                        std::span<const wire::ExtendedError> errors, MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, rcode);
  return finish(writer, query, errors);
}

}  // namespace haetae::dns
