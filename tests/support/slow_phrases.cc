#include "support/slow_phrases.h"

#include <algorithm>

namespace haetae::test {
namespace {

bool is_latin(const std::string& character) {
  return character.size() == 1 && character[0] >= 'a' && character[0] <= 'z';
}

// Kana, ideographs, Hangul: U+3000 to U+DFFF all begin so.
bool is_wide(const std::string& character) {
  const std::string_view first("\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed");
  return first.contains(character[0]);
}

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    const bool is_tail = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    if (is_tail && !characters.empty() &&
        static_cast<unsigned char>(characters.back()[0]) >= 0x80) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, c);
    }
  }
  return characters;
}

bool holds(const std::string& text, const list::PhrasePart& part) {
  return text.contains((part.starts_word ? " " : "") + part.text + (part.ends_word ? " " : ""));
}

}  // namespace

std::string slow_text(std::string_view text) {
  std::string written = " ";
  std::string before = " ";
  for (const std::string& character : characters_of(text)) {
    const bool is_newline = static_cast<unsigned char>(character[0]) < ' ';
    if (is_newline) {
      if (written.ends_with("\n ") || written == " ") continue;
      if (!written.ends_with(' ')) written += ' ';
      written += "\n ";
    } else if (character == " ") {
      if (!written.ends_with(' ')) written += ' ';
    } else {
      const bool scripts_meet =
          (is_latin(before) && is_wide(character)) || (is_wide(before) && is_latin(character));
      if (scripts_meet) written += ' ';
      written += character;
    }
    before = character;
  }
  if (!written.ends_with(' ')) written += ' ';
  return written;
}

std::vector<SlowPhrase> slow_phrases(const std::vector<list::Phrase>& phrases,
                                     std::string_view body, std::string_view title) {
  const std::string in_body = slow_text(body);
  const std::string in_title = slow_text(title);
  std::vector<SlowPhrase> answers;
  for (const list::Phrase& phrase : phrases) {
    const auto is_titled = [&](const list::PhrasePart& part) { return holds(in_title, part); };
    const auto is_there = [&](const list::PhrasePart& part) {
      return holds(in_body, part) || is_titled(part);
    };
    const bool all_titled = std::ranges::all_of(phrase.parts, is_titled);
    const bool all_there = std::ranges::all_of(phrase.parts, is_there);
    answers.push_back(phrase.title_only ? SlowPhrase{all_titled, false}
                                        : SlowPhrase{all_there, all_titled});
  }
  return answers;
}

}  // namespace haetae::test
