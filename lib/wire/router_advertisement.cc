#include "wire/router_advertisement.h"

#include "wire/reader.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kRdnssOption = 25;
constexpr std::size_t kOptionUnitBytes = 8;
constexpr std::size_t kAddressBytes = 16;

void read_rdnss(WireReader option, RouterAdvertisement& out) noexcept {
  option.skip(2);  // reserved
  if (option.u32() == 0) return;
  while (option.left() >= kAddressBytes && out.resolver_count < out.resolver_room.size()) {
    const Bytes octets = option.take(kAddressBytes);
    out.resolver_room[out.resolver_count++] = IpAddress::v6(octets.first<kAddressBytes>());
  }
}

}  // namespace

std::expected<RouterAdvertisement, ParseError> parse_router_advertisement(Bytes icmp) noexcept {
  WireReader in(icmp);
  const bool is_advertisement = in.u8() == kRouterAdvertisement && in.u8() == 0;
  if (in.ok() && !is_advertisement) return std::unexpected(ParseError::BadValue);
  in.skip(2 + 1 + 1);  // checksum (the kernel's business), hop limit, flags
  RouterAdvertisement out;
  out.router_lifetime_s = in.u16();
  in.skip(4 + 4);  // reachable time, retransmission timer
  while (in.ok() && in.left() > 0) {
    const std::uint8_t type = in.u8();
    const std::size_t size = in.u8() * kOptionUnitBytes;
    if (in.ok() && size == 0) return std::unexpected(ParseError::BadValue);
    const WireReader option = in.sub(size - 2);
    if (in.ok() && type == kRdnssOption) read_rdnss(option, out);
  }
  if (!in.ok()) return std::unexpected(ParseError::Truncated);
  return out;
}

}  // namespace haetae::wire
