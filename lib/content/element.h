#pragma once

#include <cstddef>
#include <cstdint>

namespace haetae::content {

// What an element means for the words around and inside of it.
struct Element {
  enum class Kind : std::uint8_t {
    Inline,  // stands inside of words; all elements that nobody knows, too
    Gap,     // parts words: br, button
    Block,   // begins something else: p, td, li
    Heading,
    Title,      // its content is text alone, up to its own end tag
    TextAlone,  // likewise: textarea, xmp
    Unseen,     // its content is not seen by people, up to its own end tag: style, noscript
    Script,     // likewise, with the rules of scripts
    Plaintext,  // all behind it is text
    Meta,
    Picture,     // has text in attributes: img, area, input
    Foreign,     // svg, math: other rules inside
    BackToHtml,  // inside of those HTML's rules again
  };
  Kind kind = Kind::Inline;
  // Ends foreign elements around it (WHATWG HTML, section 13.2.6.5).
  bool breaks_out = false;
};

// A tag's name in lower case, as two numbers that are compared at once. A longer one is none that
// we know: only its start is kept.
struct ElementName {
  static constexpr std::size_t kBytesMax = 16;

  std::uint64_t start = 0;
  std::uint64_t rest = 0;
  std::uint8_t size = 0;  // kBytesMax + 1: longer

  constexpr void add(char octet) noexcept {
    if (size > kBytesMax) return;
    const std::uint64_t value = static_cast<std::uint8_t>(octet);
    if (size < 8) start |= value << (8U * size);
    if (size >= 8 && size < kBytesMax) rest |= value << (8U * (size - 8U));
    ++size;
  }
  // at: below size and kBytesMax.
  char operator[](std::size_t at) const noexcept {
    return static_cast<char>((at < 8 ? start : rest) >> (8 * (at % 8)));
  }
  friend bool operator==(const ElementName&, const ElementName&) = default;
};

Element element_of(const ElementName& name) noexcept;

}  // namespace haetae::content
