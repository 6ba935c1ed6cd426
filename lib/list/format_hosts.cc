#include "list/format_text.h"

namespace haetae::list {

// hosts(5): "ADDRESS NAME [NAME…] [# comment]". Only the sink addresses block; a real address is
// somebody's own mapping. A plain name without an address is taken as it stands, exact as all else
// here: people paste names into hosts files. An address in a name's place is no rule: whether it
// was meant as a sink or as a site, the file does not say.
void parse_hosts_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  const std::string_view text = trim(line);
  if (is_comment_line(text)) return;
  const std::string_view body = cut_comment(text, '#');
  if (read_hosts_line(body, out)) return;
  std::string_view rest = body;
  const std::string_view word = take_word(rest);
  if (!rest.empty()) {
    out.skipped = SkipReason::Prose;
    return;
  }
  add_rule(word, RuleScope::Exact, out);
}

}  // namespace haetae::list
