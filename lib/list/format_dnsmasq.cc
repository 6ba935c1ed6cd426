#include "list/format_text.h"

namespace haetae::list {
namespace {

enum class Option { Address, Server, Local, Other };

Option take_option(std::string_view& text) noexcept {
  const std::size_t equals = text.find('=');
  const std::string_view key = trim(text.substr(0, equals));
  text = equals == std::string_view::npos ? std::string_view() : trim(text.substr(equals + 1));
  if (key == "address") return Option::Address;
  if (key == "server") return Option::Server;
  if (key == "local") return Option::Local;
  return Option::Other;
}

// What an option does with its names, told by what follows the last slash.
struct Effect {
  RuleAction action;
  SkipReason skipped;
};

Effect effect_of(Option option, std::string_view target) noexcept {
  constexpr Effect kBlock = {RuleAction::Block, SkipReason::None};
  if (target.empty()) return kBlock;  // no address, no server: answered from nothing
  if (option == Option::Address) {
    if (target == "#" || is_sink_address(target)) return kBlock;
    return {RuleAction::Block, SkipReason::RealAddress};
  }
  // "server=/x/#": the usual servers after all, an exception from a rule above.
  if (target == "#") return {RuleAction::Allow, SkipReason::None};
  return {RuleAction::Block, SkipReason::OtherServer};
}

}  // namespace

// Lines of dnsmasq.conf: "address=/x/", "address=/x/0.0.0.0", "server=/x/", "local=/x/", with one
// or several names, each meaning the name and all below it.
void parse_dnsmasq_line(std::string_view line, ParserState&, ParsedLine& out) noexcept {
  std::string_view text = trim(line);
  if (is_comment_line(text)) return;
  text = cut_comment(text, '#');
  const Option option = take_option(text);
  if (option == Option::Other || !text.starts_with('/')) {
    out.skipped = SkipReason::Setting;
    return;
  }
  const std::size_t last = text.rfind('/');
  const Effect effect = effect_of(option, trim(text.substr(last + 1)));
  if (effect.skipped != SkipReason::None) {
    out.skipped = effect.skipped;
    return;
  }
  if (last == 0) {
    out.skipped = SkipReason::NotAHostName;
    return;
  }
  std::string_view names = text.substr(1, last - 1);
  while (true) {
    const std::size_t slash = names.find('/');
    std::string_view word = names.substr(0, slash);
    take_subtree_mark(word);
    add_rule(word, RuleScope::Subtree, out);
    if (slash == std::string_view::npos) break;
    names.remove_prefix(slash + 1);
  }
  for (std::size_t i = 0; i < out.rule_count; ++i) out.rules[i].action = effect.action;
}

}  // namespace haetae::list
