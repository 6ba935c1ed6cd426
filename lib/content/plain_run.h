#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace haetae::content {

// Copies letters and digits of ASCII, letters made small, and single blanks between them: most of
// most pages. Stops at the first other octet, at a second blank in a row, or where fewer than
// kWideBytes octets are left; returns where. The octet before out[0] is a letter or digit that was
// written. May write up to kWideBytes octets behind what it copied.
inline constexpr std::ptrdiff_t kWideBytes = 16;
inline const char* copy_plain_run(const char* at, const char* end, char*& out) noexcept;

#if defined(__SSE2__)

inline const char* copy_plain_run(const char* at, const char* end, char*& out) noexcept {
  const __m128i case_bit = _mm_set1_epi8(0x20);  // digits and blanks have it, too
  unsigned blank_before = 0;
  while (end - at >= kWideBytes) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i small = _mm_or_si128(octets, case_bit);
    // x - first <= last - first without sign: at most one of both is smaller.
    const __m128i of_a = _mm_sub_epi8(small, _mm_set1_epi8('a'));
    const __m128i of_0 = _mm_sub_epi8(octets, _mm_set1_epi8('0'));
    const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(of_a, _mm_set1_epi8(25)), of_a);
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(of_0, _mm_set1_epi8(9)), of_0);
    const __m128i is_blank = _mm_cmpeq_epi8(octets, case_bit);
    const auto words = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_letter, is_digit)));
    const auto blanks = static_cast<unsigned>(_mm_movemask_epi8(is_blank));
    const unsigned doubled = blanks & (blanks << 1U | blank_before);
    const unsigned bad = ~(words | blanks) | doubled;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), small);
    const int bytes = std::countr_zero(bad | 1U << kWideBytes);
    at += bytes;
    out += bytes;
    if (bytes < kWideBytes) break;
    blank_before = blanks >> (kWideBytes - 1);
  }
  return at;
}

#else

inline const char* copy_plain_run(const char* at, const char* /*end*/, char*& /*out*/) noexcept {
  return at;  // one by one is the other way, and right
}

#endif

}  // namespace haetae::content
