#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace haetae {

// Stands for octets that are no text.
inline constexpr char32_t kNoCharacter = 0xfffd;

// Takes one character off a part of a URL as it was sent: escapes undone once, as servers do, then
// read as UTF-8. Octets that are no UTF-8 come as kNoCharacter, one by one.
// raw: not empty.
inline char32_t take_url_character(std::string_view& raw) noexcept;

// What a character is to somebody who looks for words: Latin letters of either case, full-width,
// circled and mathematical ones ("ＰＯＲＮ", "𝐩𝐨𝐫𝐧") as plain lower-case letters, digits likewise,
// all blanks as ' '. 0: it is not to be seen or only a mark on the letter before it, and is left
// out.
//
// The part of Unicode's compatibility folding (UAX #15, NFKC) that people use to write a word in
// English or Korean so that a filter misses it; the whole of it needs tables and memory, and this
// runs where packets are judged. Letters with accents and other scripts stay as they are.
constexpr char32_t fold(char32_t character) noexcept;

// True for letters and digits of a folded text, and for whatever else of other scripts stands
// inside of words; false for the signs, blanks and pictures that people put between them.
constexpr bool is_word_character(char32_t folded) noexcept;

// A Hangul syllable (Unicode 15, section 3.12) of the character before and the conjoining letter
// behind it; 0 if the two are no syllable.
char32_t joined_hangul(char32_t before, char32_t letter) noexcept;

// Folded characters as UTF-8, in room that somebody lends. Hangul that comes letter by letter (some
// systems send "ㄱㅏ" of U+1100 and U+1161) is put together into syllables (Unicode 15, section
// 3.12). What no longer fits is left out, whole characters at a time.
class FoldedText {
 public:
  explicit FoldedText(std::span<char> room) noexcept : room_(room) {}

  void add(char32_t folded) noexcept {
    if (folded == 0) return;
    if (folded < 0x80 && size_ < room_.size()) {
      room_[size_++] = static_cast<char>(folded);
      last_ = folded;
    } else {
      add_other(folded);
    }
  }
  bool is_empty() const noexcept { return size_ == 0; }
  std::string_view text() const noexcept { return {room_.data(), size_}; }

 private:
  void add_other(char32_t folded) noexcept;
  void write(char32_t character) noexcept;

  std::span<char> room_;
  std::size_t size_ = 0;
  char32_t last_ = 0;
};

// Most of a URL is plain ASCII: only the rest is worth a call.
namespace detail {
char32_t take_other_url_character(std::string_view& raw) noexcept;
char32_t fold_other(char32_t character) noexcept;
bool is_other_word_character(char32_t folded) noexcept;
}  // namespace detail

inline char32_t take_url_character(std::string_view& raw) noexcept {
  const auto first = static_cast<unsigned char>(raw.front());
  if (first >= 0x80 || first == '%') return detail::take_other_url_character(raw);
  raw.remove_prefix(1);
  return first;
}

constexpr bool is_word_character(char32_t c) noexcept {
  if (c >= 0x80) return detail::is_other_word_character(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr char32_t fold(char32_t c) noexcept {
  if (c >= 0x80) return detail::fold_other(c);
  if (c >= 'A' && c <= 'Z') return c + ('a' - 'A');
  return c <= ' ' || c == 0x7f ? U' ' : c;
}

}  // namespace haetae
