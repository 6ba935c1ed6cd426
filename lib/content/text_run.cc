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

// What stands in sixteen octets: bits of those that are letters or digits and of those that stop,
// and the text, letters small and all signs blanks.
struct Sixteen {
  __m128i text;
  unsigned letters, stopping;
};

__attribute__((target("ssse3,popcnt"))) inline Sixteen read_sixteen(const char* at,
                                                                    __m128i first_stop,
                                                                    __m128i second_stop) noexcept {
  const __m128i blank = _mm_set1_epi8(' ');  // the bit of small letters; digits have it, too
  const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i small = _mm_or_si128(octets, blank);
  // x - first <= last - first, without sign: then the smaller of both sides is the left one.
  const __m128i of_a = _mm_sub_epi8(small, _mm_set1_epi8('a'));
  const __m128i of_0 = _mm_sub_epi8(octets, _mm_set1_epi8('0'));
  const __m128i is_word = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(of_a, _mm_set1_epi8(25)), of_a),
                                       _mm_cmpeq_epi8(_mm_min_epu8(of_0, _mm_set1_epi8(9)), of_0));
  const __m128i is_stop = _mm_or_si128(
      _mm_or_si128(_mm_cmpeq_epi8(octets, first_stop), _mm_cmpeq_epi8(octets, second_stop)),
      _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8('\'')),
                   _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_setzero_si128()), octets)));
  return {_mm_or_si128(_mm_and_si128(is_word, small), _mm_andnot_si128(is_word, blank)),
          static_cast<unsigned>(_mm_movemask_epi8(is_word)),
          static_cast<unsigned>(_mm_movemask_epi8(is_stop))};
}

__attribute__((target("ssse3,popcnt"))) inline char* write_sixteen(__m128i text, unsigned kept,
                                                                   char* out) noexcept {
  out = squeeze(text, kept & 0xffU, out);
  return squeeze(_mm_srli_si128(text, kHalfBytes), kept >> kHalfBytes, out);
}

__attribute__((target("ssse3,popcnt"))) const char* copy_wide(const char* at, const char* end,
                                                              Stops stops, char*& out) noexcept {
  constexpr unsigned kAll = (1U << kWideBytes) - 1;
  const __m128i first_stop = _mm_set1_epi8(stops.first);
  const __m128i second_stop = _mm_set1_epi8(stops.second);
  char* to = out;
  unsigned letter_before = 0;
  while (end - at >= kWideBytes) {
    const Sixteen read = read_sixteen(at, first_stop, second_stop);
    // A letter stays; of signs the first one behind a letter.
    const unsigned kept = read.letters | read.letters << 1U | letter_before;
    // Nothing but the processor's guess decides where the next sixteen are, so that it need not
    // wait for these.
    if (read.stopping != 0) {
      const int bytes = std::countr_zero(read.stopping);
      to = write_sixteen(read.text, kept & ((1U << bytes) - 1), to);
      at += bytes;
      break;
    }
    to = write_sixteen(read.text, kept & kAll, to);
    at += kWideBytes;
    letter_before = read.letters >> (kWideBytes - 1);
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
