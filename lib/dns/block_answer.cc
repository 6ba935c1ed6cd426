#include "dns/block_answer.h"

#include <optional>

#include "dns/reply.h"
#include "dns/timing.h"
#include "wire/dns_writer.h"

namespace haetae::dns {
namespace {

std::optional<IpAddress> address_for(const config::BlockAnswer& how, wire::RRType type) noexcept {
  const bool v4 = type == wire::RRType::A;
  if (!v4 && type != wire::RRType::Aaaa) return std::nullopt;
  switch (how.kind) {
    case config::BlockAnswerKind::NxDomain:
    case config::BlockAnswerKind::Refused: return std::nullopt;
    case config::BlockAnswerKind::NullAddress: return v4 ? IpAddress::v4(0) : IpAddress{};
    case config::BlockAnswerKind::Address: return v4 ? how.v4 : how.v6;
  }
  return std::nullopt;
}

wire::Rcode rcode_for(config::BlockAnswerKind kind) noexcept {
  switch (kind) {
    case config::BlockAnswerKind::NxDomain: return wire::Rcode::NxDomain;
    case config::BlockAnswerKind::Refused: return wire::Rcode::Refused;
    case config::BlockAnswerKind::NullAddress:
    case config::BlockAnswerKind::Address: return wire::Rcode::NoError;
  }
  return wire::Rcode::Refused;
}

}  // namespace

bool gives_address(const config::BlockAnswer& how, wire::RRType type) noexcept {
  return address_for(how, type).has_value();
}

std::size_t write_block_answer(const config::BlockAnswer& how, const wire::Query& query,
                               std::span<const wire::ExtendedError> errors,
                               MutableBytes out) noexcept {
  wire::DnsWriter writer(out, query, rcode_for(how.kind));
  const std::uint32_t ttl_s = ttl_field(kBlockTtl);
  if (const auto address = address_for(how, query.question.type)) {
    writer.add_address(wire::Section::Answer, query.question.name, ttl_s, *address);
  } else if (how.kind != config::BlockAnswerKind::Refused) {
    add_negative_soa(writer, query, ttl_s);
  }
  return finish(writer, query, errors);
}

}  // namespace haetae::dns
