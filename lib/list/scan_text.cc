#include "list/scan_text.h"

#include <array>

#include "list/host_text.h"

namespace haetae::list {

std::string_view url_scan_text(const Name& host, std::string_view path,
                               std::span<char, kUrlScanBytesMax> room) noexcept {
  FoldedText folded(room);
  std::array<char, Name::kTextBytesMax> host_room;
  std::string_view rest = host_scan_text(host, host_room);
  while (!rest.empty()) folded.add(take_url_character(rest));
  rest = path;
  while (!rest.empty()) {
    const char32_t c = fold(take_url_character(rest));
    const bool is_between = c == ' ' || c == '+' || c == '_' || c == kNoCharacter;
    folded.add(is_between ? U'-' : c);
  }
  return folded.text();
}

void TermsText::add(std::string_view raw) noexcept {
  is_apart_ = true;
  while (!raw.empty()) {
    const char32_t c = fold(take_url_character(raw));
    if (c == 0 || c == '\'') continue;
    if (!is_word_character(c)) {
      is_apart_ = true;
      continue;
    }
    if (is_apart_ && !folded_.is_empty()) folded_.add(' ');
    is_apart_ = false;
    folded_.add(c);
  }
}

bool is_terms_text(std::string_view text) noexcept {
  std::array<char, kTermsScanBytesMax> room;
  TermsText terms(room);
  terms.add(text);
  return terms.text() == text;
}

}  // namespace haetae::list
