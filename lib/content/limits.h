#pragma once

#include <cstddef>
#include <cstdint>

// Limits of what reading a body as text may cost.
namespace haetae::limits {

// Codings on top of each other: real servers send one, broken ones the same twice. A body with more
// is told as unknown.
inline constexpr std::size_t kCodingsMax = 2;
// Octets that wait between two codings.
inline constexpr std::size_t kBetweenCodingsBytes = 4096;
// What the library of one coding may allocate for one body; one that asks for more is too large.
// Windows of browsers' codings are 8 MB (RFC 9659) and, for Brotli, 16 MB (RFC 7932, section 9.1);
// servers use 4 MB or less. gzip takes 48 KB.
inline constexpr std::size_t kDecoderBytesMax = 9 * 1024 * 1024;
// Those of all decoders of one worker together: bodies in large windows that come at once. What
// finds no room is too large.
inline constexpr std::size_t kDecodersBytesMax = 192 * 1024 * 1024;
// log2 of the largest zstd window (RFC 9659).
inline constexpr int kZstdWindowBitsMax = 23;
// A body may unpack to kDecodedFreeBytes whatever it is packed in, and beyond to so many times what
// was sent of it: pages reach 3 to 20 times, tables 100, bombs 1,000 and more.
inline constexpr std::uint64_t kDecodedFreeBytes = 2 * 1024 * 1024;
inline constexpr std::uint64_t kDecodedRatioMax = 200;

// Octets at a body's start in which a page may name its charset (WHATWG HTML, section 4.2.5.4), and
// that are looked at where nobody names one. Held until they are there or the body ends.
inline constexpr std::size_t kCharsetHeadBytes = 1024;

// UTF-8 that a PageText takes at once. Costs as much in each of a PageRoom's two places.
inline constexpr std::size_t kPageChunkBytesMax = 16 * 1024;
// The value of a meta element; what is longer is cut. Costs that much for each page being read.
inline constexpr std::size_t kMetaContentBytesMax = 2048;

}  // namespace haetae::limits
