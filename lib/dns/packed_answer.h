#pragma once

#include <array>
#include <expected>
#include <memory>
#include <span>

#include "base/limits.h"
#include "dns/answer_cache.h"
#include "dns/upstream.h"
#include "wire/dns_message.h"
#include "wire/edns.h"
#include "wire/parse_error.h"

namespace haetae::dns {

// Makes packed answers out of upstream packets. Owns the room for one: what pack() returns lives
// until its next call.
class AnswerPacker {
 public:
  AnswerPacker();

  // question: any question with the name and type asked; only these count. ttl_s of the result is
  // how long it may be cached: the lowest TTL, for negative answers also the SOA's minimum
  // (RFC 2308, section 5), with the caps of timing.h; 0 for what must not be.
  std::expected<PackedAnswer, wire::ParseError> pack(const UpstreamAnswer& answer,
                                                     const wire::Question& question,
                                                     AnswerForm form) noexcept;
  // SERVFAIL for the question, to be remembered for a few seconds (RFC 9520).
  PackedAnswer pack_failure(const wire::Question& question, wire::EdeCode code) noexcept;

 private:
  std::unique_ptr<std::array<std::uint8_t, limits::kDnsReplyBytesMax>> message_;
  std::unique_ptr<std::array<std::uint16_t, limits::kDnsTtlsMax>> ttl_offsets_;
};

// How an answer is addressed to one client.
struct Delivery {
  std::uint32_t age_s = 0;
  std::uint32_t ttl_max_s = 0xffffffff;  // the verdict's
  std::span<const wire::ExtendedError> errors{};
};

// Writes a packed answer to the client's question: id, letter case, AD, ageing, OPT, truncation.
// out: as long as the reply may become, at least wire::kUdpBytesMin. Hot path. Returns its size.
std::size_t write_packed(const PackedAnswer& answer, const wire::Query& query,
                         const Delivery& delivery, MutableBytes out) noexcept;

// A reply without records.
std::size_t write_empty(const wire::Query& query, wire::Rcode rcode,
                        std::span<const wire::ExtendedError> errors, MutableBytes out) noexcept;

}  // namespace haetae::dns
