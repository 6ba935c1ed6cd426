#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace haetae::list {

// The language of pattern expressions: what Hyperscan and RE2 both know and read the same way.
//   literals, \ before punctuation, . [a-z] [^a-z] \d \w \s, (…) (?:…), |, * + ? {m} {m,} {m,n}, ^
//   $
// Not in it: look-around, back-references, flags, named classes, lazy or possessive repeats, \b,
// counts above 100, groups deeper than 16, and whatever matches an empty text.

// Brings an expression to the form that engines are given: lower case, $ as \z (the very end, not
// before a final line feed), \s spelled out (the engines differ on the vertical tab).
// Error: a sentence that says what is beyond the language.
std::expected<std::string, std::string> normalise_expression(std::string_view expression);

// The expression that matches this literal and nothing else.
std::string escape_literal(std::string_view literal);

}  // namespace haetae::list
