#include "wire/dns_rewrite.h"

#include <algorithm>

#include "wire/dns_records.h"
#include "wire/dns_writer.h"

namespace haetae::wire {
namespace {

constexpr bool is_svcb(RRType type) noexcept {
  return type == RRType::Svcb || type == RRType::Https;
}

constexpr bool is_dnssec(RRType type) noexcept {
  return type == RRType::Rrsig || type == RRType::Nsec || type == RRType::Nsec3;
}

// What must be known of the whole packet before the first record is copied.
struct Survey {
  bool positive = false;        // the answer holds what was asked, not only the way there
  bool has_ech = false;         // some HTTPS or SVCB record names ECH keys
  std::uint8_t rcode_high = 0;  // from upstream's OPT
};

std::expected<Survey, ParseError> survey(Bytes upstream, const Question& asked) noexcept {
  Survey found;
  RecordReader reader(upstream);
  const bool no_error = reader.header().rcode() == Rcode::NoError;
  for (Record record; reader.next(record);) {
    if (record.type == RRType::Opt) {
      if (record.section != Section::Additional) return std::unexpected(ParseError::BadEdns);
      found.rcode_high = static_cast<std::uint8_t>(record.ttl_s >> 24);
      continue;
    }
    if (record.klass != RRClass::In) return std::unexpected(ParseError::BadValue);
    const bool is_asked = record.type == asked.type || asked.type == RRType::Any;
    if (record.section == Section::Answer && no_error && is_asked) found.positive = true;
    if (is_svcb(record.type)) {
      const auto svcb = read_svcb(record);
      if (!svcb) return std::unexpected(svcb.error());
      if (find_svc_param(svcb->params, SvcParamKey::Ech)) found.has_ech = true;
    }
  }
  if (reader.error()) return std::unexpected(*reader.error());
  return found;
}

std::expected<void, ParseError> check_question(Bytes upstream, const Question& asked) noexcept {
  RecordReader reader(upstream);
  Question answered;
  if (!reader.header().has(Header::kResponse) && !reader.error()) {
    return std::unexpected(ParseError::NotAResponse);
  }
  if (reader.header().question_count > 1) return std::unexpected(ParseError::QuestionCount);
  if (!reader.next_question(answered)) {
    return std::unexpected(reader.error().value_or(ParseError::QuestionCount));
  }
  const bool same =
      answered.name == asked.name && answered.type == asked.type && answered.klass == asked.klass;
  if (!same) return std::unexpected(ParseError::WrongQuestion);
  return {};
}

// RFC 9460, section 8: a client must understand every key that a record makes mandatory.
bool demands_ech(const Record& record) noexcept {
  const auto svcb = read_svcb(record);
  if (!svcb) return false;
  const auto mandatory = find_svc_param(svcb->params, SvcParamKey::Mandatory);
  if (!mandatory) return false;
  WireReader keys(*mandatory);
  while (keys.left() > 0) {
    if (static_cast<SvcParamKey>(keys.u16()) == SvcParamKey::Ech) return true;
  }
  return false;
}

// The story of one rewrite: which records stay, and how they are copied.
class Rewriter {
 public:
  Rewriter(const Query& client, const RewriteOptions& options, const Survey& found) noexcept
      : client_(client),
        options_(options),
        strips_ech_(options.strip_ech && found.has_ech),
        only_answer_(options.minimal && found.positive) {}

  bool keeps(const Record& record) const noexcept {
    return !is_transport(record) && !is_unwanted_proof(record) && !is_beside_the_answer(record) &&
           !(options_.only_judged && is_unjudged(record)) && !is_broken_signature(record) &&
           !(strips_ech_ && is_ech_only(record));
  }

  std::expected<void, ParseError> copy(const Record& record, DnsWriter& reply) const noexcept {
    const std::uint32_t ttl_s = ttl_seconds(record.ttl_s);
    const std::uint32_t aged_s = ttl_s - std::min(ttl_s, options_.age_s);
    const std::uint32_t capped_s = std::min(aged_s, options_.ttl_max_s);
    if (strips_ech_ && is_svcb(record.type)) {
      return reply.add_copy_without(record, capped_s, SvcParamKey::Ech);
    }
    return reply.add_copy(record, capped_s);
  }

  bool authentic() const noexcept {
    return options_.authentic && client_.wants_authentic_data() && !strips_ech_;
  }

 private:
  // These speak about the exchange with upstream, not about the name.
  static bool is_transport(const Record& record) noexcept {
    if (record.type == RRType::Opt) return true;
    return record.section == Section::Additional &&
           (record.type == RRType::Tsig || record.type == RRType::Tkey ||
            record.type == RRType::Sig);
  }

  bool is_unwanted_proof(const Record& record) const noexcept {
    if (client_.edns.dnssec_ok || !is_dnssec(record.type)) return false;
    const RRType asked = client_.question.type;
    const bool is_asked = asked == record.type || asked == RRType::Any;
    return record.section != Section::Answer || !is_asked;
  }

  bool is_beside_the_answer(const Record& record) const noexcept {
    if (!only_answer_ || record.section == Section::Answer) return false;
    // The proof that no closer name exists belongs to a wildcard's answer (RFC 4035, 3.1.3.3); who
    // did not ask for proof has lost it already.
    return record.section == Section::Additional || !is_dnssec(record.type);
  }

  bool is_unjudged(const Record& record) const noexcept {
    if (record.section != Section::Answer) return record.section == Section::Additional;
    const RRType asked = client_.question.type;
    return record.type != asked && asked != RRType::Any && record.type != RRType::Cname &&
           record.type != RRType::Dname && record.type != RRType::Rrsig;
  }

  bool is_broken_signature(const Record& record) const noexcept {
    if (!strips_ech_ || record.type != RRType::Rrsig) return false;
    const auto covered = read_covered_type(record);
    return covered && is_svcb(*covered);
  }

  static bool is_ech_only(const Record& record) noexcept {
    return is_svcb(record.type) && demands_ech(record);
  }

  const Query& client_;
  const RewriteOptions& options_;
  bool strips_ech_;
  bool only_answer_;
};

}  // namespace

std::expected<std::size_t, ParseError> rewrite_answer(Bytes upstream, const Query& client,
                                                      const RewriteOptions& options,
                                                      MutableBytes out) noexcept {
  if (const auto checked = check_question(upstream, client.question); !checked) {
    return std::unexpected(checked.error());
  }
  const auto found = survey(upstream, client.question);
  if (!found) return std::unexpected(found.error());

  RecordReader reader(upstream);
  const bool extended_rcode = found->rcode_high != 0;
  DnsWriter reply(out, client, extended_rcode ? Rcode::ServFail : reader.header().rcode());
  const Rewriter rewriter(client, options, *found);
  for (Record record; reader.next(record);) {
    if (!rewriter.keeps(record)) continue;
    if (const auto copied = rewriter.copy(record, reply); !copied) {
      return std::unexpected(copied.error());
    }
  }
  reply.set_authentic_data(rewriter.authentic());
  reply.set_truncated(reader.header().has(Header::kTruncated));
  if (!options.edns || !client.edns.present) return reply.finish();
  return reply.finish(*options.edns);
}

}  // namespace haetae::wire
