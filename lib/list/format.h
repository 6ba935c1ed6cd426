#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "list/rule.h"

namespace haetae::list {

// The dialects that list files are written in.
enum class Format : std::uint8_t {
  Auto,  // found out from the text: detect.h
  Hosts,
  Domains,
  Wildcard,
  Adblock,
  Dnsmasq,
  PiholeRegex,
  Rpz,
  Urls,
  Regex,
  Addresses,
};
inline constexpr std::size_t kFormatCount = static_cast<std::size_t>(Format::Addresses) + 1;

// Why a line, or a part of one, gave no rule. Stored in reports by id: append, do not rename.
enum class SkipReason : std::uint8_t {
  None,
  NotAHostName,
  BadInternationalName,
  TopLevelOnly,
  IsAddress,
  RealAddress,
  LocalName,
  Prose,
  HasPath,
  HasPort,
  IsUrl,
  Cosmetic,
  Modifier,
  Pattern,
  RpzTrigger,
  RpzAction,
  OutsideZone,
  OtherServer,
  Setting,
  TooManyNames,
  LineTooLong,
  NulOctet,
  NotAnAddress,
  PathTooLong,
};
inline constexpr std::size_t kSkipReasonCount =
    static_cast<std::size_t>(SkipReason::PathTooLong) + 1;

std::string_view id_of(SkipReason reason) noexcept;     // "has-path"
std::string_view describe(SkipReason reason) noexcept;  // "has a path, which never widens to …"
std::optional<SkipReason> skip_reason_of(std::string_view id) noexcept;

// What one line of a list says. Several kilobytes: made once and handed in again for each line.
struct ParsedLine {
  std::array<Rule, limits::kListNamesPerLineMax> rules;
  std::size_t rule_count = 0;
  std::optional<AddressRule> address;  // the line speaks of addresses, and of no name
  // Why the line, or a part of it, gave no rule; None and no rules: blank or a comment.
  SkipReason skipped = SkipReason::None;
  // The line speaks of the names below its rule's name only (RPZ's "*.x", AdBlock's "||*.x^"). A
  // Rule cannot say so and holds the name too.
  bool below_only = false;

  std::span<const Rule> all() const noexcept { return {rules.data(), rule_count}; }
  bool nothing() const noexcept {
    return rule_count == 0 && !address && skipped == SkipReason::None;
  }
};

// What a dialect remembers from line to line. A fresh one for each source.
struct ParserState {
  // RPZ (RFC 1035, section 5.1): $ORIGIN, the zone's own name, the owner that a line without one
  // inherits, and open parentheses.
  Name origin;
  Name apex;
  Name owner;
  bool owner_known = false;
  std::uint32_t open_parentheses = 0;
};

// Reads one line, without its line end, into out, whose earlier content is dropped. Pure but for
// state. No allocation, unless a name holds other than ASCII and is converted.
using ParseLine = void(std::string_view line, ParserState& state, ParsedLine& out) noexcept;

// One row a dialect: the table in format.cc is the only place that knows them all.
struct FormatRow {
  Format format;
  std::string_view id;    // as in the configuration: "pihole-regex"
  RuleScope plain_scope;  // what a plain name means
  ParseLine* parse_line;  // null: Auto, and dialects that this version does not act on
};
std::span<const FormatRow> formats() noexcept;
const FormatRow& row_of(Format format) noexcept;
std::string_view id_of(Format format) noexcept;
std::optional<Format> format_of(std::string_view id) noexcept;

// Reads one line of the given dialect, which must have a parser.
void parse_line(Format format, std::string_view line, ParserState& state, ParsedLine& out) noexcept;

// The rule in normal form: "x" exact, "||x^" subtree, "@@" before an allow, "$important" after; of
// a URL (url_name.h) x is "host/path".
std::string to_text(const Rule& rule);
// The rule that to_text() wrote so; nothing for other texts.
std::optional<Rule> rule_of(std::string_view text) noexcept;
// "203.0.113.7", "203.0.113.0/24".
std::string to_text(const AddressRule& rule);

}  // namespace haetae::list
