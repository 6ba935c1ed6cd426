// Router advertisements as anybody on the network may send them.
#include "base/assert.h"
#include "wire/router_advertisement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = haetae::wire::parse_router_advertisement({data, size});
  if (read) HAETAE_ASSERT(read->resolver_count <= read->resolver_room.size());
  return 0;
}
