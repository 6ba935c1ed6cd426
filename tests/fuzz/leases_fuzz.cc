// Any text as a DHCP server's leases file.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "lan/leases.h"
#include "lan/seen.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haetae;
  const lan::LeasesRead read = lan::read_leases(as_text({data, size}));
  for (const lan::Lease& lease : read.leases) {
    HAETAE_ASSERT(!lease.host_name.empty());
    HAETAE_ASSERT(lease.host_name == lan::plain_host_name(lease.host_name));
  }
  return 0;
}
