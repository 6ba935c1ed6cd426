#include "list/format_text.h"

namespace haetae::list {

// "*.x": the name x and all below it, which is how the programs that read these lists take it
// (dnscrypt-proxy, YogaDNS). "x" and ".x" mean the same, "=x" the name alone; a star anywhere else
// is a pattern.
void parse_wildcard_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  const std::string_view text = trim(line);
  if (is_comment_line(text)) return;
  std::string_view rest = cut_comment(text, '#');
  std::string_view word = take_word(rest);
  if (!rest.empty()) {
    out.skipped = SkipReason::Prose;
    return;
  }
  if (word.starts_with('=')) {
    add_rule(word.substr(1), RuleScope::Exact, out);
    return;
  }
  take_subtree_mark(word);
  add_rule(word, RuleScope::Subtree, out);
}

}  // namespace haetae::list
