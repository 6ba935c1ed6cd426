#include "list/format_text.h"

namespace haetae::list {

// One name a line, meaning the name and all below it; "*.x" and ".x" mean the same. A bare
// "http://x/" is taken as x, but a path or port never widens to its host. Lines of a hosts file
// stay exact in here, too: real lists mix the two. So do addresses and networks: they block the
// answers that hold them.
void parse_domains_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  const std::string_view text = trim(line);
  if (is_comment_line(text)) return;
  std::string_view rest = cut_comment(cut_comment(text, '#'), '!');
  if (read_hosts_line(rest, out)) return;
  std::string_view word = take_word(rest);
  if (!rest.empty()) {
    out.skipped = SkipReason::Prose;
    return;
  }
  const bool is_marked = take_subtree_mark(word);
  add_rule(word, RuleScope::Subtree, out);
  if (out.skipped == SkipReason::IsAddress && !is_marked) take_address(word, out);
}

}  // namespace haetae::list
