#include "base/address.h"
#include "list/format_text.h"
#include "list/url_name.h"

namespace haetae::list {
namespace {

std::string_view without_scheme(std::string_view word) noexcept {
  const std::size_t scheme = word.find("://");
  return scheme == std::string_view::npos ? word : word.substr(scheme + 3);
}

// Pages of hosts that have no name are listed, too.
SkipReason read_host(std::string_view text, Name& host) noexcept {
  const SkipReason reason = read_host_name(text, host);
  if (reason != SkipReason::IsAddress) return reason;
  const auto address = IpAddress::from_text(text);
  const auto name = Name::from_text(text);
  if (!address || !address->is_v4() || !name) return reason;
  host = *name;
  return SkipReason::None;
}

}  // namespace

// One host and path a line, meaning all that lies below it: "games.example/free" holds for
// games.example/free/chess and not for games.example/freedom. It never widens to the host; a host
// without a path is that host alone. The scheme does not matter.
void parse_urls_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  std::string_view rest = trim(line);
  if (is_comment_line(rest)) return;
  const std::string_view word = without_scheme(take_word(rest));
  if (!rest.empty()) {
    out.skipped = SkipReason::Prose;
    return;
  }
  const std::size_t end = word.find_first_of("/?#");
  const std::string_view host_text = word.substr(0, end);
  const std::string_view path = end == std::string_view::npos ? "" : word.substr(end);
  Name host;
  out.skipped = read_host(host_text, host);
  if (out.skipped != SkipReason::None) return;
  const auto name = url_rule_name(host, path);
  if (!name) {
    out.skipped = SkipReason::PathTooLong;
    return;
  }
  const RuleScope scope = is_url_name(*name) ? RuleScope::Subtree : RuleScope::Exact;
  out.rules[out.rule_count++] = {.name = *name, .scope = scope};
}

}  // namespace haetae::list
