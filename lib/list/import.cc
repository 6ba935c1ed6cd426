#include "list/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "list/detect.h"

namespace haetae::list {
namespace {

// Part of every import digest: raise it when the parsers take the same text differently.
constexpr std::uint64_t kImportVersion = 2;

std::unexpected<std::string> not_acted_on(Format format) {
  return std::unexpected(fmt::format(
      "this version does not act on lists of format '{}' yet; it reads hosts, domains, wildcard, "
      "adblock, dnsmasq, rpz, urls and addresses",
      id_of(format)));
}

// The declared format, or the one found out. A refusal goes to the report and gives Auto.
Format choose_format(const ImportSpec& spec, std::string_view head, std::string& refusal) {
  if (const auto text = check_is_text(head); !text) {
    refusal = text.error();
    return Format::Auto;
  }
  if (spec.format != Format::Auto) return spec.format;
  const auto found = detect_format(head);
  if (!found) refusal = found.error();
  return found.value_or(Format::Auto);
}

// One import on its way through the lines.
class Importer {
 public:
  Importer(const ImportSpec& spec, RuleSink& sink, ImportReport& report)
      : spec_(spec), sink_(sink), report_(report) {}

  void read(SourceReader& source) {
    SourceLine line;
    while (source.next(line)) {
      if (line.skipped != SkipReason::None) {
        note_skipped(line.skipped, line);
        continue;
      }
      parse_line(report_.format, line.text, state_, parsed_);
      if (parsed_.skipped != SkipReason::None) note_skipped(parsed_.skipped, line);
      if (parsed_.nothing()) ++report_.blank_count;
      for (std::size_t i = 0; i < parsed_.rule_count; ++i) take(parsed_.rules[i], line);
      if (parsed_.address) take(*parsed_.address, line);
    }
  }

 private:
  void take(Rule& rule, const SourceLine& line) {
    if (spec_.match) rule.scope = *spec_.match;
    if (spec_.protected_names != nullptr) {
      const Quarantine why = spec_.protected_names->check(rule, spec_.category);
      if (why != Quarantine::None) return note_quarantined(why, rule, line);
    }
    note_widened(rule);
    ++report_.rule_count;
    sink_.take(rule, line.number);
  }

  void take(const AddressRule& rule, const SourceLine& line) {
    if (spec_.protected_names != nullptr) {
      const Quarantine why = spec_.protected_names->check(rule, spec_.category);
      if (why != Quarantine::None) return note_quarantined(why, rule, line);
    }
    ++report_.rule_count;
    ++report_.address_count;
    sink_.take_address(rule, line.number);
  }

  void note_skipped(SkipReason reason, const SourceLine& line) {
    ImportReport::Skipped& skipped = report_.skipped[static_cast<std::size_t>(reason)];
    ++skipped.count;
    if (skipped.examples.size() == limits::kReportExamplesMax) return;
    skipped.examples.push_back(
        {line.number, std::string(line.text.substr(0, limits::kReportExcerptBytesMax))});
  }

  template <typename AnyRule>
  void note_quarantined(Quarantine why, const AnyRule& rule, const SourceLine& line) {
    ++report_.quarantined_count;
    if (report_.quarantined.size() == limits::kReportQuarantinedMax) return;
    report_.quarantined.push_back({line.number, why, to_text(rule)});
  }

  // "*.x" is taken as x and all below. That widens nothing where x has a line of its own, which
  // stands next to it in the zones that people publish.
  void note_widened(const Rule& rule) {
    if (!parsed_.below_only || rule.scope == RuleScope::Exact) {
      if (last_widened_ && rule.name == last_name_) --report_.widened_count;
      last_widened_ = false;
    } else {
      last_widened_ = rule.name != last_name_;
      if (last_widened_) ++report_.widened_count;
    }
    last_name_ = rule.name;
  }

