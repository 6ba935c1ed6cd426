#pragma once

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
// How long the kernel may hold a block of its ring back while it is not full: what a verdict of the
// tap may come late.
inline constexpr int kTapBlockMilliseconds = 20;

}  // namespace haetae::limits
