#include "list/pattern_word.h"

#include <algorithm>

namespace haetae::list {
namespace {

enum class Script : std::uint8_t { None, Latin, Other };

// Digits are no letters: sites put them behind a word ("porn18"), languages do not.
Script script_of(char c) noexcept {
  if (c >= 'a' && c <= 'z') return Script::Latin;
  return static_cast<unsigned char>(c) >= 0x80 ? Script::Other : Script::None;
}

bool boundary_between(char left, char right) noexcept {
  return script_of(left) == Script::None || script_of(left) != script_of(right);
}

bool is_trimming(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '-';
}

// The occurrence [begin, end) of a word in a text.
struct Occurrence {
  std::string_view text;
  std::size_t begin;
  std::size_t end;

  bool starts_word() const noexcept {
    return begin == 0 || boundary_between(text[begin - 1], text[begin]);
  }
  bool ends_word() const noexcept {
    return end == text.size() || boundary_between(text[end], text[end - 1]);
  }
  bool fills_label() const noexcept {
    std::size_t left = begin;
    while (left > 0 && is_trimming(text[left - 1])) --left;
    std::size_t right = end;
    while (right < text.size() && is_trimming(text[right])) ++right;
    return (left == 0 || text[left - 1] == '.') && (right == text.size() || text[right] == '.');
  }
};

bool stands_at(const Occurrence& found, WordPlace place) noexcept {
  switch (place) {
    case WordPlace::Anywhere: return true;
    case WordPlace::Start: return found.starts_word();
    case WordPlace::End: return found.ends_word();
    case WordPlace::Edge: return found.starts_word() || found.ends_word();
    case WordPlace::Word: return found.starts_word() && found.ends_word();
    case WordPlace::Label: return found.fills_label();
    case WordPlace::Tld:
      return found.begin > 0 && found.text[found.begin - 1] == '.' &&
             found.end == found.text.size();
  }
  return false;
}

}  // namespace

WordRule::WordRule(const Pattern& pattern, PatternText text)
    : word_(pattern.word), place_(pattern.place), text_(text) {
  if (word_.empty()) return;
  for (const std::string& longer : pattern.except) {
    for (std::size_t at = longer.find(word_); at != longer.npos; at = longer.find(word_, at + 1)) {
      exceptions_.push_back({longer, at});
    }
  }
}

bool WordRule::is_excepted(std::string_view text, std::size_t begin) const noexcept {
  for (const Exception& exception : exceptions_) {
    if (begin < exception.at) continue;
    if (text.substr(begin - exception.at).starts_with(exception.longer)) return true;
  }
  return false;
}

WordRule::Range WordRule::range_in(std::string_view text) const noexcept {
  switch (text_) {
    case PatternText::Host: {
      const std::size_t dot = text.rfind('.');
      if (dot == text.npos) return {0, text.size()};  // no top-level domain to leave out
      return place_ == WordPlace::Tld ? Range{dot + 1, text.size()} : Range{0, dot};
    }
    // The host has patterns of its own.
    case PatternText::Url: return {std::min(text.find('/'), text.size()), text.size()};
    case PatternText::Search: return {0, text.size()};
  }
  return {0, text.size()};
}

bool WordRule::counts(std::string_view text) const noexcept {
  if (word_.empty()) return false;
  const auto [first, limit] = range_in(text);
  for (std::size_t at = text.find(word_, first); at < limit; at = text.find(word_, at + 1)) {
    const Occurrence found{text, at, at + word_.size()};
    if (stands_at(found, place_) && !is_excepted(text, at)) return true;
  }
  return false;
}

}  // namespace haetae::list
