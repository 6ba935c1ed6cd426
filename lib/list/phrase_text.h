#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haetae::list {

// True of the first octet of U+3000 to U+DFFF: kana, ideographs, Hangul.
constexpr bool starts_wide(char octet) noexcept {
  const auto value = static_cast<std::uint8_t>(octet);
  return value >= 0xe3 && value <= 0xed;
}

// Some words as a page that holds them is read (content::PageRoom): a blank where a Latin letter
// meets Hangul, kana or an ideograph, and " \n " for each line's end between words. The page begins
// with one blank more.
// text: words of letters and digits, folded (base/fold.h), one blank or '\n' between them.
std::string phrase_text(std::string_view text);

}  // namespace haetae::list
