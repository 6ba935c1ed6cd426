#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits of reading captures and of tapping.
namespace haetae::limits {

// Octets of a capture that are read, and unpacked, at a time. A reader costs two of them, what its
// packer asks for, and the largest packet (256 KB).
inline constexpr std::size_t kCaptureChunkBytes = 256 * 1024;
// log2 of the window of a .zst capture: 128 MB of memory while it is read, what zstd's --long
// makes. A larger one is refused.
inline constexpr int kCaptureZstdWindowBitsMax = 27;
// What a packed capture may unpack to: some minutes of work. A longer one is read up to there, with
// an error that tells to unpack it first; nothing limits one that is not packed.
inline constexpr std::uint64_t kCaptureUnpackedBytesMax = 64ULL << 30;

// A block of a pcapng file that holds a packet, and is held whole. A longer one ends the reading:
// libpcap takes packets of 256 KB.
inline constexpr std::size_t kPcapngBlockBytesMax = 512 * 1024;
// Interfaces of one section of a pcapng file, some 50 octets each. One more ends the reading.
inline constexpr std::size_t kPcapngInterfacesMax = 4096;

// The kernel's ring of one tap: at 1 Gbit/s half a second of full frames. Packets that find it full
// are dropped and counted.
inline constexpr int kTapRingBytes = 64 * 1024 * 1024;
// Octets kept of each frame: more than a frame of any network card that cuts and joins segments.
inline constexpr int kTapSnapBytes = 256 * 1024;
// How long the kernel may hold packets back while its block of the ring is not full; and where
// resets have to overtake what they end.
inline constexpr std::chrono::milliseconds kTapHold{20};
inline constexpr std::chrono::milliseconds kTapHoldEnforcing{2};
// Packets of a tap that are judged before it looks whether it is to stop, and takes up a new
// policy.
inline constexpr int kTapBatchPackets = 512;
// Resets that one worker of a tap sends in a second, some 70 octets each. What is beyond is counted
// and not reset: a device that goes on sending must not make us flood the network.
inline constexpr int kTapResetsPerSecondMax = 5000;
// How long after a fault an interface is tried again; the time doubles with each try.
inline constexpr std::chrono::milliseconds kTapRetryFirst{500};
inline constexpr std::chrono::milliseconds kTapRetryLast{15'000};

}  // namespace haetae::limits
