#include "wire/edns.h"

#include <algorithm>

#include "wire/edns_identity.h"
#include "wire/reader.h"

namespace haetae::wire {
namespace {

constexpr std::uint32_t kDnssecOk = 0x8000;     // among the TTL's octets
constexpr std::size_t kOptBytes = 11;           // root, type, class, TTL, data length
constexpr std::size_t kErrorBytes = 2 + 2 + 2;  // option code, option length, EDE code

}  // namespace

std::expected<Edns, ParseError> parse_edns(std::uint16_t klass, std::uint32_t ttl,
                                           Bytes rdata) noexcept {
  Edns edns;
  edns.present = true;
  edns.udp_payload_bytes = std::max(klass, static_cast<std::uint16_t>(kUdpBytesMin));
  edns.rcode_high = static_cast<std::uint8_t>(ttl >> 24);
  edns.version = static_cast<std::uint8_t>(ttl >> 16);
  edns.dnssec_ok = (ttl & kDnssecOk) != 0;
  edns.options = rdata;
  if (edns.version != 0) return edns;
  WireReader in(rdata);
  while (in.ok() && in.left() > 0) {
    const auto code = static_cast<EdnsOptionCode>(in.u16());
    in.skip(in.u16());
    if (is_identity_option(code)) edns.names_client = true;
  }
  if (!in.ok()) return std::unexpected(ParseError::BadEdns);
  return edns;
}

bool EdnsOptionReader::next(EdnsOption& out) noexcept {
  WireReader in(rest_);
  out.code = static_cast<EdnsOptionCode>(in.u16());
  out.value = in.take(in.u16());
  rest_ = in.rest();
  return in.ok();
}

std::optional<Bytes> find_edns_option(Bytes options, EdnsOptionCode code) noexcept {
  EdnsOptionReader reader(options);
  for (EdnsOption option; reader.next(option);) {
    if (option.code == code) return option.value;
  }
  return std::nullopt;
}

std::size_t edns_bytes(const EdnsReply& edns, EdnsDetail detail) noexcept {
  std::size_t bytes = kOptBytes;
  if (detail == EdnsDetail::NoErrors) return bytes;
  for (const ExtendedError& error : edns.errors) {
    bytes += kErrorBytes + (detail == EdnsDetail::Whole ? error.text.size() : 0);
  }
  return bytes;
}

EdnsDetail detail_that_fits(const EdnsReply& edns, std::size_t room_bytes) noexcept {
  if (edns_bytes(edns, EdnsDetail::Whole) <= room_bytes) return EdnsDetail::Whole;
  if (edns_bytes(edns, EdnsDetail::CodesOnly) <= room_bytes) return EdnsDetail::CodesOnly;
  return EdnsDetail::NoErrors;
}

void write_edns(WireWriter& out, const EdnsReply& edns, EdnsDetail detail, Rcode rcode) noexcept {
  out.u8(0);  // the root
  out.u16(static_cast<std::uint16_t>(RRType::Opt));
  out.u16(edns.udp_payload_bytes);
  const std::uint32_t rcode_high = static_cast<std::uint16_t>(rcode) >> 4;
  out.u32(rcode_high << 24 | (edns.dnssec_ok ? kDnssecOk : 0));
  out.u16(static_cast<std::uint16_t>(edns_bytes(edns, detail) - kOptBytes));
  if (detail == EdnsDetail::NoErrors) return;
  for (const ExtendedError& error : edns.errors) {
    const std::string_view text = detail == EdnsDetail::Whole ? error.text : std::string_view();
    out.u16(static_cast<std::uint16_t>(EdnsOptionCode::ExtendedError));
    out.u16(static_cast<std::uint16_t>(2 + text.size()));
    out.u16(static_cast<std::uint16_t>(error.code));
    out.bytes(as_bytes(text));
  }
}

}  // namespace haetae::wire
