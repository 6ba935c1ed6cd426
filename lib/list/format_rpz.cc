#include <algorithm>
#include <array>

#include "list/format_text.h"

namespace haetae::list {
namespace {

bool same(std::string_view word, std::string_view lower) noexcept {
  return std::ranges::equal(word, lower, [](char a, char b) {
    return to_lower(static_cast<std::uint8_t>(a)) == static_cast<std::uint8_t>(b);
  });
}

// Drops a comment and follows parentheses, both outside quotes. True if the line goes on from one
// before it, so that it starts no record of its own.
bool take_off_layout(std::string_view& line, ParserState& state) noexcept {
  const bool continued = state.open_parentheses > 0;
  if (line.find_first_of(";()\"") == std::string_view::npos) return continued;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      continue;
    } else if (c == ';') {
      line = line.substr(0, i);
    } else if (c == '(') {
      ++state.open_parentheses;
    } else if (c == ')' && state.open_parentheses > 0) {
      --state.open_parentheses;
    }
  }
  return continued;
}

// Reads a name of the zone file: "@", relative to $ORIGIN, or absolute with a final dot.
bool read_zone_name(std::string_view word, const ParserState& state, Name& out) noexcept {
  if (word == "@") {
    out = state.origin;
    return true;
  }
  // Host names are read faster than names that may hold escapes and stars.
  if (read_host_name(word, out) != SkipReason::None) {
    const auto name = Name::from_text(word);
    if (!name) return false;
    out = *name;
  }
  if (word.ends_with('.') || state.origin.is_root()) return true;
  for (std::size_t i = 0; i < state.origin.label_count(); ++i) {
    if (!out.append_label(state.origin.label(i))) return false;
  }
  return true;
}

void read_directive(std::string_view text, ParserState& state, ParsedLine& out) noexcept {
  const std::string_view directive = take_word(text);
  if (same(directive, "$ttl")) return;
  if (!same(directive, "$origin") || !read_zone_name(take_word(text), state, state.origin)) {
    out.skipped = SkipReason::Setting;  // $INCLUDE, $GENERATE: a list stands in one file
    return;
  }
  // The first origin is the zone's own name, until its SOA says otherwise.
  if (state.apex.is_root()) state.apex = state.origin;
}

bool is_class_or_ttl(std::string_view word) noexcept {
  if (same(word, "in")) return true;
  if (word.empty() || word.front() < '0' || word.front() > '9') return false;
  return std::ranges::all_of(word, [](char c) {  // 3600, 1h30m
    return (c >= '0' && c <= '9') ||
           std::string_view("smhdwSMHDW").find(c) != std::string_view::npos;
  });
}

// Writes the part of the owner that stands before the zone's name. False: not in the zone.
bool take_off_apex(const Name& owner, const Name& apex, Name& trigger) noexcept {
  if (apex.is_root()) {
    trigger = owner;
    return true;
  }
  if (!owner.is_under(apex)) return false;
  trigger = Name();
  const std::size_t own_labels = owner.label_count() - apex.label_count();
  for (std::size_t i = 0; i < own_labels; ++i) {
    if (!trigger.append_label(owner.label(i))) return false;
  }
  return true;
}

// Triggers on anything but the asked name end in one of these labels.
bool is_other_trigger(const Name& trigger) noexcept {
  const std::string_view last = as_text(trigger.label(trigger.label_count() - 1));
  constexpr std::string_view kLabels[] = {"rpz-ip", "rpz-nsdname", "rpz-nsip", "rpz-client-ip"};
  return std::ranges::find(kLabels, last) != std::end(kLabels);
}

// What a CNAME's target does with the asked name.
SkipReason read_action(std::string_view target, const Name& trigger, RuleAction& action) noexcept {
  action = RuleAction::Block;
  if (target == "." || target == "*.") return SkipReason::None;  // NXDOMAIN, NODATA
  std::string_view bare = target;
  if (bare.ends_with('.')) bare.remove_suffix(1);
  const auto name = Name::from_text(bare);
  // A name that is its own alias is how older zones write passthru.
  if (same(bare, "rpz-passthru") || (name && *name == trigger)) {
    action = RuleAction::Allow;
    return SkipReason::None;
  }
  return SkipReason::RpzAction;
}

// Turns a trigger into the rule's name and scope.
SkipReason read_trigger(const Name& trigger, Rule& rule, bool& below_only) noexcept {
  if (trigger.is_root()) return SkipReason::NotAHostName;
  if (is_other_trigger(trigger)) return SkipReason::RpzTrigger;
  below_only = as_text(trigger.label(0)) == "*";
  rule.scope = below_only ? RuleScope::Subtree : RuleScope::Exact;
  rule.name = below_only ? trigger.suffix(1) : trigger;
  if (rule.name.is_hostname()) return judge_host_name(rule.name);
  std::array<char, Name::kTextBytesMax> text;
  return read_host_name(rule.name.write_text(text), rule.name);  // says what is odd
}

void read_cname(std::string_view target, const ParserState& state, ParsedLine& out) noexcept {
  Name trigger;
  if (!take_off_apex(state.owner, state.apex, trigger)) {
    out.skipped = SkipReason::OutsideZone;
    return;
  }
  Rule& rule = out.rules[0];
  rule.important = false;
  out.skipped = read_trigger(trigger, rule, out.below_only);
  if (out.skipped != SkipReason::None) return;
  out.skipped = read_action(target, trigger, rule.action);
  if (out.skipped == SkipReason::None) out.rule_count = 1;
}

// Records that belong to the zone and not to its policy.
bool is_zone_record(std::string_view type) noexcept {
  constexpr std::string_view kTypes[] = {"ns", "rrsig",  "nsec",   "nsec3", "nsec3param",
                                         "ds", "dnskey", "zonemd", "cds",   "cdnskey"};
  return std::ranges::any_of(kTypes, [type](std::string_view known) { return same(type, known); });
}

}  // namespace

// A response policy zone (draft-vixie-dnsop-dns-rpz) as a zone file: "name CNAME ." blocks the
// name,
// "*.name CNAME ." those below it, "CNAME rpz-passthru." allows. A file without $ORIGIN and with
// SOA at "@" has relative names only; those that end in a dot then are taken as they stand.
void parse_rpz_line(std::string_view line, ParserState& state, ParsedLine& out) noexcept {
  if (take_off_layout(line, state)) return;
  const bool inherits_owner = !line.empty() && (line.front() == ' ' || line.front() == '\t');
  std::string_view rest = trim(line);
  if (rest.empty()) return;
  if (rest.front() == '$') return read_directive(rest, state, out);
  if (!inherits_owner) {
    state.owner_known = read_zone_name(take_word(rest), state, state.owner);
  }
  std::string_view type = take_word(rest);
  while (is_class_or_ttl(type)) type = take_word(rest);
  if (!state.owner_known) {
    out.skipped = SkipReason::NotAHostName;
    return;
  }
  if (same(type, "soa")) {
    state.apex = state.owner;
  } else if (same(type, "cname")) {
    read_cname(take_word(rest), state, out);
  } else if (!is_zone_record(type)) {
    out.skipped = type.empty() ? SkipReason::NotAHostName : SkipReason::RpzAction;  // local data
  }
}

}  // namespace haetae::list
