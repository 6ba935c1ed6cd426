#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/address.h"
#include "list/format.h"
#include "list/url_name.h"

using namespace haetae;
using namespace haetae::list;

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

bool is_same(const Rule& a, const Rule& b) {
  return a.name == b.name && a.scope == b.scope && a.action == b.action &&
         a.important == b.important;
}

// A rule's normal form gives the rule again, and is a line that AdBlock lists may hold if it speaks
// of a name. A long part of a path is not told whole.
void require_reads_back(const Rule& rule) {
  const std::string text = to_text(rule);
  const auto read = rule_of(text);
  require(text.find("…") != std::string::npos || (read && is_same(*read, rule)));
  // What has no name of its own is no rule of AdBlock's.
  if (is_url_name(rule.name) || IpAddress::from_text(rule.name.to_text())) return;
  ParserState state;
  static ParsedLine parsed;
  parse_line(Format::Adblock, text, state, parsed);
  require(parsed.rule_count == 1 && parsed.skipped == SkipReason::None);
  require(is_same(parsed.rules[0], rule));
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
      require(is_url_name(rule.name) || rule.name.is_hostname());
      require(rule.name.label_count() >= 2);
      require_reads_back(rule);
    }
  }
  return 0;
}
