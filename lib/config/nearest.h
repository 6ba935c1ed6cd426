#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haetae::config {

// The candidate that a person most likely meant by a mistyped word: the least edit distance
// (insert, remove, replace or swap one character), `-`, `_` and case not counted. No value if none
// is near enough to be a typing mistake.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

// "did you mean 'x'?", else "use one of a, b, c" for few candidates, else `otherwise`.
std::string nearest_hint(std::string_view word, std::span<const std::string> candidates,
                         std::string_view otherwise = {});

}  // namespace haetae::config
