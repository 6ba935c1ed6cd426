#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haetae::list {

// What a text cannot be without if an expression is to match it: strings of two octets or more, at
// least one of which stands in every text that matches. A matcher of plain strings can so say of
// most texts that the expression need not be asked.
// expression: as normalise_expression() writes it. Nothing if no such strings are found, or more
// than limits::kPatternFactorsMax; the strings are distinct and none of them holds another.
std::optional<std::vector<std::string>> required_factors(std::string_view expression);

}  // namespace haetae::list
