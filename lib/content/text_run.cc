#include "content/text_run.h"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <tmmintrin.h>
#endif

namespace haetae::content {
namespace {

using Copy = const char* (*)(const char*, const char*, Stops, char*&) noexcept;

const char* copy_nothing(const char* at, const char* /*end*/, Stops /*stops*/,
                         char*& /*out*/) noexcept {
  return at;  // one by one is the other way, and right
}

#if defined(__x86_64__)

constexpr std::size_t kHalfBytes = 8;

// Of each set of eight octets, which of them stand where once the others are left out.
constexpr std::array<std::uint64_t, 256> make_squeezes() {
  std::array<std::uint64_t, 256> squeezes{};
  for (unsigned kept = 0; kept < 256; ++kept) {
    unsigned to = 0;
    for (std::uint64_t from = 0; from < kHalfBytes; ++from) {
      if ((kept >> from & 1U) != 0) squeezes[kept] |= from << (kHalfBytes * to++);
    }
  }
  return squeezes;
}
constexpr std::array<std::uint64_t, 256> kSqueezes = make_squeezes();

// Eight octets, of which those in `kept` are written.
__attribute__((target("ssse3,popcnt"))) inline char* squeeze(__m128i octets, unsigned kept,
                                                             char* out) noexcept {
  const __m128i order = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&kSqueezes[kept]));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(octets, order));
  return out + std::popcount(kept);
}

__attribute__((target("ssse3,popcnt"))) const char* copy_wide(const char* at, const char* end,
                                                              Stops stops, char*& out) noexcept {
  const __m128i blank = _mm_set1_epi8(' ');  // the bit of small letters; digits have it, too
  const __m128i first_stop = _mm_set1_epi8(stops.first);
  const __m128i second_stop = _mm_set1_epi8(stops.second);
  char* to = out;
  unsigned letter_before = 0;
  while (end - at >= kWideBytes) {
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i small = _mm_or_si128(octets, blank);
    // x - first <= last - first, without sign: then the smaller of both sides is the left one.
    const __m128i of_a = _mm_sub_epi8(small, _mm_set1_epi8('a'));
    const __m128i of_0 = _mm_sub_epi8(octets, _mm_set1_epi8('0'));
    const __m128i is_word =
        _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(of_a, _mm_set1_epi8(25)), of_a),
                     _mm_cmpeq_epi8(_mm_min_epu8(of_0, _mm_set1_epi8(9)), of_0));
    const __m128i is_stop = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(octets, first_stop), _mm_cmpeq_epi8(octets, second_stop)),
        _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8('\'')),
                     _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_setzero_si128()), octets)));
    const auto letters = static_cast<unsigned>(_mm_movemask_epi8(is_word));
    const auto stopping = static_cast<unsigned>(_mm_movemask_epi8(is_stop));
    const int bytes = std::countr_zero(stopping | 1U << kWideBytes);
    const unsigned read = (1U << bytes) - 1;
    // A letter stays; of signs the first one behind a letter.
    const unsigned kept = (letters | letters << 1U | letter_before) & read;
    const __m128i text =
        _mm_or_si128(_mm_and_si128(is_word, small), _mm_andnot_si128(is_word, blank));
    to = squeeze(text, kept & 0xffU, to);
    to = squeeze(_mm_srli_si128(text, kHalfBytes), kept >> kHalfBytes, to);
    at += bytes;
    letter_before = letters >> (kWideBytes - 1);
    if (bytes < kWideBytes) break;
  }
  out = to;
  return at;
}

#endif

Copy best_copy() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("ssse3") != 0 && __builtin_cpu_supports("popcnt") != 0) {
    return copy_wide;
  }
#endif
  return copy_nothing;
}

}  // namespace

const char* copy_text_run(const char* at, const char* end, Stops stops, char*& out) noexcept {
  static const Copy copy = best_copy();
  return copy(at, end, stops, out);
}

}  // namespace haetae::content
