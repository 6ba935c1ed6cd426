#include <algorithm>

#include "base/ascii_text.h"
#include "content/page_text.h"

namespace haetae::content {
namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

// An escape of JSON behind its "\": "uD83D\uDE00" is the longest.
constexpr std::size_t kUnitBytes = 5, kPairBytes = 11;

char32_t unit_of(std::string_view escape) noexcept {
  char32_t unit = 0;
  for (const char c : escape.substr(1, 4)) unit = unit * 16 + static_cast<char32_t>(hex_value(c));
  return unit;
}

constexpr bool is_high_surrogate(char32_t unit) noexcept {
  return unit >= 0xd800 && unit < 0xdc00;
}
constexpr bool is_low_surrogate(char32_t unit) noexcept {
  return unit >= 0xdc00 && unit < 0xe000;
}

// True if the octet goes on with the escape.
bool fits_escape(std::string_view escape, char c) noexcept {
  if (escape.empty()) return true;
  if (escape.front() != 'u') return false;
  if (escape.size() < kUnitBytes) return hex_value(c) >= 0;
  if (escape.size() == kUnitBytes) return is_high_surrogate(unit_of(escape)) && c == '\\';
  if (escape.size() == kUnitBytes + 1) return c == 'u';
  return escape.size() < kPairBytes && hex_value(c) >= 0;
}

bool is_whole_escape(std::string_view escape) noexcept {
  if (escape.empty()) return false;
  if (escape.front() != 'u' || escape.size() == kPairBytes) return true;
  return escape.size() == kUnitBytes && !is_high_surrogate(unit_of(escape));
}

char32_t escaped_character(std::string_view escape) noexcept {
  if (escape.size() == kPairBytes) {
    const char32_t low = unit_of(escape.substr(kUnitBytes + 1));
    if (!is_low_surrogate(low)) return kNoCharacter;
    return 0x10000 + ((unit_of(escape) - 0xd800) << 10U) + (low - 0xdc00);
  }
  if (escape.size() == kUnitBytes) {
    const char32_t unit = unit_of(escape);
    return is_high_surrogate(unit) || is_low_surrogate(unit) ? kNoCharacter : unit;
  }
  constexpr std::string_view kBlanks = "nrtbf";
  if (escape.size() != 1 || kBlanks.find(escape.front()) != kBlanks.npos) return kNoCharacter;
  return static_cast<unsigned char>(escape.front());
}

}  // namespace

void PageText::start_reference(State state) noexcept {
  state_ = state;
  reference_.clear();
}

bool PageText::takes_into_reference(char c) const noexcept {
  const std::string_view name = reference_.text();
  if (name.empty()) return c == '#' || is_letter(c) || is_digit(c);
  if (name.front() != '#') return is_letter(c) || is_digit(c);
  if (name.size() == 1) return c == 'x' || c == 'X' || is_digit(c);
  return ascii_lower(name[1]) == 'x' ? hex_value(c) >= 0 : is_digit(c);
}

const char* PageText::read_reference(const char* at, const char* end) noexcept {
  for (; at != end; ++at) {
    if (takes_into_reference(*at)) {
      const std::string_view name = reference_.text();
      // However many zeros stand in front of a number, it is one.
      const bool is_number = name.starts_with('#');
      const bool is_padding = *at == '0' && (name == "#0" || name == "#x" || name == "#X");
      if (!is_padding) reference_.add(*at);
      if (!reference_.is_cut || is_number) continue;
      end_reference(false);  // longer than any name: a text
      return at;
    }
    const bool is_ended = *at == ';';
    end_reference(is_ended);
    return is_ended ? at + 1 : at;
  }
  return at;
}

void PageText::end_reference(bool is_ended) noexcept {
  state_ = state_ == State::Reference ? State::Text : State::TextValue;
  const char32_t character = referenced_character(reference_.text(), is_ended);
  if (character != 0) return add(character);
  separate(Gap::Blank);
  for (const char c : reference_.text()) add(static_cast<unsigned char>(c));
}

const char* PageText::read_escape(const char* at, const char* end) noexcept {
  while (at != end) {
    const std::string_view escape = reference_.text();
    if (!fits_escape(escape, *at)) {
      end_escape();
      return at;
    }
    reference_.add(*at++);
    if (!is_whole_escape(reference_.text())) continue;
    end_escape();
    return at;
  }
  return at;
}

void PageText::end_escape() noexcept {
  state_ = State::Text;
  const std::string_view escape = reference_.text();
  const auto first = static_cast<unsigned char>(escape.empty() ? 0 : escape.front());
  // "\" in front of a character of several octets: its first one waits for the others.
  if (escape.size() == 1 && first >= 0x80) {
    cut_[0] = escape.front();
    cut_bytes_ = 1;
    return;
  }
  add(escaped_character(escape));
}

// A text that is whole.
void PageText::read_kept(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    at = read_kept_words(at, end);
    if (at == end) break;
    start_reference(State::Reference);
    at = read_reference(at + 1, end);
    if (state_ == State::Reference) end_reference(false);
  }
  cut_bytes_ = 0;
}

}  // namespace haetae::content
