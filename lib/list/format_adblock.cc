#include <algorithm>

#include "list/format_text.h"

namespace haetae::list {
namespace {

// Element hiding, scriptlets and HTML filters: "##", "#@#", "#?#", "#$#", "#%#", "$$", "$@$" and
// their mixtures. They speak of the inside of pages. "# note" is a comment all the same.
bool is_cosmetic(std::string_view text) noexcept {
  if (text.find('$') != std::string_view::npos &&
      (text.find("$$") != std::string_view::npos || text.find("$@$") != std::string_view::npos)) {
    return true;
  }
  for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    const std::size_t end = text.find_first_not_of("@?$%", at + 1);
    if (end != std::string_view::npos && text[end] == '#') return true;
  }
  return false;
}

// Reads "important" or "important,important". Anything else changes when a rule holds (a request's
// type, its page, its client): taking the rule without it would block or allow more than it says.
SkipReason read_modifiers(std::string_view modifiers, bool& important) noexcept {
  while (true) {
    const std::size_t comma = modifiers.find(',');
    if (trim(modifiers.substr(0, comma)) != "important") return SkipReason::Modifier;
    important = true;
    if (comma == std::string_view::npos) return SkipReason::None;
    modifiers.remove_prefix(comma + 1);
  }
}

// "/…/": a regular expression. One slash alone starts a path on any host.
SkipReason reason_of_slash_rule(std::string_view pattern) noexcept {
  return pattern.size() > 1 && pattern.ends_with('/') ? SkipReason::Pattern : SkipReason::HasPath;
}

// Takes the anchors off both ends, so that what is left should be a host name.
// "||x^" and "||x" mean x and all below; "|x^" and a plain "x" mean x alone (AdGuard's DNS syntax).
SkipReason take_anchors(std::string_view& pattern, RuleScope& scope, bool& below_only) noexcept {
  if (pattern.starts_with('/')) return reason_of_slash_rule(pattern);
  if (pattern.find("://") != std::string_view::npos) return SkipReason::IsUrl;
  scope = RuleScope::Exact;
  if (pattern.starts_with("||")) {
    scope = RuleScope::Subtree;
    pattern.remove_prefix(2);
  } else if (pattern.starts_with('|')) {
    pattern.remove_prefix(1);
  }
  if (pattern.ends_with('|')) pattern.remove_suffix(1);
  if (pattern.ends_with('^')) pattern.remove_suffix(1);
  if (pattern.starts_with("*.")) {
    scope = RuleScope::Subtree;
    below_only = true;
    pattern.remove_prefix(2);
  }
  // "||ads.x." means any host that starts so, although a name may end in a dot elsewhere.
  if (pattern.ends_with('.')) return SkipReason::Pattern;
  return SkipReason::None;
}

void read_network_rule(std::string_view text, ParsedLine& out) noexcept {
  const bool allow = text.starts_with("@@");
  if (allow) text.remove_prefix(2);
  bool important = false;
  const std::size_t dollar = text.find('$');
  std::string_view pattern = text.substr(0, dollar);
  RuleScope scope = RuleScope::Exact;
  out.skipped = take_anchors(pattern, scope, out.below_only);
  if (out.skipped != SkipReason::None) return;
  add_rule(pattern, scope, out);
  if (out.rule_count == 0) return;
  if (dollar != std::string_view::npos) {
    out.skipped = read_modifiers(text.substr(dollar + 1), important);
    if (out.skipped != SkipReason::None) {
      out.rule_count = 0;
      return;
    }
  }
  out.rules[0].action = allow ? RuleAction::Allow : RuleAction::Block;
  out.rules[0].important = important;
}

// "||x^", as nearly every line is: read at once.
bool read_plain_site(std::string_view text, ParsedLine& out) noexcept {
  if (!text.starts_with("||") || !text.ends_with("^")) return false;
  const std::string_view host = text.substr(2, text.size() - 3);
  Rule& rule = out.rules[0];
  if (host.ends_with('.') || read_host_name(host, rule.name) != SkipReason::None) return false;
  rule.action = RuleAction::Block;
  rule.scope = RuleScope::Subtree;
  rule.important = false;
  out.rule_count = 1;
  return true;
}

bool is_comment(std::string_view text) noexcept {
  if (text.empty() || text.front() == '!') return true;
  if (text.front() == '[') return text.ends_with(']');  // [Adblock Plus 2.0]
  return text.front() == '#';                           // asked after is_cosmetic
}

}  // namespace

// AdBlock filters as DNS filters read them (AdGuard's DNS syntax): rules on whole names,
// exceptions, $important. Lines of a hosts file and plain names are part of that syntax and exact.
void parse_adblock_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  std::string_view text = trim(line);
  if (read_plain_site(text, out)) return;
  if (!text.empty() && text.front() != '!' && is_cosmetic(text)) {
    out.skipped = SkipReason::Cosmetic;
    return;
  }
  if (is_comment(text)) return;
  text = cut_comment(text, '#');
  if (read_hosts_line(text, out)) return;
  const std::string_view rule = take_word(text);
  if (!text.empty()) {
    out.skipped = SkipReason::Prose;
    return;
  }
  read_network_rule(rule, out);
}

}  // namespace haetae::list