  const ImportSpec& spec_;
  RuleSink& sink_;
  ImportReport& report_;
  ParserState state_;
  ParsedLine parsed_;
  Name last_name_;
  bool last_widened_ = false;
};

std::string most_frequent_reason(const ImportReport& report) {
  const auto most = std::ranges::max_element(report.skipped, {}, &ImportReport::Skipped::count);
  if (most->count == 0) return "every line is blank or a comment";
  const auto reason = static_cast<SkipReason>(most - report.skipped.begin());
  return fmt::format("{} lines were skipped, most of them as: {}", report.skipped_count(),
                     describe(reason));
}

// Says why a list that was read to its end must not take effect; "" if it may.
std::string judge(const ImportReport& report, std::uint64_t previous_rule_count) {
  const std::uint64_t entries = report.rule_count + report.quarantined_count;
  if (entries == 0) {
    return fmt::format("it holds no rule that could be read as '{}': {}", id_of(report.format),
                       most_frequent_reason(report));
  }
  if (report.quarantined_count > limits::kListQuarantinedCountMax &&
      report.quarantined_count * 100 > entries * limits::kListQuarantinedPercentMax) {
    return fmt::format(
        "{} of its {} entries would block what no list may block, protected names and addresses or "
        "public suffixes, more than {} in a hundred: this is not the list it should be",
        report.quarantined_count, entries, limits::kListQuarantinedPercentMax);
  }
  if (previous_rule_count >= limits::kListShrinkCheckRulesMin &&
      report.rule_count < previous_rule_count / 2) {
    return fmt::format(
        "it shrank by more than half, from {} rules to {}; if that is meant, give it another name",
        previous_rule_count, report.rule_count);
  }
  return {};
}

bool same(const Rule& a, const Rule& b) {
  return a.name == b.name && a.action == b.action && a.scope == b.scope &&
         a.important == b.important;
}
bool same(const AddressRule& a, const AddressRule& b) {
  return a.prefix == b.prefix;
}
template <typename One, typename Other>
bool same(const One&, const Other&) {
  return false;
}

// Looks for the first line that gives the wanted rule, of a name or of addresses.
template <typename Wanted>
class Finder final : public RuleSink {
 public:
  explicit Finder(const Wanted& wanted) : wanted_(wanted) {}

  void take(const Rule& rule, std::uint32_t line) override { look_at(rule, line); }
  void take_address(const AddressRule& rule, std::uint32_t line) override { look_at(rule, line); }
  std::optional<std::uint32_t> found() const { return found_; }

 private:
  template <typename AnyRule>
  void look_at(const AnyRule& rule, std::uint32_t line) {
    if (!found_ && same(rule, wanted_)) found_ = line;
  }

  const Wanted& wanted_;
  std::optional<std::uint32_t> found_;
};

template <typename Wanted>
std::optional<std::uint32_t> find_any_line(const ImportSpec& spec, const Wanted& rule) {
  Finder<Wanted> finder(rule);
  ImportSpec unchecked = spec;
  unchecked.protected_names = nullptr;  // costs time, and a rule that is asked for was taken
  unchecked.previous_rule_count = 0;
  if (!import_list(unchecked, finder)) return std::nullopt;
  return finder.found();
}

}  // namespace

std::expected<ImportReport, std::string> import_list(const ImportSpec& spec, RuleSink& sink) {
  auto source = SourceReader::open(spec.path);
  if (!source) return std::unexpected(source.error());
  return import_list(spec, *source, sink);
}

std::expected<ImportReport, std::string> import_list(const ImportSpec& spec, SourceReader& source,
                                                     RuleSink& sink) {
  ImportReport report;
  report.name = spec.name;
  report.category = spec.category;
  report.declared = spec.format;
  report.format = choose_format(spec, source.head(), report.refusal);
  if (!report.refused()) {
    if (row_of(report.format).parse_line == nullptr) return not_acted_on(report.format);
    Importer(spec, sink, report).read(source);
    if (!source.error().empty()) return std::unexpected(source.error());
    report.refusal = judge(report, spec.previous_rule_count);
  }
  report.line_count = source.line_count();
  report.source_bytes = source.source_bytes();
  report.source_digest = source.digest();
  report.import_digest = import_digest_of(spec, report.source_digest);
  return report;
}

std::uint64_t import_digest_of(const ImportSpec& spec, std::uint64_t source_digest) {
  const std::string settings = fmt::format(
      "{} {:x} {} {} {} {:x}", kImportVersion, source_digest, id_of(spec.format), spec.category,
      spec.match ? (*spec.match == RuleScope::Exact ? "exact" : "subtree") : "-",
      spec.protected_names != nullptr ? spec.protected_names->digest() : 0);
  return digest_of(as_bytes(settings));
}

std::optional<std::uint32_t> find_line(const ImportSpec& spec, const Rule& rule) {
  return find_any_line(spec, rule);
}

std::optional<std::uint32_t> find_line(const ImportSpec& spec, const AddressRule& rule) {
  return find_any_line(spec, rule);
}

}  // namespace haetae::list
