// Any octets as a file of rules/patterns/phrases: phrases or faults, and what is taken compiles.
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "config/phrase_rules.h"
#include "list/phrase_set.h"

using namespace haetae;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rules =
      config::parse_phrase_rules(as_text(Bytes{data, size}), "fuzz.yaml",
                                 [](std::string_view id) -> std::optional<list::CategoryId> {
                                   if (id == "adult") return 0;
                                   if (id == "drugs") return 1;
                                   return std::nullopt;
                                 });
  for (const config::Fault& fault : rules.faults) HAETAE_ASSERT(!config::to_text(fault).empty());
  for (const list::Phrase& phrase : rules.phrases) {
    HAETAE_ASSERT(!phrase.parts.empty() && phrase.weight != 0);
    for (const list::PhrasePart& part : phrase.parts) {
      HAETAE_ASSERT(part.text.size() <= limits::kPhraseBytesMax);
    }
  }
  if (!rules.phrases.empty()) {
    HAETAE_ASSERT(list::PhraseSet::compile(std::move(rules.phrases)).has_value());
  }
  return 0;
}
