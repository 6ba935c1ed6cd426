#include "dns/allow_from.h"

#include <algorithm>

namespace haetae::dns {

AllowFrom::AllowFrom(std::span<const Cidr> prefixes) {
  std::vector<Range> all;
  all.reserve(prefixes.size());
  for (const Cidr& prefix : prefixes) {
    Range range{prefix.address().octets(), prefix.address().octets()};
    for (int bit = prefix.mapped_bits(); bit < 128; ++bit) {
      range.last[bit / 8] = static_cast<std::uint8_t>(range.last[bit / 8] | 0x80 >> bit % 8);
    }
    all.push_back(range);
  }
  std::ranges::sort(all, {}, &Range::first);
  for (const Range& range : all) {
    if (!ranges_.empty() && range.first <= ranges_.back().last) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

bool AllowFrom::contains(const IpAddress& address) const noexcept {
  const Octets& octets = address.octets();
  const auto after = std::ranges::upper_bound(ranges_, octets, {}, &Range::first);
  return after != ranges_.begin() && octets <= std::prev(after)->last;
}

}  // namespace haetae::dns
