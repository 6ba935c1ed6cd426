#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haetae::list {

// Finds thousands of plain strings in the text of a page (list/phrase_text.h), each place where one
// stands. Each of them gives one piece, its rarest, that begins with a blank, a digit or a letter
// beyond ASCII: of eight octets, or of five where it has none of eight. A text is looked at where
// it has one of those beginnings, in English once a word, in Korean once a syllable. What begins
// there is asked of a table that fits the processor's nearer caches, and only where a piece stands
// the strings that gave it are compared. The speed hardly depends on how many strings there are:
// bench/list/phrase_bench.cc measures it, and Hyperscan beside it. Immutable, shared by all
// threads.
class PhraseIndex {
 public:
  static constexpr std::size_t kLongBytes = 8;
  static constexpr std::size_t kShortBytes = 5;
  // Octets behind a text that must be there to be read; what they are does not matter.
  static constexpr std::size_t kPaddingBytes = 80;

  // True of what a piece begins with: of ASCII all that is no letter, and first octets of UTF-8.
  static constexpr bool is_start(char octet) noexcept {
    const auto value = static_cast<signed char>(octet);
    return value > static_cast<signed char>(0xbf) && value <= '9';
  }
  // True if it has a piece to be found by: begins with a blank or holds a letter beyond ASCII or a
  // digit, with three octets more behind that.
  static bool can_hold(std::string_view literal) noexcept;

  // literals: distinct; can_hold() each.
  explicit PhraseIndex(const std::vector<std::string>& literals);

  // Calls found(literal), its place among the literals, for each place of the text where it stands
  // whole. Hot path.
  template <typename Found>
  void find(std::string_view text, const Found& found) const noexcept {
    std::array<std::uint16_t, kBlockBytes> places;
    for (std::size_t from = 0; from < text.size(); from += kBlockBytes) {
      const std::size_t size = std::min(kBlockBytes, text.size() - from);
      const std::size_t count = possible_places(text.data() + from, size, places);
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = from + places[i] % kBlockBytes;
        const std::uint64_t piece = long_piece_at(text.data() + at);
        if ((places[i] & kMayBeLong) != 0) ask(text, at, piece, kLongBytes, found);
        if ((places[i] & kMayBeShort) != 0) ask(text, at, short_of(piece), kShortBytes, found);
      }
    }
  }

 private:
  // What is looked through before what was found is compared.
  static constexpr std::size_t kBlockBytes = 512;
  static constexpr unsigned kFilterBits = 19;  // 64 KB

  static std::uint64_t long_piece_at(const char* text) noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t octets = 0;
    std::memcpy(&octets, text, sizeof(octets));
    return octets;
  }
  // The first octets of a long one, with zeros before them, which no text holds.
  static std::uint64_t short_of(std::uint64_t long_piece) noexcept {
    return long_piece << 8 * (kLongBytes - kShortBytes);
  }
  static std::uint64_t mixed(std::uint64_t piece) noexcept { return piece * 0x9e3779b97f4a7c15; }

  static std::uint64_t starts_in(const char* text) noexcept;

  // The lowest bit is set where a string gave the piece, and seldom where none did.
  std::uint64_t may_be(std::uint64_t piece) const noexcept {
    const std::uint64_t bit = mixed(piece) >> (64 - kFilterBits);
    return filter_[bit / 64] >> bit % 64;
  }

  // Where in the text, of kBlockBytes at most, a piece may stand that a string gave, and of which
  // size.
  static constexpr std::uint16_t kMayBeLong = 0x4000, kMayBeShort = 0x8000;
  std::size_t possible_places(const char* text, std::size_t size,
                              std::span<std::uint16_t, kBlockBytes> places) const noexcept;

  // A string that gave a piece, and how many of its octets stand before that. Beside the piece it
  // has others, eight at most, that tell it apart from who shares the piece: they are looked at
  // first.
  struct Holder {
    std::uint64_t beside;
    std::uint64_t beside_mask;
    std::uint32_t literal;
    std::uint32_t at;
    std::uint16_t before;
    std::uint16_t size;
    std::int16_t beside_at;  // from the piece's place on
    bool is_last;            // of those that gave one piece
  };

  // Compares the strings that gave a piece with the text in which it stands.
  template <typename Found>
  void ask(std::string_view text, std::size_t at, std::uint64_t piece, std::size_t piece_bytes,
           const Found& found) const noexcept {
    const Slot& slot = slot_of(piece);
    if ((slot.next >> next_bit(text[at + piece_bytes]) & 1) == 0) return;
    for (const Holder* holder = &holders_[slot.first];; ++holder) {
      if (is_at(text, at, *holder)) found(holder->literal);
      if (holder->is_last) break;
    }
  }

  bool is_at(std::string_view text, std::size_t at, const Holder& holder) const noexcept {
    if (at < holder.before) return false;
    const std::uint64_t beside = long_piece_at(text.data() + at + holder.beside_at);
    if ((beside & holder.beside_mask) != holder.beside) return false;
    if (text.size() - (at - holder.before) < holder.size) return false;
    const char* const start = text.data() + (at - holder.before);
    return std::memcmp(start, octets_.data() + holder.at, holder.size) == 0;
  }

  static constexpr std::uint32_t kEmpty = 0;
  struct Slot {
    std::uint64_t piece = 0;
    std::uint32_t next = 0;   // a bit for each octet that may follow it in who gave it
    std::uint32_t first = 0;  // of those, the place in holders_; kEmpty: the slot is empty
  };
  static_assert(sizeof(Slot) == 16);
  static unsigned next_bit(char octet) noexcept { return static_cast<unsigned char>(octet) % 32; }
  // An empty one where nobody gave the piece.
  const Slot& slot_of(std::uint64_t piece) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = mixed(piece) >> slot_shift_;
    while (slots_[slot].piece != piece && slots_[slot].first != kEmpty) slot = (slot + 1) & mask;
    return slots_[slot];
  }

  // piece_bytes: of the piece that it gave, behind `before` octets.
  static Holder holder_of(std::string_view literal, std::size_t before, std::size_t piece_bytes);
  void enter(const Slot& slot);

  std::vector<std::uint64_t> filter_;
  std::vector<Slot> slots_;  // a power of two, at most three quarters full
  unsigned slot_shift_ = 0;
  std::vector<Holder> holders_;  // kEmpty is none's place
  std::string octets_;           // of all strings
};

}  // namespace haetae::list
