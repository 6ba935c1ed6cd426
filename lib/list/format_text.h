#pragma once

#include <string_view>

#include "list/format.h"

// What the dialects share. For format_*.cc only.
namespace haetae::list {

std::string_view trim(std::string_view text) noexcept;  // spaces, tabs, carriage returns

// Takes the first word off text, which stands trimmed at its left; "" at the end.
std::string_view take_word(std::string_view& text) noexcept;

// Cuts an in-line comment: the mark and what follows, where the mark starts the line or follows a
// space. "x.example#note" is cut too if the word holds no '/', as there '#' may belong to a URL.
std::string_view cut_comment(std::string_view text, char mark) noexcept;

// True for a line that is all comment in any of the plain dialects: "#", "!", ";" or "//" first.
bool is_comment_line(std::string_view trimmed) noexcept;

// Reads a host name of two labels or more: letters, digits, hyphens, underscores, a final dot
// allowed; other scripts are turned to A-labels. Returns None and writes name, or why it is no name
// that a list may speak of: an address, a top-level name, a URL, a path, a pattern …
SkipReason read_host_name(std::string_view word, Name& name) noexcept;

// The same for a name that is_hostname() already: one label, an address, or the machine's own name.
SkipReason judge_host_name(const Name& name) noexcept;

// Adds a rule, or notes why not.
void add_rule(std::string_view word, RuleScope scope, ParsedLine& out) noexcept;

// Notes an address or a network, and drops why the line was no name's; false if the word is
// neither.
bool take_address(std::string_view word, ParsedLine& out) noexcept;

// "*.x" and ".x" speak of the site x: takes the mark off. True if there was one.
bool take_subtree_mark(std::string_view& word) noexcept;

// 0.0.0.0, ::, and the loopback addresses 127.0.0.0/8 and ::1: where hosts files send what they
// block.
bool is_sink_address(std::string_view word) noexcept;

// If the line is one of a hosts file (an address, then names), reads it and returns true.
bool read_hosts_line(std::string_view trimmed, ParsedLine& out) noexcept;

}  // namespace haetae::list
