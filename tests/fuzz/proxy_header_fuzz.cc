// A PROXY header: its size is the same from its start alone, and nothing behind it counts.
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "wire/proxy_header.h"

using namespace haetae;
using namespace haetae::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto header = parse_proxy_header(bytes);
  if (!header) return 0;
  HAETAE_ASSERT(header->size_bytes >= kProxyFixedBytes && header->size_bytes <= size);
  HAETAE_ASSERT(header->size_bytes <= limits::kProxyHeaderBytesMax);
  HAETAE_ASSERT(proxy_header_bytes(bytes.first(kProxyFixedBytes)) == header->size_bytes);
  const std::vector<std::uint8_t> alone(data, data + header->size_bytes);
  const auto again = parse_proxy_header(alone);
  HAETAE_ASSERT(again && again->source == header->source);
  HAETAE_ASSERT(!parse_proxy_header(Bytes(alone).first(alone.size() - 1)));
  return 0;
}
