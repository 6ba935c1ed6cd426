#include "list/format_text.h"

namespace haetae::list {

// One address or network a line: "203.0.113.7", "203.0.113.0/24", "2001:db8::/48". Comments start
// with '#' or, as in published drop lists, with ';'.
void parse_addresses_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  const std::string_view text = trim(line);
  if (is_comment_line(text)) return;
  std::string_view rest = cut_comment(cut_comment(text, '#'), ';');
  const std::string_view word = take_word(rest);
  if (!rest.empty()) {
    out.skipped = SkipReason::Prose;
  } else if (!take_address(word, out)) {
    out.skipped = SkipReason::NotAnAddress;
  }
}

}  // namespace haetae::list
