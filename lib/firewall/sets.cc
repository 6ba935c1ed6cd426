#include "firewall/sets.h"

#include <algorithm>

namespace haetae::firewall {
namespace {

IpAddress last_of(const Cidr& prefix) {
  std::array<std::uint8_t, 16> octets = prefix.address().octets();
  for (int bit = prefix.mapped_bits(); bit < 128; ++bit) {
    octets[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  }
  return IpAddress::v6(octets);
}

}  // namespace

AddressRanges ranges_of(const std::vector<Cidr>& prefixes) {
  AddressRanges all;
  for (const Cidr& one : prefixes) all.push_back({one.address(), last_of(one)});
  std::ranges::sort(all, {}, &AddressRange::first);
  AddressRanges joined;
  for (const AddressRange& one : all) {
    const bool overlaps = !joined.empty() && one.first <= joined.back().last &&
                          one.first.is_v4() == joined.back().first.is_v4();
    if (overlaps) {
      joined.back().last = std::max(joined.back().last, one.last);
    } else {
      joined.push_back(one);
    }
  }
  return joined;
}

}  // namespace haetae::firewall
