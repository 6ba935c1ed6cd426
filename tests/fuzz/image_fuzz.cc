// Images made to harm: whatever the bytes say, with checksums made right, an image is refused or
// answers without reading beyond itself. The first octet chooses: a whole image follows, or patches
// (place: 3 octets, value: 1) to a good one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "../support/image_seal.h"
#include "list/delta.h"
#include "list/image.h"
#include "list/image_builder.h"

namespace {

using namespace haetae;
using namespace haetae::list;

const HashKey kKey{1, 2};

std::vector<std::uint8_t> good_image() {
  ImageBuilder builder(kKey);
  const ListId one = builder.add_list({.name = "one", .category = "adult"});
  const ListId two = builder.add_list({.name = "two", .category = "ads"});
  for (const char* text : {"example.com", "www.example.com", "a.b.example", "example"}) {
    builder.add(one, {.name = name_of(text)});
    builder.add(two, {.name = name_of(text), .scope = RuleScope::Exact}, as_bytes("condition"));
  }
  for (const char* text : {"203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "198.51.100.0/22"}) {
    builder.add(one, AddressRule{*Cidr::from_text(text)});
  }
  builder.add(two, AddressRule{*Cidr::from_text("203.0.113.0/28")});
  return builder.to_bytes().value();
}

void patch(std::vector<std::uint8_t>& image, Bytes patches) {
  for (; patches.size() >= 4; patches = patches.subspan(4)) {
    const std::size_t place = patches[0] | patches[1] << 8 | patches[2] << 16;
    image[place % image.size()] = patches[3];
  }
}

void ask(const std::shared_ptr<const Image>& image, Bytes input) {
  const Lists lists(image, nullptr);
  NameHashes hashes;
  volatile unsigned sum = 0;  // so that every octet is really read
  const auto ask_all = [&] {
    image->prefetch(hashes);
    const Match match = lists.find(hashes);
    if (match.set >= image->set_count()) std::abort();
    for (const Element& element : image->elements(match.set)) {
      if (element.list >= image->lists().size()) std::abort();
      const Bytes condition = image->condition(element.condition);
      sum = sum + std::accumulate(condition.begin(), condition.end(), 0U);
    }
    std::array<Lists::Holding, Delta::kElementsMax> out;
    (void)lists.holdings(hashes, out);
  };
  for (const char* text : {".", "example", "x.www.example.com", "a.b.c.d.e.f.example"}) {
    hash_suffixes(name_of(text), image->key(), hashes);
    ask_all();
  }
  for (const char* text : {"::", "203.0.113.7", "203.0.113.200", "2001:db8::1", "64:ff9b::1.2.3.4",
                           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
    const IpAddress address = *IpAddress::from_text(text);
    if (lists.find(address).set >= image->set_count()) std::abort();
    for (const auto& holding : lists.holdings(address)) {
      if (holding.element.list >= image->lists().size()) std::abort();
    }
  }
  hashes.label_count = static_cast<std::uint8_t>(std::min<std::size_t>(input.size() / 8, 127));
  for (std::size_t i = 0; i <= hashes.label_count; ++i) {
    hashes.at[i] = 8 * (i + 1) <= input.size() ? format::load<std::uint64_t>(&input[8 * i]) : 0;
  }
  ask_all();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::vector<std::uint8_t> good = good_image();
  const Bytes input{data + 1, size - 1};
  std::vector<std::uint8_t> bytes(input.begin(), input.end());
  if (data[0] % 2 != 0) {
    bytes = good;
    patch(bytes, input);
  }
  if (const auto image = Image::from_bytes(bytes)) ask(*image, input);
  haetae::test::seal_image(bytes);
  if (const auto image = Image::from_bytes(bytes)) ask(*image, input);
  return 0;
}
