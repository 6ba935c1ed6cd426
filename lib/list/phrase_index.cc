#include "list/phrase_index.h"

#if defined(__x86_64__)
#include <emmintrin.h>
// Compiled twice: for processors since 2013 or so, and for all.
#define HAETAE_FOR_NEWER_PROCESSORS [[gnu::target_clones("arch=x86-64-v3", "default")]]
#else
#define HAETAE_FOR_NEWER_PROCESSORS
#endif

#include <algorithm>
#include <limits>
#include <map>

#include "base/assert.h"

namespace haetae::list {
namespace {

// Strings that share a piece: each is compared wherever it stands.
constexpr std::size_t kHoldersMax = 16;
// Korean ends its words alike, and texts do so more often than phrases: what stands inside of a
// word is taken where nothing else is there.
constexpr double kInsideCost = 1000;

// How often a piece stands in texts, guessed from the strings' own letters: each by the one before
// it. "f the" is everywhere, "f por" is not.
class Likelihood {
 public:
  explicit Likelihood(const std::vector<std::string>& literals) {
    for (const std::string& literal : literals) {
      for (std::size_t i = 0; i < literal.size(); ++i) {
        ++all_;
        ++of_octet_[octet(literal[i])];
        if (i > 0) ++of_pair_[pair(literal[i - 1], literal[i])];
      }
    }
  }

  // piece: of one of the strings.
  double of(std::string_view piece) const {
    double likely = of_octet_[octet(piece[0])] / all_;
    for (std::size_t i = 1; i < piece.size(); ++i) {
      likely *= of_pair_[pair(piece[i - 1], piece[i])] / of_octet_[octet(piece[i - 1])];
    }
    return likely;
  }

 private:
  static std::size_t octet(char c) { return static_cast<std::uint8_t>(c); }
  static std::size_t pair(char first, char second) { return octet(first) << 8 | octet(second); }

  double all_ = 0;
  std::vector<double> of_octet_ = std::vector<double>(256);
  std::vector<double> of_pair_ = std::vector<double>(256 * 256);
};

struct Giver {
  std::uint32_t literal;
  std::uint32_t before;
};
using Pieces = std::map<std::string, std::vector<Giver>, std::less<>>;

// A long piece, if there is a place for one where pieces may begin.
std::size_t size_of_piece(std::string_view literal) {
  const std::size_t starts =
      literal.size() < PhraseIndex::kLongBytes ? 0 : literal.size() - PhraseIndex::kLongBytes + 1;
  return std::ranges::any_of(literal.substr(0, starts), PhraseIndex::is_start)
             ? PhraseIndex::kLongBytes
             : PhraseIndex::kShortBytes;
}

template <typename Use>
void for_each_piece(std::string_view literal, const Use& use) {
  const std::size_t size = size_of_piece(literal);
  for (std::size_t at = 0; at + size <= literal.size(); ++at) {
    if (PhraseIndex::is_start(literal[at])) use(at, literal.substr(at, size));
  }
}

Pieces choose_pieces(const std::vector<std::string>& literals) {
  const Likelihood likelihood(literals);
  // What stands in many phrases are words that texts are full of: "health", "school".
  std::map<std::string, double, std::less<>> literals_with;
  for (const std::string& literal : literals) {
    for_each_piece(
        literal, [&](std::size_t, std::string_view piece) { ++literals_with[std::string(piece)]; });
  }
  Pieces pieces;
  for (std::uint32_t i = 0; i < literals.size(); ++i) {
    const std::string& literal = literals[i];
    HAETAE_ASSERT(PhraseIndex::can_hold(literal));
    double least = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    for_each_piece(literal, [&](std::size_t at, std::string_view piece) {
      const double often = literals_with.find(piece)->second;
      double cost = likelihood.of(piece) * often * often;
      const bool starts_word = at == 0 || literal[at] == ' ' || literal[at - 1] == ' ';
      if (!starts_word) cost *= kInsideCost;
      const auto known = pieces.find(piece);
      if (known != pieces.end() && known->second.size() >= kHoldersMax) cost += 1;
      if (cost >= least) return;
      least = cost;
      best = at;
    });
    const std::size_t size = size_of_piece(literal);
    if (least < std::numeric_limits<double>::infinity()) {
      pieces[literal.substr(best, size)].push_back({i, static_cast<std::uint32_t>(best)});
      continue;
    }
    // A short one is entered with each octet that may follow it.
    best = literal.size() - PhraseIndex::kShortBytes + 1;
    for (int next = 0; next < 256; ++next) {
      pieces[literal.substr(best) + static_cast<char>(next)].push_back(
          {i, static_cast<std::uint32_t>(best)});
    }
  }
  return pieces;
}

}  // namespace

PhraseIndex::PhraseIndex(const std::vector<std::string>& literals)
    : filter_(std::size_t{1} << (kFilterBits - 6)) {
  std::vector<std::uint32_t> starts;
  for (const std::string& literal : literals) {
    starts.push_back(static_cast<std::uint32_t>(octets_.size()));
    octets_ += literal;
  }
  const Pieces pieces = choose_pieces(literals);
  holders_.resize(1);
  slots_.resize(std::bit_ceil(pieces.size() * 4 / 3 + 2));
  slot_shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots_.size()));
  for (const auto& [piece, givers] : pieces) {
    Slot slot;
    slot.first = static_cast<std::uint32_t>(holders_.size());
    for (const Giver& giver : givers) {
      Holder holder = holder_of(literals[giver.literal], giver.before, piece.size());
      holder.literal = giver.literal;
      holder.at = starts[giver.literal];
      holders_.push_back(holder);
      const std::size_t behind = giver.before + piece.size();
      const std::string& literal = literals[giver.literal];
      slot.next |= behind < literal.size() ? 1U << next_bit(literal[behind]) : ~0U;
    }
    holders_.back().is_last = true;
    std::string octets = piece;
    octets.resize(kLongBytes);
    const std::uint64_t long_piece = long_piece_at(octets.data());
    slot.piece = piece.size() == kLongBytes ? long_piece : short_of(long_piece);
    enter(slot);
  }
}

