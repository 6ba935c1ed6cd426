// A DNS message as query and as upstream's answer: whatever we make of it must read back well.
#include <algorithm>
#include <array>
#include <vector>

#include "base/assert.h"
#include "wire/dns_records.h"
#include "wire/dns_rewrite.h"
#include "wire/dns_writer.h"

using namespace haetae;
using namespace haetae::wire;

namespace {

constexpr ExtendedError kErrors[] = {{EdeCode::Filtered, "adult; list"},
                                     {EdeCode::ForgedAnswer, ""}};

// Reads everything there is to read of a record.
void read_data(const Record& record) {
  static_cast<void>(read_address(record));
  static_cast<void>(read_target(record));
  static_cast<void>(read_soa(record));
  static_cast<void>(read_covered_type(record));
  const auto svcb = read_svcb(record);
  if (!svcb) return;
  SvcParamReader params(svcb->params);
  for (SvcParam param; params.next(param);) {
    for (std::size_t i = 0; svc_hint_address(param, i); ++i) {
    }
    HAETAE_ASSERT(find_svc_param(svcb->params, param.key).has_value());
  }
}

std::size_t walk(Bytes message) {
  std::size_t count = 0;
  RecordReader reader(message);
  for (Question question; reader.next_question(question);) {
  }
  for (Record record; reader.next(record); ++count) {
    HAETAE_ASSERT(record.rdata_offset + record.rdata.size() <= message.size());
    read_data(record);
  }
  return count;
}

// What we write must be sound from the first octet to the last.
void check_reply(Bytes reply, const Query& client) {
  RecordReader reader(reply);
  HAETAE_ASSERT(reader.header().has(Header::kResponse) && reader.header().id == client.id);
  Question question;
  HAETAE_ASSERT(reader.next_question(question));
  HAETAE_ASSERT(std::ranges::equal(question.wire, client.question.wire));
  for (Record record; reader.next(record);) {
  }
  HAETAE_ASSERT(!reader.error() && reader.left() == 0);
}

void check_as_query(Bytes message, MutableBytes out) {
  const auto query = parse_query(message);
  if (!query) {
    const std::size_t size = write_refusal(message, query.error(), out);
    HAETAE_ASSERT((size == 0) == !error_rcode(query.error()).has_value());
    walk(out.first(size));
    return;
  }
  EdnsOptionReader options(query->edns.options);
  for (EdnsOption option; options.next(option);) {
  }
  DnsWriter reply(out, *query, Rcode::NxDomain);
  Soa soa;
  soa.primary = query->question.name;
  reply.add_soa(Section::Authority, query->question.name.suffix(0), 2, soa);
  check_reply(out.first(reply.finish({.errors = kErrors})), *query);
}

struct Client {
  Query query;
  RewriteOptions options;
  std::size_t limit;
};

// Who asks and how is drawn from the id, which says nothing else.
Client client_of(const Question& question, std::uint16_t id) {
  Client client{};
  client.query.id = id;
  client.query.question = question;
  client.query.recursion_desired = (id & 1) != 0;
  client.query.authentic_data = (id & 2) != 0;
  client.query.edns.present = (id & 4) != 0;
  client.query.edns.dnssec_ok = (id & 8) != 0;
  client.options.minimal = (id & 16) != 0;
  client.options.strip_ech = (id & 32) != 0;
  client.options.authentic = (id & 64) != 0;
  client.options.age_s = (id & 128) != 0 ? 77 : 0;
  client.options.ttl_max_s = (id & 256) != 0 ? 60 : 0x7fffffff;
  if ((id & 512) != 0) client.options.edns = EdnsReply{.errors = kErrors};
  client.limit = (id & 1024) != 0 ? kUdpBytesMin : (id & 2048) != 0 ? 1232 : kMessageBytesMax;
  return client;
}

void check_records(Bytes reply, const Client& client) {
  RecordReader reader(reply);
  for (Record record; reader.next(record);) {
    read_data(record);
    if (record.type == RRType::Opt) continue;
    HAETAE_ASSERT(record.ttl_s <= client.options.ttl_max_s);
    const bool proof = record.type == RRType::Rrsig || record.type == RRType::Nsec3;
    const bool asked =
        record.section == Section::Answer &&
        (client.query.question.type == record.type || client.query.question.type == RRType::Any);
    HAETAE_ASSERT(!proof || asked || client.query.edns.dnssec_ok);
    if (!client.options.strip_ech) continue;
    if (record.type != RRType::Https && record.type != RRType::Svcb) continue;
    const auto svcb = read_svcb(record);
    HAETAE_ASSERT(svcb && !find_svc_param(svcb->params, SvcParamKey::Ech));
  }
}

// Our own answer, taken as upstream's, must give itself.
void check_stable(Bytes reply, const Client& client, MutableBytes out) {
  if (client.options.age_s != 0 || client.options.strip_ech) return;
  const auto again = rewrite_answer(reply, client.query, client.options, out.first(client.limit));
  HAETAE_ASSERT(again.has_value());
  HAETAE_ASSERT(std::ranges::equal(reply, out.first(*again)));
}

// Serving from a cache: addressed, aged, with an OPT or cut.
void check_packed(MutableBytes out, std::size_t size, const Client& client) {
  std::vector<std::uint16_t> offsets(8192);
  const MutableBytes packed = out.first(size);
  const auto count = collect_ttl_offsets(packed, offsets);
  HAETAE_ASSERT(count.has_value());
  age_answer(packed, std::span(offsets).first(*count), 5, 30);
  address_to_client(packed, client.query);
  for (std::size_t i = 0; i < *count; ++i) HAETAE_ASSERT(packed[offsets[i]] == 0);
  check_reply(packed, client.query);
  const std::size_t with_opt = append_edns(out.first(1232), size, {.errors = kErrors});
  HAETAE_ASSERT(with_opt <= 1232);
  check_reply(out.first(with_opt), client.query);
  check_reply(out.first(truncate_answer(out.first(with_opt))), client.query);
}

void check_as_answer(Bytes message, MutableBytes out, MutableBytes second) {
  RecordReader reader(message);
  Question question;
  if (!reader.next_question(question)) return;
  const Client client = client_of(question, reader.header().id);
  const auto size = rewrite_answer(message, client.query, client.options, out.first(client.limit));
  if (!size) return;
  HAETAE_ASSERT(*size <= client.limit);
  const Bytes reply = out.first(*size);
  check_reply(reply, client.query);
  check_records(reply, client);
  check_stable(reply, client, second);
  if (!client.query.edns.present || !client.options.edns) check_packed(out, *size, client);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::vector<std::uint8_t> out(kMessageBytesMax);
  static std::vector<std::uint8_t> second(kMessageBytesMax);
  const Bytes message(data, std::min(size, kMessageBytesMax));
  walk(message);
  check_as_query(message, out);
  check_as_answer(message, out, second);
  return 0;
}
