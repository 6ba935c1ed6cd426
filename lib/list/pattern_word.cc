#include "list/pattern_word.h"

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

WordRule::WordRule(const Pattern& pattern) : word_(pattern.word), place_(pattern.place) {
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

bool WordRule::counts(std::string_view text) const noexcept {
  if (word_.empty()) return false;
  const std::size_t dot = text.rfind('.');
  const bool in_tld = place_ == WordPlace::Tld;
  // A text without a dot has no top-level domain to leave out.
  const std::size_t first = in_tld && dot != text.npos ? dot + 1 : 0;
  const std::size_t limit = in_tld || dot == text.npos ? text.size() : dot;
  for (std::size_t at = text.find(word_, first); at < limit; at = text.find(word_, at + 1)) {
    const Occurrence found{text, at, at + word_.size()};
    if (stands_at(found, place_) && !is_excepted(text, at)) return true;
  }
  return false;
}

}  // namespace haetae::list
