#include <algorithm>

#include "base/assert.h"
#include "wire/dns_name.h"
#include "wire/dns_rewrite.h"

namespace haetae::wire {
namespace {

constexpr std::size_t kFlagsAt = 2;
constexpr std::size_t kQuestionCountAt = 4;
constexpr std::size_t kAnswerCountAt = 6;
constexpr std::size_t kAdditionalCountAt = 10;

std::uint16_t get_u16(Bytes octets, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

void put_u16(MutableBytes octets, std::size_t at, std::uint16_t value) noexcept {
  octets[at] = static_cast<std::uint8_t>(value >> 8);
  octets[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

void age_answer(MutableBytes packed, std::span<const std::uint16_t> ttl_offsets,
                std::uint32_t age_s, std::uint32_t cap_s) noexcept {
  for (const std::size_t at : ttl_offsets) {
    HAETAE_ASSERT(at + 4 <= packed.size());
    const std::uint32_t high = get_u16(packed, at);
    const std::uint32_t ttl_s = high << 16 | get_u16(packed, at + 2);
    const std::uint32_t aged_s = std::min(ttl_s - std::min(ttl_s, age_s), cap_s);
    put_u16(packed, at, static_cast<std::uint16_t>(aged_s >> 16));
    put_u16(packed, at + 2, static_cast<std::uint16_t>(aged_s));
  }
}

void address_to_client(MutableBytes packed, const Query& client) noexcept {
  const Bytes question = client.question.wire;
  HAETAE_ASSERT(packed.size() >= kHeaderBytes + question.size());
  put_u16(packed, 0, client.id);
  unsigned flags = get_u16(packed, kFlagsAt);
  flags &= ~(Header::kRecursionDesired | Header::kCheckingDisabled);
  if (!client.wants_authentic_data()) flags &= ~unsigned{Header::kAuthenticData};
  if (client.recursion_desired) flags |= Header::kRecursionDesired;
  if (client.checking_disabled) flags |= Header::kCheckingDisabled;
  put_u16(packed, kFlagsAt, static_cast<std::uint16_t>(flags));
  std::ranges::copy(question, packed.begin() + kHeaderBytes);
}

std::size_t append_edns(MutableBytes out, std::size_t size_bytes, const EdnsReply& edns) noexcept {
  HAETAE_ASSERT(out.size() >= kUdpBytesMin);
  const std::size_t least_bytes = edns_bytes(edns, EdnsDetail::NoErrors);
  if (size_bytes > out.size() || out.size() - size_bytes < least_bytes) {
    size_bytes = truncate_answer(out.first(std::min(size_bytes, out.size())));
  }
  WireWriter tail(out.subspan(size_bytes));
  const EdnsDetail detail = detail_that_fits(edns, tail.left());
  if (detail == EdnsDetail::NoErrors && !edns.errors.empty()) {
    put_u16(out, kFlagsAt, get_u16(out, kFlagsAt) | Header::kTruncated);
  }
  write_edns(tail, edns, detail, Rcode::NoError);
  put_u16(out, kAdditionalCountAt,
          static_cast<std::uint16_t>(get_u16(out, kAdditionalCountAt) + 1));
  return size_bytes + tail.offset();
}

std::size_t truncate_answer(MutableBytes packed) noexcept {
  WireReader in(packed);
  in.skip(kHeaderBytes);
  const auto name = skip_name(in);
  in.skip(4);
  HAETAE_ASSERT(name.has_value() && in.ok() && get_u16(packed, kQuestionCountAt) == 1);
  put_u16(packed, kFlagsAt, get_u16(packed, kFlagsAt) | Header::kTruncated);
  std::fill_n(packed.begin() + kAnswerCountAt, kHeaderBytes - kAnswerCountAt, std::uint8_t{0});
  return in.offset();
}

}  // namespace haetae::wire
