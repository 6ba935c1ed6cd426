#include "list/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <ranges>

namespace haetae::list {
namespace {

constexpr std::string_view kFirstLine = "haetae import reports 1";

// Fields are separated by tabs. What a list holds may be anything, so odd octets are escaped: the
// report is always printable text.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < ' ' || octet == '\\' || octet >= 127) {
      result += fmt::format("\\x{:02x}", octet);
    } else {
      result += c;
    }
  }
  return result;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    if (text.front() != '\\') {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 4 || text[1] != 'x') return std::nullopt;
    const auto octet = number_of<std::uint8_t>(text.substr(2, 2), 16);
    if (!octet) return std::nullopt;
    result += static_cast<char>(*octet);
    text.remove_prefix(4);
  }
  return result;
}

std::optional<Quarantine> quarantine_of(std::string_view id) {
  for (const auto why : {Quarantine::ProtectedName, Quarantine::AboveProtected,
                         Quarantine::RegistrySuffix, Quarantine::PrivateSuffix,
                         Quarantine::ProtectedAddress, Quarantine::NoSite, Quarantine::TooWide}) {
    if (id_of(why) == id) return why;
  }
  return std::nullopt;
}

// One row a number of a report: its key in the text, and where it stands.
struct NumberField {
  std::string_view key;
  std::uint64_t ImportReport::* member;
};
constexpr NumberField kNumbers[] = {
    {"source-bytes", &ImportReport::source_bytes},
    {"source-digest", &ImportReport::source_digest},
    {"import-digest", &ImportReport::import_digest},
    {"lines", &ImportReport::line_count},
    {"blank", &ImportReport::blank_count},
    {"rules", &ImportReport::rule_count},
    {"addresses", &ImportReport::address_count},
    {"widened", &ImportReport::widened_count},
    {"quarantined-count", &ImportReport::quarantined_count},
};

void write_report(const ImportReport& report, std::string& out) {
  const auto line = [&out](std::string_view key, const auto&... fields) {
    out += key;
    ((out += fmt::format("\t{}", fields)), ...);
    out += '\n';
  };
  line("list", escaped(report.name));
  line("category", escaped(report.category));
  line("declared", id_of(report.declared));
  line("format", id_of(report.format));
  for (const NumberField& field : kNumbers) line(field.key, report.*field.member);
  if (report.refused()) line("refused", escaped(report.refusal));
  for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
    const ImportReport::Skipped& skipped = report.skipped[i];
    const std::string_view reason = id_of(static_cast<SkipReason>(i));
    if (skipped.count > 0) line("skipped", reason, skipped.count);
    for (const auto& example : skipped.examples) {
      line("example", reason, example.line, escaped(example.text));
    }
  }
  for (const auto& row : report.quarantined) {
    line("quarantined", id_of(row.why), row.line, escaped(row.rule));
  }
}

using Fields = std::array<std::string_view, 4>;

Fields split(std::string_view line) {
  Fields fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t tab = i + 1 < fields.size() ? line.find('\t') : std::string_view::npos;
    fields[i] = line.substr(0, tab);
    if (tab == std::string_view::npos) break;
    line.remove_prefix(tab + 1);
  }
  return fields;
}

// Each reads one kind of line; false: not understood.
bool read_text(std::string_view field, std::string& to) {
  auto text = unescaped(field);
  if (!text) return false;
  to = *std::move(text);
  return true;
}

bool read_format(std::string_view field, Format& to) {
  const auto format = format_of(field);
  to = format.value_or(Format::Auto);
  return format.has_value();
}

bool read_skipped(const Fields& fields, ImportReport& report) {
  const auto reason = skip_reason_of(fields[1]);
  const auto count = number_of<std::uint64_t>(fields[2]);
  if (!reason || !count) return false;
  report.skipped[static_cast<std::size_t>(*reason)].count = *count;
  return true;
}

bool read_example(const Fields& fields, ImportReport& report) {
  const auto reason = skip_reason_of(fields[1]);
  const auto number = number_of<std::uint32_t>(fields[2]);
  auto text = unescaped(fields[3]);
  if (!reason || !number || !text) return false;
  report.skipped[static_cast<std::size_t>(*reason)].examples.push_back({*number, *std::move(text)});
  return true;
}

