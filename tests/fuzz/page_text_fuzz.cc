// Pages of every form: the first octet says which, the second in which pieces it comes. However it
// is cut, its words are the same, and they are words: letters and digits, each word with one blank
// before it, or a line's end between two.
#include <algorithm>
#include <memory>
#include <string>

#include "base/assert.h"
#include "base/fold.h"
#include "content/page_text.h"

using namespace haetae;
using namespace haetae::content;

namespace {

using Texts = std::array<std::string, kPlacesCount>;

Texts read(Form form, std::string_view page, std::size_t piece) {
  static const auto room = std::make_unique<PageRoom>();
  static PageText text;
  Texts texts;
  const auto take = [&] {
    for (const Place place : {Place::Body, Place::Title}) {
      texts[static_cast<std::size_t>(place)] += room->text(place);
    }
  };
  text.start(form);
  while (!page.empty()) {
    const std::string_view next =
        page.substr(0, std::min(piece, std::size_t{limits::kPageChunkBytesMax}));
    text.feed(next, *room);
    page.remove_prefix(next.size());
    take();
  }
  text.finish(*room);
  take();
  return texts;
}

bool is_latin(char32_t c) {
  return c >= 'a' && c <= 'z';
}
bool is_wide(char32_t c) {
  return c >= 0x3000 && c < 0xe000;
}

void check_words(std::string_view text) {
  while (!text.empty()) {
    HAETAE_ASSERT(text.starts_with(' '));
    text.remove_prefix(text.starts_with(" \n ") ? 3 : 1);
    char32_t before = 0;
    while (!text.empty() && text.front() != ' ') {
      const char32_t c = take_url_character(text);
      HAETAE_ASSERT(c != kNoCharacter && fold(c) == c && is_word_character(c));
      HAETAE_ASSERT(!(is_latin(before) && is_wide(c)) && !(is_wide(before) && is_latin(c)));
      before = c;
    }
    HAETAE_ASSERT(before != 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto form = static_cast<Form>(data[0] % 4);
  const std::string_view page = as_text(Bytes(data + 2, size - 2));
  const Texts whole = read(form, page, page.size() + 1);
  HAETAE_ASSERT(read(form, page, 1U + data[1]) == whole);
  for (const std::string& text : whole) check_words(text);
  return 0;
}
