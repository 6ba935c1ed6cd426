// A section of addresses made to harm: it is refused, or every search and every walk outwards ends
// inside it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "list/address_set.h"

using namespace haetae;
using namespace haetae::list;

// The first octet is how many sets there are; the rest the section.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const SetId set_count = data[0];
  const std::size_t section_size = size - 1;
  // At its own place, as the image aligns it and to the octet: what is read beyond is seen.
  const auto room = std::make_unique<std::uint8_t[]>(section_size);
  std::memcpy(room.get(), data + 1, section_size);
  const auto set = AddressSet::read({room.get(), section_size}, set_count);
  if (!set) return 0;
  const auto walk = [&](const IpAddress& address) {
    std::uint32_t place = set->find(address);
    while (place != AddressSet::kNone) {
      const AddressSet::Prefix prefix = set->at(place);
      if (prefix.set >= set_count || prefix.set != set->set_at(place)) std::abort();
      if (prefix.around != AddressSet::kNone && prefix.around >= place) std::abort();
      place = prefix.around;
    }
  };
  for (const char* text :
       {"::", "0.0.0.0", "203.0.113.7", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    walk(*IpAddress::from_text(text));
  }
  for (std::uint32_t place = 0; place < set->size(); ++place) walk(set->at(place).prefix.address());
  return 0;
}
