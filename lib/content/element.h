#pragma once

#include <array>
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

// name: in lower case, zeros behind it; of a longer one the start, which is no name that we know.
inline constexpr std::size_t kElementNameBytesMax = 16;
using ElementName = std::array<char, kElementNameBytesMax>;
Element element_of(const ElementName& name) noexcept;

}  // namespace haetae::content
