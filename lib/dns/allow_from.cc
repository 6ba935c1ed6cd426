#include "dns/allow_from.h"

#include <utility>
#include <vector>

namespace haetae::dns {

AllowFrom::AllowFrom(std::span<const Cidr> prefixes) {
  std::vector<PrefixMap<bool>::Entry> entries;
  entries.reserve(prefixes.size());
  for (const Cidr& prefix : prefixes) entries.push_back({prefix, true});
  allowed_ = PrefixMap<bool>(std::move(entries));
}

}  // namespace haetae::dns
