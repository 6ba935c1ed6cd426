#include "list/format.h"

#include <algorithm>

#include "base/assert.h"
#include "list/url_name.h"

namespace haetae::list {

ParseLine parse_hosts_line;
ParseLine parse_domains_line;
ParseLine parse_wildcard_line;
ParseLine parse_adblock_line;
ParseLine parse_dnsmasq_line;
ParseLine parse_rpz_line;
ParseLine parse_addresses_line;
ParseLine parse_urls_line;

namespace {

// In the order of Format. Plain names are exact where the dialect means one host (hosts, RPZ, names
// in AdBlock DNS lists), and the whole site where people write a site down.
constexpr FormatRow kFormats[] = {
    {Format::Auto, "auto", RuleScope::Subtree, nullptr},
    {Format::Hosts, "hosts", RuleScope::Exact, parse_hosts_line},
    {Format::Domains, "domains", RuleScope::Subtree, parse_domains_line},
    {Format::Wildcard, "wildcard", RuleScope::Subtree, parse_wildcard_line},
    {Format::Adblock, "adblock", RuleScope::Exact, parse_adblock_line},
    {Format::Dnsmasq, "dnsmasq", RuleScope::Subtree, parse_dnsmasq_line},
    {Format::PiholeRegex, "pihole-regex", RuleScope::Subtree, nullptr},
    {Format::Rpz, "rpz", RuleScope::Exact, parse_rpz_line},
    {Format::Urls, "urls", RuleScope::Exact, parse_urls_line},
    {Format::Regex, "regex", RuleScope::Subtree, nullptr},
    {Format::Addresses, "addresses", RuleScope::Exact, parse_addresses_line},
};

struct SkipRow {
  SkipReason reason;
  std::string_view id;
  std::string_view sentence;
};

// In the order of SkipReason.
constexpr SkipRow kSkipReasons[] = {
    {SkipReason::None, "none", ""},
    {SkipReason::NotAHostName, "not-a-host-name", "not a host name"},
    {SkipReason::BadInternationalName, "bad-international-name",
     "not a valid international domain name"},
    {SkipReason::TopLevelOnly, "top-level-only", "a top-level name by itself"},
    {SkipReason::IsAddress, "address", "an IP address, not a name"},
    {SkipReason::RealAddress, "real-address", "gives a name a real address, which is no block"},
    {SkipReason::LocalName, "local-name", "a name of the machine itself, such as localhost"},
    {SkipReason::Prose, "prose", "more than a name on the line"},
    {SkipReason::HasPath, "has-path", "has a path, which never widens to its host"},
    {SkipReason::HasPort, "has-port", "has a port, which never widens to its host"},
    {SkipReason::IsUrl, "url", "an address pattern with a scheme"},
    {SkipReason::Cosmetic, "cosmetic", "hides parts of pages (cosmetic), which needs a browser"},
    {SkipReason::Modifier, "modifier", "has a modifier that this version does not act on"},
    {SkipReason::Pattern, "pattern", "a pattern, not a name"},
    {SkipReason::RpzTrigger, "rpz-trigger", "an RPZ trigger other than the asked name"},
    {SkipReason::RpzAction, "rpz-action", "an RPZ action that this version does not act on"},
    {SkipReason::OutsideZone, "outside-zone", "stands outside of its zone"},
    {SkipReason::OtherServer, "other-server", "sends a name to another server, which is no block"},
    {SkipReason::Setting, "setting", "a setting of another program"},
    {SkipReason::TooManyNames, "too-many-names", "more names than one line may hold"},
    {SkipReason::LineTooLong, "line-too-long", "longer than a line may be"},
    {SkipReason::NulOctet, "nul-octet", "holds a NUL octet"},
    {SkipReason::NotAnAddress, "not-an-address", "not an address or a network"},
    {SkipReason::PathTooLong, "path-too-long", "host and path are longer than a rule may be"},
};

constexpr bool tables_are_in_order() {
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    if (static_cast<std::size_t>(kFormats[i].format) != i) return false;
  }
  for (std::size_t i = 0; i < std::size(kSkipReasons); ++i) {
    if (static_cast<std::size_t>(kSkipReasons[i].reason) != i) return false;
  }
  return std::size(kFormats) == kFormatCount && std::size(kSkipReasons) == kSkipReasonCount;
}
static_assert(tables_are_in_order());

}  // namespace

std::span<const FormatRow> formats() noexcept {
  return kFormats;
}

const FormatRow& row_of(Format format) noexcept {
  return kFormats[static_cast<std::size_t>(format)];
}

std::string_view id_of(Format format) noexcept {
  return row_of(format).id;
}

std::optional<Format> format_of(std::string_view id) noexcept {
  const auto* const row = std::ranges::find(kFormats, id, &FormatRow::id);
  if (row == std::end(kFormats)) return std::nullopt;
  return row->format;
}

std::string_view id_of(SkipReason reason) noexcept {
  return kSkipReasons[static_cast<std::size_t>(reason)].id;
}

std::string_view describe(SkipReason reason) noexcept {
  return kSkipReasons[static_cast<std::size_t>(reason)].sentence;
}

std::optional<SkipReason> skip_reason_of(std::string_view id) noexcept {
  const auto* const row = std::ranges::find(kSkipReasons, id, &SkipRow::id);
  if (row == std::end(kSkipReasons)) return std::nullopt;
  return row->reason;
}

void parse_line(Format format, std::string_view line, ParserState& state,
                ParsedLine& out) noexcept {
  ParseLine* const parse = row_of(format).parse_line;
  HAETAE_ASSERT(parse != nullptr);
  out.rule_count = 0;
  out.address.reset();
  out.skipped = SkipReason::None;
  out.below_only = false;
  parse(line, state, out);
  out.below_only = out.below_only && out.rule_count > 0;
}

std::string to_text(const Rule& rule) {
  std::string text = rule.action == RuleAction::Allow ? "@@" : "";
  if (rule.scope == RuleScope::Subtree) text += "||";
  text += is_url_name(rule.name) ? url_text(rule.name) : rule.name.to_text();
  if (rule.scope == RuleScope::Subtree) text += '^';
  if (rule.important) text += "$important";
  return text;
}

std::optional<Rule> rule_of(std::string_view text) noexcept {
  const auto take = [&text](std::string_view start) {
    const bool is_there = text.starts_with(start);
    if (is_there) text.remove_prefix(start.size());
    return is_there;
  };
  Rule rule;
  rule.action = take("@@") ? RuleAction::Allow : RuleAction::Block;
  rule.scope = take("||") ? RuleScope::Subtree : RuleScope::Exact;
  constexpr std::string_view kImportant = "$important";
  rule.important = text.ends_with(kImportant);
  if (rule.important) text.remove_suffix(kImportant.size());
  if (rule.scope == RuleScope::Subtree && !text.ends_with('^')) return std::nullopt;
  if (rule.scope == RuleScope::Subtree) text.remove_suffix(1);
  const std::size_t path = std::min(text.find_first_of("/?"), text.size());
  const auto host = Name::from_text(text.substr(0, path));
  if (!host) return std::nullopt;
  const auto name = url_rule_name(*host, text.substr(path));
  if (!name) return std::nullopt;
  rule.name = *name;
  return rule;
}

std::string to_text(const AddressRule& rule) {
  constexpr int kWholeAddress = 128;
  return rule.prefix.mapped_bits() == kWholeAddress ? rule.prefix.address().to_text()
                                                    : rule.prefix.to_text();
}

}  // namespace haetae::list
