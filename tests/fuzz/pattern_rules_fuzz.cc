// Any octets as a file of rules/patterns: patterns or faults, and what is taken compiles.
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "config/pattern_rules.h"
#include "list/pattern_language.h"
#include "list/scan_text.h"

namespace {

using namespace haetae;

void try_as(list::PatternText text, std::string_view yaml) {
  const auto rules = config::parse_pattern_rules(
      yaml, "fuzz.yaml", text, [](std::string_view id) -> std::optional<list::CategoryId> {
        if (id == "adult") return 0;
        return std::nullopt;
      });
  for (const list::Pattern& pattern : rules.patterns) {
    HAETAE_ASSERT(list::normalise_expression(pattern.expression).has_value());
    HAETAE_ASSERT(pattern.word.empty() || pattern.expression == list::escape_literal(pattern.word));
    if (text == list::PatternText::Search) HAETAE_ASSERT(list::is_terms_text(pattern.word));
  }
  for (const config::Fault& fault : rules.faults) HAETAE_ASSERT(!config::to_text(fault).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view yaml = as_text(Bytes{data, size});
  try_as(list::PatternText::Host, yaml);
  try_as(list::PatternText::Url, yaml);
  try_as(list::PatternText::Search, yaml);
  return 0;
}
