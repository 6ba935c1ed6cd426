// Any octets as a datagram of the kernel: read to its end without leaving it.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "wire/netlink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace haetae;
  wire::NetlinkReader reader({data, size});
  wire::NetlinkMessage message;
  std::size_t messages = 0;
  while (reader.next(message)) {
    ++messages;
    if (const auto* const link = std::get_if<wire::LinkMessage>(&message)) {
      HAETAE_ASSERT(link->name.size() < 16);
    }
    if (const auto* const address = std::get_if<wire::AddressMessage>(&message)) {
      HAETAE_ASSERT(address->prefix_bits <= 128);
    }
  }
  HAETAE_ASSERT(messages * 16 <= size);
  return 0;
}
