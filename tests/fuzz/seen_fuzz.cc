// Any text as the file of devices seen; what was read of it is written and read the same again.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "lan/seen.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haetae;
  const lan::SeenRead read = lan::read_seen(as_text({data, size}));
  const lan::SeenRead again = lan::read_seen(lan::to_text(read.devices));
  HAETAE_ASSERT(again.is_whole && again.bad_lines == 0);
  HAETAE_ASSERT(again.devices.size() == read.devices.size());
  HAETAE_ASSERT(lan::to_text(again.devices) == lan::to_text(read.devices));
  return 0;
}