// All but whose it is.
PhraseIndex::Holder PhraseIndex::holder_of(std::string_view literal, std::size_t before,
                                           std::size_t piece_bytes) {
  const std::size_t behind = literal.size() - std::min(literal.size(), before + piece_bytes);
  const bool looks_behind = behind >= std::min(before, kLongBytes);
  const std::size_t from =
      looks_behind ? before + piece_bytes : before - std::min(before, kLongBytes);
  std::array<char, kLongBytes> octets{}, mask{};
  const std::string_view beside = literal.substr(std::min(from, literal.size()), kLongBytes);
  std::ranges::copy(beside, octets.begin());
  std::fill_n(mask.begin(), beside.size(), '\xff');
  return {.beside = long_piece_at(octets.data()),
          .beside_mask = long_piece_at(mask.data()),
          .literal = 0,
          .at = 0,
          .before = static_cast<std::uint16_t>(before),
          .size = static_cast<std::uint16_t>(literal.size()),
          .beside_at = static_cast<std::int16_t>(from - before),
          .is_last = false};
}

void PhraseIndex::enter(const Slot& slot) {
  const std::uint64_t bit = mixed(slot.piece) >> (64 - kFilterBits);
  filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
  std::size_t at = mixed(slot.piece) >> slot_shift_;
  while (slots_[at].first != kEmpty) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = slot;
}

bool PhraseIndex::can_hold(std::string_view literal) noexcept {
  if (literal.size() < kShortBytes - 1) return false;
  literal.remove_suffix(kShortBytes - 2);
  return std::ranges::any_of(literal, is_start);
}

// A bit for each of 64 octets.
inline std::uint64_t PhraseIndex::starts_in(const char* text) noexcept {
  std::uint64_t starts = 0;
#if defined(__x86_64__)
  for (unsigned at = 0; at < 64; at += 16) {
    __m128i octets;
    std::memcpy(&octets, text + at, sizeof(octets));
    const __m128i are =
        _mm_and_si128(_mm_cmpgt_epi8(octets, _mm_set1_epi8(static_cast<char>(0xbf))),
                      _mm_cmplt_epi8(octets, _mm_set1_epi8('9' + 1)));
    starts |= static_cast<std::uint64_t>(_mm_movemask_epi8(are)) << at;
  }
#else
  for (unsigned at = 0; at < 64; ++at) {
    starts |= std::uint64_t{is_start(text[at])} << at;
  }
#endif
  return starts;
}

// No branch depends on what stands at a place: each is written down, and kept only if the next one
// is not written over it.
HAETAE_FOR_NEWER_PROCESSORS
std::size_t PhraseIndex::possible_places(
    const char* text, std::size_t size,
    std::span<std::uint16_t, kBlockBytes> places) const noexcept {
  std::size_t count = 0;
  for (std::size_t from = 0; from < size; from += 64) {
    std::uint64_t starts = starts_in(text + from);
    if (size - from < 64) starts &= (std::uint64_t{1} << (size - from)) - 1;
    for (; starts != 0; starts &= starts - 1) {
      const std::size_t at = from + static_cast<std::size_t>(std::countr_zero(starts));
      const std::uint64_t piece = long_piece_at(text + at);
      const std::uint64_t may_be_long = may_be(piece) & 1;
      const std::uint64_t may_be_short = may_be(short_of(piece)) & 1;
      static_assert(kMayBeShort == 2 * kMayBeLong);
      places[count] =
          static_cast<std::uint16_t>(at | may_be_long * kMayBeLong | may_be_short * kMayBeShort);
      count += may_be_long | may_be_short;
    }
  }
  return count;
}

}  // namespace haetae::list
