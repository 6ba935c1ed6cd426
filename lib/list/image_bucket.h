#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// One bucket of an image: 64 bytes, one cache line, seven slots. A slot holds the low 56 bits of a
// name's 64-bit hash and a set number; the high bits are where the bucket stands. An image has at
// least kCountMin buckets, so position and fingerprint together are 64 bits or more.
//
//   byte  0   7 x 4   bits  0 to 31 of each hash
//        28   7 x 2   bits 32 to 47
//        42   7 x 1   bits 48 to 55
//        49   1       overflow filter: bit h % 8 is set for every name of hash h that found its
//                     first bucket full and stands in its second
//        50   7 x 2   set number: 0 for an empty slot, kWide if it stands in the wide names
namespace haetae::list::bucket {

inline constexpr std::size_t kBytes = 64;
inline constexpr unsigned kSlots = 7;
inline constexpr std::uint64_t kCountMin = 512;  // 32 kB, the size of the smallest image
inline constexpr std::uint16_t kWide = 0xffff;
inline constexpr std::uint64_t kFingerprintMask = (std::uint64_t{1} << 56) - 1;

inline constexpr std::size_t kMiddleAt = 28;
inline constexpr std::size_t kHighAt = 42;
inline constexpr std::size_t kOverflowAt = 49;
inline constexpr std::size_t kSetAt = 50;

// The high half of the product: a place from 0 to count - 1, without a division.
constexpr std::uint64_t scale(std::uint64_t hash, std::uint64_t count) noexcept {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(hash) * count >> 64);
}
constexpr std::uint64_t first_place(std::uint64_t hash, std::uint64_t count) noexcept {
  return scale(hash, count);
}
// Never the first place again, if count > 1.
constexpr std::uint64_t second_place(std::uint64_t hash, std::uint64_t count) noexcept {
  const std::uint64_t place = scale(hash * 0x9e3779b97f4a7c15ULL, count);
  if (place != first_place(hash, count)) return place;
  return place + 1 < count ? place + 1 : 0;
}

// Bit i is set if slot i has these low bits.
inline unsigned low_matches_portable(const std::uint8_t* bucket, std::uint32_t low) noexcept {
  unsigned mask = 0;
  for (unsigned i = 0; i < kSlots; ++i) {
    std::uint32_t slot;
    std::memcpy(&slot, bucket + std::size_t{4} * i, sizeof slot);
    mask |= static_cast<unsigned>(slot == low) << i;
  }
  return mask;
}

inline unsigned low_matches(const std::uint8_t* bucket, std::uint32_t low) noexcept {
#if defined(__SSE2__)
  const auto load = [bucket](std::size_t at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bucket + at));
  };
  const __m128i wanted = _mm_set1_epi32(static_cast<int>(low));
  const __m128i first = _mm_cmpeq_epi32(load(0), wanted);
  const __m128i second = _mm_cmpeq_epi32(load(16), wanted);
  const __m128i both = _mm_packs_epi32(first, second);
  const int mask = _mm_movemask_epi8(_mm_packs_epi16(both, _mm_setzero_si128()));
  return static_cast<unsigned>(mask) & ((1U << kSlots) - 1);  // the eighth lane is no slot
#else
  return low_matches_portable(bucket, low);
#endif
}

// The set number at the hash's fingerprint, 0 if the bucket does not hold it.
inline std::uint16_t find(const std::uint8_t* bucket, std::uint64_t hash) noexcept {
  for (unsigned mask = low_matches(bucket, static_cast<std::uint32_t>(hash)); mask != 0;
       mask &= mask - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(mask));
    std::uint16_t middle;
    std::uint16_t set;
    std::memcpy(&middle, bucket + kMiddleAt + 2 * i, sizeof middle);
    std::memcpy(&set, bucket + kSetAt + 2 * i, sizeof set);
    const bool same = middle == static_cast<std::uint16_t>(hash >> 32) &&
                      bucket[kHighAt + i] == static_cast<std::uint8_t>(hash >> 48);
    if (same && set != 0) return set;
  }
  return 0;
}

inline bool may_overflow(const std::uint8_t* bucket, std::uint64_t hash) noexcept {
  return (bucket[kOverflowAt] >> (hash % 8) & 1) != 0;
}

// For the builder: fills slot i of a bucket that was zero.
inline void put(std::uint8_t* bucket, unsigned i, std::uint64_t hash, std::uint16_t set) noexcept {
  const auto low = static_cast<std::uint32_t>(hash);
  const auto middle = static_cast<std::uint16_t>(hash >> 32);
  std::memcpy(bucket + std::size_t{4} * i, &low, sizeof low);
  std::memcpy(bucket + kMiddleAt + std::size_t{2} * i, &middle, sizeof middle);
  bucket[kHighAt + i] = static_cast<std::uint8_t>(hash >> 48);
  std::memcpy(bucket + kSetAt + std::size_t{2} * i, &set, sizeof set);
}

}  // namespace haetae::list::bucket
