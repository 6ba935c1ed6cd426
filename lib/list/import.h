#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "list/protected.h"
#include "list/report.h"
#include "list/source_reader.h"

namespace haetae::list {

// A list to import, as the configuration names it.
struct ImportSpec {
  std::string name{};
  std::filesystem::path path{};
  Format format = Format::Auto;
  std::string category{};
  // `match:` of the configuration: wins over what the format or the line says, for every rule.
  std::optional<RuleScope> match{};
  const Protected* protected_names = nullptr;  // null: nothing is quarantined
  // Rules that the list had in the image in use; 0 if it is new. Shrinking by half is refused.
  std::uint64_t previous_rule_count = 0;
};

// Who takes the rules of one list, in the order of its lines.
class RuleSink {
 public:
  virtual ~RuleSink() = default;
  // rule: valid during the call. line: where it stands, from 1.
  virtual void take(const Rule& rule, std::uint32_t line) = 0;
  virtual void take_address(const AddressRule& rule, std::uint32_t line) = 0;
};

// Reads the whole list, gives its rules to the sink and returns the report. Whether a list is
// refused is known at its end: of a refused one (report.refused()) the sink has taken rules and
// must drop them. Error, one line: the file cannot be read or unpacked, or its format is one that
// this version does not act on; what the sink took must be dropped, too.
std::expected<ImportReport, std::string> import_list(const ImportSpec& spec, RuleSink& sink);
// The same from a source that is already open; spec.path is not looked at.
std::expected<ImportReport, std::string> import_list(const ImportSpec& spec, SourceReader& source,
                                                     RuleSink& sink);

// What import_list would write to ImportReport::import_digest for a source with this digest: equal
// means that importing again gives the same rules.
std::uint64_t import_digest_of(const ImportSpec& spec, std::uint64_t source_digest);

// The first line of the list that gives the rule; for `explain`. Reads the source again, some 50 ns
// a line: for one answer to a person, not for a million. No value if it does not, or cannot be
// read.
std::optional<std::uint32_t> find_line(const ImportSpec& spec, const Rule& rule);
std::optional<std::uint32_t> find_line(const ImportSpec& spec, const AddressRule& rule);

}  // namespace haetae::list
