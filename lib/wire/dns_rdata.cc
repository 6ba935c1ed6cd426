#include "wire/dns_name.h"
#include "wire/dns_records.h"

namespace haetae::wire {
namespace {

constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Bytes = 16;

// A reader over rdata alone whose names may still point back into the message.
WireReader rdata_reader(const Record& record) noexcept {
  WireReader in(record.message);
  in.seek(record.rdata_offset);
  return in.sub(record.rdata.size());
}

// RFC 9460, section 2.2: keys strictly ascend, lengths fit.
bool well_formed_params(Bytes params) noexcept {
  WireReader in(params);
  int last_key = -1;
  while (in.left() > 0) {
    const int key = in.u16();
    in.skip(in.u16());
    if (!in.ok() || key <= last_key) return false;
    last_key = key;
  }
  return true;
}

}  // namespace

std::expected<IpAddress, ParseError> read_address(const Record& record) noexcept {
  if (record.klass == RRClass::In) {
    if (record.type == RRType::A && record.rdata.size() == kV4Bytes) {
      return IpAddress::v4(record.rdata.first<kV4Bytes>());
    }
    if (record.type == RRType::Aaaa && record.rdata.size() == kV6Bytes) {
      return IpAddress::v6(record.rdata.first<kV6Bytes>());
    }
  }
  return std::unexpected(ParseError::BadValue);
}

std::expected<Name, ParseError> read_target(const Record& record) noexcept {
  WireReader in = rdata_reader(record);
  auto target = read_name(in);
  if (target && in.left() > 0) target = std::unexpected(ParseError::BadValue);
  return target;
}

std::expected<Soa, ParseError> read_soa(const Record& record) noexcept {
  std::expected<Soa, ParseError> soa{std::in_place};
  WireReader in = rdata_reader(record);
  auto name = read_name(in, soa->primary);
  if (name) name = read_name(in, soa->mailbox);
  soa->serial = in.u32();
  soa->refresh_s = in.u32();
  soa->retry_s = in.u32();
  soa->expire_s = in.u32();
  soa->minimum_s = in.u32();
  if (!name) {
    soa = std::unexpected(name.error());
  } else if (!in.ok() || in.left() > 0) {
    soa = std::unexpected(ParseError::BadValue);
  }
  return soa;
}

std::expected<RRType, ParseError> read_covered_type(const Record& record) noexcept {
  WireReader in(record.rdata);
  const auto covered = static_cast<RRType>(in.u16());
  if (!in.ok()) return std::unexpected(ParseError::BadValue);
  return covered;
}

std::expected<Svcb, ParseError> read_svcb(const Record& record) noexcept {
  std::expected<Svcb, ParseError> svcb{std::in_place};
  WireReader in = rdata_reader(record);
  svcb->priority = in.u16();
  // Senders must not compress the target, but a client that would follow a pointer here must not
  // reach a name that we have not seen: so it is followed.
  const auto target = read_name(in, svcb->target);
  svcb->params = in.rest();
  if (!target) {
    svcb = std::unexpected(target.error());
  } else if (!well_formed_params(svcb->params)) {
    svcb = std::unexpected(ParseError::BadValue);
  }
  return svcb;
}

bool SvcParamReader::next(SvcParam& out) noexcept {
  WireReader in(rest_);
  out.key = static_cast<SvcParamKey>(in.u16());
  out.value = in.take(in.u16());
  rest_ = in.rest();
  return in.ok();
}

std::optional<Bytes> find_svc_param(Bytes params, SvcParamKey key) noexcept {
  SvcParamReader reader(params);
  for (SvcParam param; reader.next(param);) {
    if (param.key == key) return param.value;
  }
  return std::nullopt;
}

std::optional<IpAddress> svc_hint_address(const SvcParam& hint, std::size_t i) noexcept {
  if (hint.key == SvcParamKey::Ipv4Hint && i < hint.value.size() / kV4Bytes) {
    return IpAddress::v4(hint.value.subspan(i * kV4Bytes).first<kV4Bytes>());
  }
  if (hint.key == SvcParamKey::Ipv6Hint && i < hint.value.size() / kV6Bytes) {
    return IpAddress::v6(hint.value.subspan(i * kV6Bytes).first<kV6Bytes>());
  }
  return std::nullopt;
}

}  // namespace haetae::wire
