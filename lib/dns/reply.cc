#include "dns/reply.h"

#include <array>
#include <string_view>

namespace haetae::dns {
namespace {

using namespace std::string_view_literals;

// Primary server, mailbox, serial, refresh, retry and expire; names that can never resolve, so that
// nobody asks them. The minimum is added per answer.
constexpr std::string_view kSoaStart =
    "\6haetae\7invalid\0\6nobody\7invalid\0"
    "\0\0\0\1\0\0\x0e\x10\0\0\2\x58\0\1\x51\x80"sv;
constexpr std::size_t kSoaMinimumBytes = 4;

}  // namespace

void add_negative_soa(wire::DnsWriter& writer, const wire::Query& query,
                      std::uint32_t ttl_s) noexcept {
  std::array<std::uint8_t, kSoaStart.size() + kSoaMinimumBytes> rdata;
  std::size_t at = 0;
  for (const char octet : kSoaStart) rdata[at++] = static_cast<std::uint8_t>(octet);
  for (int shift = 24; shift >= 0; shift -= 8) {
    rdata[at++] = static_cast<std::uint8_t>(ttl_s >> shift);
  }
  writer.add_raw(wire::Section::Authority, query.question.name, wire::RRType::Soa, ttl_s, rdata);
}

}  // namespace haetae::dns
