#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "list/format.h"
#include "support/guarded_bytes.h"

// What the tests of the dialects share.
namespace haetae::test {

// A line and what it should be read as: its rules in normal form, then "skipped:REASON" if
// something was left out; "below" marks a line that speaks of the names below its rule's name only.
struct LineCase {
  std::string_view what;
  std::string_view line;
  std::string_view reading;
};

inline std::string reading_of(list::Format format, std::string_view line,
                              list::ParserState& state) {
  list::ParsedLine parsed;
  const GuardedBytes guarded(as_bytes(line));
  list::parse_line(format, as_text(guarded.bytes()), state, parsed);
  std::string reading;
  const auto add = [&reading](std::string_view word) {
    reading += reading.empty() ? "" : " ";
    reading += word;
  };
  for (const list::Rule& rule : parsed.all()) add(to_text(rule));
  if (parsed.address) add(to_text(*parsed.address));
  if (parsed.below_only) add("below");
  if (parsed.skipped != list::SkipReason::None) {
    add("skipped:" + std::string(id_of(parsed.skipped)));
  }
  return reading;
}

inline std::string reading_of(list::Format format, std::string_view line) {
  list::ParserState state;
  return reading_of(format, line, state);
}

// Reads every prefix of the line, each touching an unreadable page.
inline void read_all_prefixes(list::Format format, std::string_view line) {
  for (std::size_t size = 0; size <= line.size(); ++size) {
    reading_of(format, line.substr(0, size));
  }
}

}  // namespace haetae::test
