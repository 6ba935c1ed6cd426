#include "dns/safe_search_answer.h"

#include <algorithm>

#include "dns/reasons.h"
#include "dns/reply.h"
#include "dns/timing.h"
#include "wire/dns_records.h"
#include "wire/dns_writer.h"

namespace haetae::dns {
namespace {

bool is_of_type(const IpAddress& address, wire::RRType type) noexcept {
  return address.is_v4() == (type == wire::RRType::A);
}

bool has_fixed(const policy::RewriteTarget& target, wire::RRType type) noexcept {
  return std::ranges::any_of(target.addresses,
                             [type](const IpAddress& a) { return is_of_type(a, type); });
}

constexpr bool is_address_type(wire::RRType type) noexcept {
  return type == wire::RRType::A || type == wire::RRType::Aaaa;
}

std::uint32_t capped(std::uint32_t ttl_max_s) noexcept {
  return std::min(ttl_max_s, ttl_field(kSafeSearchTtlMax));
}

constexpr std::string_view kText = "safe search";

}  // namespace

SafeSearchStep safe_search_step(const policy::RewriteTarget& target, wire::RRType type) noexcept {
  if (type == wire::RRType::Https || type == wire::RRType::Svcb) return SafeSearchStep::Answer;
  if (!is_address_type(type)) return SafeSearchStep::Forward;
  return has_fixed(target, type) || !target.cname ? SafeSearchStep::Answer
                                                  : SafeSearchStep::Resolve;
}

std::size_t write_safe_search_answer(const policy::RewriteTarget& target, const wire::Query& query,
                                     std::uint32_t ttl_max_s, MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, wire::Rcode::NoError);
  const wire::Question& question = query.question;
  const std::uint32_t ttl_s = capped(ttl_max_s);
  if (is_address_type(question.type) && has_fixed(target, question.type)) {
    if (target.cname) {
      writer.add_cname(wire::Section::Answer, question.name, ttl_s, *target.cname);
    }
    const Name& owner = target.cname ? *target.cname : question.name;
    for (const IpAddress& address : target.addresses) {
      if (!is_of_type(address, question.type)) continue;
      writer.add_address(wire::Section::Answer, owner, ttl_s, address);
    }
  } else {
    add_negative_soa(writer, query, ttl_s);
  }
  Reasons reasons;
  reasons.add(wire::EdeCode::ForgedAnswer, kText);
  return finish(writer, query, reasons.all());
}

std::size_t write_safe_search_chain(const Name& target, const PackedAnswer& answer,
                                    const wire::Query& query, const Delivery& delivery,
                                    MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, wire::Rcode::NoError);
  const std::uint32_t ttl_max_s = capped(delivery.ttl_max_s);
  writer.add_cname(wire::Section::Answer, query.question.name, ttl_max_s, target);
  wire::RecordReader reader(answer.message);
  for (wire::Record record; reader.next(record);) {
    if (record.section != wire::Section::Answer) break;
    if (record.type != query.question.type && record.type != wire::RRType::Cname) continue;
    const std::uint32_t ttl_s = wire::ttl_seconds(record.ttl_s);
    const std::uint32_t left_s = ttl_s - std::min(ttl_s, delivery.age_s);
    // A packed answer was read whole when it was made: a record that does not copy means that our
    // own bytes are broken, and what follows cannot be trusted.
    if (!writer.add_copy(record, std::min(left_s, ttl_max_s))) break;
  }
  Reasons reasons;
  reasons.add(wire::EdeCode::ForgedAnswer, kText);
  if (!delivery.errors.empty()) reasons.add(delivery.errors[0].code, delivery.errors[0].text);
  return finish(writer, query, reasons.all());
}

}  // namespace haetae::dns
