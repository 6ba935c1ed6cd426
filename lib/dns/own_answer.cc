#include "dns/own_answer.h"

#include <algorithm>
#include <string_view>

#include "dns/reasons.h"
#include "dns/reply.h"
#include "dns/timing.h"
#include "wire/dns_writer.h"

namespace haetae::dns {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kLoopbackV4 = 0x7f000001;
constexpr std::array<std::uint8_t, 16> kLoopbackV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr std::string_view kHinfo = "\7RFC8482\0"sv;  // processor, operating system

std::size_t write_addresses(const std::optional<IpAddress>& v4, const std::optional<IpAddress>& v6,
                            const wire::Query& query, MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, wire::Rcode::NoError);
  const wire::Question& question = query.question;
  const std::uint32_t ttl_s = ttl_field(kSpecialTtl);
  if (question.type == wire::RRType::A && v4) {
    writer.add_address(wire::Section::Answer, question.name, ttl_s, *v4);
  } else if (question.type == wire::RRType::Aaaa && v6) {
    writer.add_address(wire::Section::Answer, question.name, ttl_s, *v6);
  } else {
    add_negative_soa(writer, query, ttl_s);
  }
  return finish(writer, query);
}

std::size_t write_negative(const wire::Query& query, wire::Rcode rcode, MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, rcode);
  if (rcode != wire::Rcode::Refused) add_negative_soa(writer, query, ttl_field(kSpecialTtl));
  return finish(writer, query);
}

}  // namespace

std::size_t write_special_answer(policy::SpecialAnswer answer, const wire::Query& query,
                                 MutableBytes out) noexcept {
  switch (answer) {
    case policy::SpecialAnswer::NxDomain: return write_negative(query, wire::Rcode::NxDomain, out);
    case policy::SpecialAnswer::NoData: return write_negative(query, wire::Rcode::NoError, out);
    case policy::SpecialAnswer::Loopback:
      return write_addresses(IpAddress::v4(kLoopbackV4), IpAddress::v6(kLoopbackV6), query, out);
    case policy::SpecialAnswer::Refused:
    case policy::SpecialAnswer::Forward: break;  // Forward: nothing that is answered
  }
  return write_negative(query, wire::Rcode::Refused, out);
}

std::size_t write_own_name(const std::optional<IpAddress>& v4, const std::optional<IpAddress>& v6,
                           const wire::Query& query, MutableBytes out) noexcept {
  return write_addresses(v4, v6, query, out);
}

std::size_t write_no_address(const wire::Query& query, std::uint32_t ttl_max_s,
                             MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, wire::Rcode::NoError);
  add_negative_soa(writer, query, std::min(ttl_field(kSpecialTtl), ttl_max_s));
  Reasons reasons;
  reasons.add(wire::EdeCode::ForgedAnswer, "null address from upstream");
  return finish(writer, query, reasons.all());
}

std::size_t write_any_answer(const wire::Query& query, std::uint32_t ttl_max_s,
                             MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, wire::Rcode::NoError);
  writer.add_raw(wire::Section::Answer, query.question.name, wire::RRType::Hinfo,
                 std::min(ttl_field(kSpecialTtl), ttl_max_s), as_bytes(kHinfo));
  return finish(writer, query);
}

}  // namespace haetae::dns
