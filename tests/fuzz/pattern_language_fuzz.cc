// Any octets as an expression: normalised or refused; what is accepted compiles with both engines,
// and both tell the same of a text made of the same octets.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/name.h"
#include "list/hyperscan_engine.h"
#include "list/pattern_language.h"
#include "list/re2_engine.h"

namespace {

using namespace haetae;
using namespace haetae::list;

bool hits(const PatternEngine& engine, std::string_view text) {
  const auto scratch = engine.make_scratch();
  HAETAE_ASSERT(engine.find(text, *scratch));
  return !scratch->found().empty();
}

}  // namespace

// input: an expression, a line feed, a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = as_text(Bytes{data, size});
  const std::size_t line = std::min(input.find('\n'), input.size());
  const auto normal = normalise_expression(input.substr(0, line));
  if (!normal || normal->size() > 60) return 0;  // large counts cost seconds, and tell nothing new
  if (expression_fault(*normal)) return 0;
  std::string text(input.substr(std::min(line + 1, input.size())));
  for (char& c : text) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  const auto hyperscan = compile_hyperscan({*normal}, {});
  const auto re2 = compile_re2({*normal});
  HAETAE_ASSERT(re2.has_value());
  if (!hyperscan) return 0;  // too large for Hyperscan: a fault at start, not a miss
  HAETAE_ASSERT(hits(*hyperscan->engine, text) == hits(*re2->engine, text));
  return 0;
}
