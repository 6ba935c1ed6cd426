// Any octets as a capture file: packets lie within what was unpacked, are counted, and end; a file
// that is not packed gives no more than it holds.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "daemon/capture_reader.h"

using namespace haetae;
using namespace haetae::daemon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("capture", MFD_CLOEXEC);
  HAETAE_ASSERT(file >= 0 && ftruncate(file, 0) == 0);
  HAETAE_ASSERT(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  constexpr std::uint64_t kUnpackedMax = 1 << 20;
  auto reader = CaptureReader::open(fmt::format("/proc/self/fd/{}", file), kUnpackedMax);
  if (!reader) {
    HAETAE_ASSERT(!reader.error().empty());
    return 0;
  }
  CapturedPacket captured;
  std::uint64_t octets = 0;
  while (reader->next(captured)) {
    HAETAE_ASSERT(captured.original_bytes >= captured.octets.size());
    octets += captured.octets.size();
    (void)wire::parse_packet(captured.link, captured.octets);
  }
  HAETAE_ASSERT(!reader->next(captured));
  HAETAE_ASSERT(reader->counters().octets == octets);
  HAETAE_ASSERT(octets <= std::max<std::uint64_t>(size, kUnpackedMax));
  HAETAE_ASSERT(reader->number() ==
                reader->counters().packets + reader->counters().foreign_packets);
  return 0;
}