bool read_quarantined(const Fields& fields, ImportReport& report) {
  const auto why = quarantine_of(fields[1]);
  const auto number = number_of<std::uint32_t>(fields[2]);
  auto rule = unescaped(fields[3]);
  if (!why || !number || !rule) return false;
  report.quarantined.push_back({*number, *why, *std::move(rule)});
  return true;
}

bool read_line(const Fields& fields, ImportReport& report) {
  const std::string_view key = fields[0];
  if (key == "category") return read_text(fields[1], report.category);
  if (key == "declared") return read_format(fields[1], report.declared);
  if (key == "format") return read_format(fields[1], report.format);
  if (key == "refused") return read_text(fields[1], report.refusal);
  if (key == "skipped") return read_skipped(fields, report);
  if (key == "example") return read_example(fields, report);
  if (key == "quarantined") return read_quarantined(fields, report);
  const auto* const field = std::ranges::find(kNumbers, key, &NumberField::key);
  if (field == std::end(kNumbers)) return false;
  const auto number = number_of<std::uint64_t>(fields[1]);
  if (number) report.*field->member = *number;
  return number.has_value();
}

// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result;
}

void describe_skipped(const ImportReport& report, std::size_t examples_max, std::string& out) {
  for (std::size_t i = 0; i < kSkipReasonCount; ++i) {
    const ImportReport::Skipped& skipped = report.skipped[i];
    if (skipped.count == 0) continue;
    out += fmt::format("  skipped {}: {}\n", grouped(skipped.count),
                       describe(static_cast<SkipReason>(i)));
    for (const auto& example : skipped.examples | std::views::take(examples_max)) {
      out += fmt::format("    line {}: {}\n", example.line, escaped(example.text));
    }
  }
}

void describe_quarantined(const ImportReport& report, std::size_t examples_max, std::string& out) {
  if (report.quarantined_count == 0) return;
  out += fmt::format("  quarantined {}, which do not take effect:\n",
                     grouped(report.quarantined_count));
  for (const auto& row : report.quarantined | std::views::take(examples_max)) {
    out += fmt::format("    line {}: {} {}\n", row.line, escaped(row.rule), describe(row.why));
  }
}

}  // namespace

std::uint64_t ImportReport::skipped_count() const noexcept {
  return std::accumulate(skipped.begin(), skipped.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Skipped& row) { return sum + row.count; });
}

std::string write_reports(std::span<const ImportReport> reports) {
  std::string out = fmt::format("{}\n", kFirstLine);
  for (const ImportReport& report : reports) write_report(report, out);
  return out;
}

std::expected<std::vector<ImportReport>, std::string> read_reports(std::string_view text) {
  std::vector<ImportReport> reports;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const Fields fields = split(line);
    bool understood = false;
    if (number == 1) {
      understood = line == kFirstLine;
    } else if (fields[0] == "list") {
      understood = read_text(fields[1], reports.emplace_back().name);
    } else {
      understood = !reports.empty() && read_line(fields, reports.back());
    }
    if (!understood) {
      return std::unexpected(fmt::format(
          "line {} of the import reports is not understood; build the lists again", number));
    }
  }
  return reports;
}

std::string describe(const ImportReport& report, std::size_t examples_max) {
  const std::string_view found = report.declared == Format::Auto ? ", detected" : "";
  std::string out =
      fmt::format("{} ({}): {} rules from {} lines, format {}{}; {} skipped, {} quarantined\n",
                  escaped(report.name), escaped(report.category), grouped(report.rule_count),
                  grouped(report.line_count), id_of(report.format), found,
                  grouped(report.skipped_count()), grouped(report.quarantined_count));
  if (report.address_count > 0) {
    out += fmt::format("  {} of the rules are addresses and networks\n",
                       grouped(report.address_count));
  }
  if (report.refused()) out += fmt::format("  REFUSED: {}\n", report.refusal);
  if (report.widened_count > 0) {
    out += fmt::format("  {} entries for what stands below a name also hold the name itself\n",
                       grouped(report.widened_count));
  }
  describe_skipped(report, examples_max, out);
  describe_quarantined(report, examples_max, out);
  return out;
}

}  // namespace haetae::list
