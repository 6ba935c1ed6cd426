#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "list/format.h"

using namespace haetae;
using namespace haetae::list;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

// A rule's normal form is a line that AdBlock lists may hold: reading it gives the rule again.
void require_reads_back(const Rule& rule) {
  ParserState state;
  static ParsedLine parsed;
  parse_line(Format::Adblock, to_text(rule), state, parsed);
  require(parsed.rule_count == 1 && parsed.skipped == SkipReason::None);
  const Rule& again = parsed.rules[0];
  require(again.name == rule.name && again.scope == rule.scope && again.action == rule.action &&
          again.important == rule.important);
}

}  // namespace

// The first octet picks the dialect; the rest are lines that share one state.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const FormatRow& row = formats()[data[0] % formats().size()];
  if (row.parse_line == nullptr) return 0;
  std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  ParserState state;
  static ParsedLine parsed;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    parse_line(row.format, text.substr(0, end), state, parsed);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (parsed.address) {
      // One line, one kind of rule; and what it is written as is read again.
      require(parsed.rule_count == 0 && parsed.skipped == SkipReason::None);
      require(Cidr::from_text(to_text(*parsed.address)) == parsed.address->prefix);
    }
    for (const Rule& rule : parsed.all()) {
      require(rule.name.is_hostname() && rule.name.label_count() >= 2);
      require_reads_back(rule);
    }
  }
  return 0;
}
