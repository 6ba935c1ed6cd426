#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace haetae::list {

// Writes the text of a page as the engine is given it, piece by piece, so that every word stands
// between blanks: " word " finds words alone.
//   in:  words of letters and digits, folded (base/fold.h), one blank between them, '\n' where
//        something else begins (content::PageRoom, TermsText)
//   out: the same with a blank before the first word, on both sides of '\n', and where a Latin
//        letter meets Hangul, kana or an ideograph ("av배우" is "av 배우"): Korean writes particles
//        behind English words without a blank
// However the text is cut, what is written is the same. Hot path.
class PhraseText {
 public:
  // Room in which some of any text can be taken.
  static constexpr std::size_t kStepBytes = 32;

  // Writes as much of the text as there is room for, and takes that off it. Returns how many octets
  // were written.
  std::size_t take(std::string_view& text, std::span<char> room) noexcept;

  // Whether the last word still needs the blank behind it.
  bool is_in_word() const noexcept { return before_ > Before::Blank; }

 private:
  // The character before the next one, as far as that cares.
  enum class Before : std::uint8_t { Nothing, Newline, Blank, Latin, Wide, Other };
  static Before class_of(std::uint8_t octet, Before before) noexcept;
  static Before class_after(std::string_view octets, Before before) noexcept;
  std::size_t take_careful(std::string_view octets, char* out) noexcept;

  Before before_ = Before::Nothing;
};

// True of the first octet of U+3000 to U+DFFF: kana, ideographs, Hangul.
constexpr bool starts_wide(char octet) noexcept {
  const auto value = static_cast<std::uint8_t>(octet);
  return value >= 0xe3 && value <= 0xed;
}

// A phrase as PhraseText writes it, without the blanks at its ends.
// text: is_terms_text(), which is what people may write.
std::string phrase_text(std::string_view text);

}  // namespace haetae::list
