// Any octets as an expression, and a text: where RE2 says that the text matches, it holds one of
// the expression's required factors.
#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/name.h"
#include "list/pattern_factor.h"
#include "list/pattern_language.h"

using namespace haetae;

// input: an expression, a line feed, a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = as_text(Bytes{data, size});
  const std::size_t line = std::min(input.find('\n'), input.size());
  const auto normal = list::normalise_expression(input.substr(0, line));
  if (!normal) return 0;
  const auto factors = list::required_factors(*normal);
  if (!factors || normal->size() > 60) return 0;  // RE2 spends seconds on large counts
  std::string text(input.substr(std::min(line + 1, input.size())));
  for (char& c : text) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  const RE2 expression(*normal, options);
  if (!expression.ok() || !RE2::PartialMatch(text, expression)) return 0;
  HAETAE_ASSERT(std::ranges::any_of(
      *factors, [&text](const std::string& factor) { return text.contains(factor); }));
  return 0;
}
