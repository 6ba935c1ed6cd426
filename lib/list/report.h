#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "list/format.h"
#include "list/protected.h"

namespace haetae::list {

// What became of a list when it was imported. A line may give several rules, and may count as
// skipped beside them for a part that gave none.
struct ImportReport {
  struct Example {
    std::uint32_t line = 0;
    std::string text;  // the line's start
  };
  struct Skipped {
    std::uint64_t count = 0;
    std::vector<Example> examples;  // the first limits::kReportExamplesMax
  };
  struct Quarantined {
    std::uint32_t line = 0;
    Quarantine why = Quarantine::None;
    std::string rule;  // in normal form
  };

  std::string name;
  std::string category;
  Format declared = Format::Auto;
  Format format = Format::Auto;  // the one it was read as
  std::uint64_t source_bytes = 0;
  std::uint64_t source_digest = 0;  // XXH3 of the octets as stored
  std::uint64_t import_digest = 0;  // of those and of all settings that shape the rules
  std::uint64_t line_count = 0;
  std::uint64_t blank_count = 0;  // blank lines and comments
  std::uint64_t rule_count = 0;   // rules taken, duplicates and those of addresses included
  std::uint64_t address_count = 0;
  // Rules taken that also hold a name which their line leaves out (RPZ's "*.x" without "x").
  std::uint64_t widened_count = 0;
  std::array<Skipped, kSkipReasonCount> skipped;  // by SkipReason
  std::uint64_t quarantined_count = 0;
  std::vector<Quarantined> quarantined;  // the first limits::kReportQuarantinedMax
  // Not empty: the list is refused, for this reason. Its rules must not take effect.
  std::string refusal;

  bool refused() const noexcept { return !refusal.empty(); }
  std::uint64_t skipped_count() const noexcept;
};

// Reports as a text that is kept beside the image, a line a fact; read_reports gives them back
// equal.
std::string write_reports(std::span<const ImportReport> reports);
// Error: which line is not understood.
std::expected<std::vector<ImportReport>, std::string> read_reports(std::string_view text);

// The report for people: a sentence, then a line for each reason with its examples.
// examples_max: how many of each to show.
std::string describe(const ImportReport& report, std::size_t examples_max = 3);

}  // namespace haetae::list
