#pragma once

#include <cstddef>
#include <cstdint>

// Limits of what looking at bodies may cost. Each is of one worker.
namespace haetae::limits {

// Octets of a body as they were sent after which it is judged by what was read so far, and again
// after as many more: about what waits for the verdict (kProxyServerRoomBytes). Shorter bodies are
// judged as a whole.
inline constexpr std::uint64_t kHeldPageBytes = 64 * 1024;
// What of one body is read at all, after decoding: some 10 ms of work. The rest passes unread.
inline constexpr std::uint64_t kScannedBytesMax = 4 * 1024 * 1024;
// Octets that are undone before the limits are looked at again.
inline constexpr std::size_t kScanSliceBytes = 4 * 1024;

// Bodies that are looked at at one time: 40 to 120 KB each. Further ones are judged by the
// profile's rule for what cannot be decided.
inline constexpr std::size_t kBodyScansMax = 2'048;
// Of those, how many may be of one address once a quarter of all is taken; a browser has six
// connections to a server.
inline constexpr std::size_t kBodyScansOfClientMax = 256;
// What is kept for the next body rather than given back.
inline constexpr std::size_t kBodyScansKept = 64;
// The path of a request, which lists and grants may speak of; a longer one is cut.
inline constexpr std::size_t kScannedPathBytesMax = 2'048;

}  // namespace haetae::limits
