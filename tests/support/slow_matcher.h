#pragma once

#include <memory>
#include <string_view>

namespace haetae::test {

// The judge of the fast engines: list/pattern_language.h read by the plainest code there is, with
// no thought of speed. Shares nothing with the code it judges.
class SlowPattern {
 public:
  struct Node;

  // expression: of the language, as a person wrote it. Aborts if it is not.
  explicit SlowPattern(std::string_view expression);
  ~SlowPattern();
  SlowPattern(SlowPattern&&) noexcept;

  // True if the expression matches anywhere in the text, ASCII letters of either case being equal.
  bool matches(std::string_view text) const;

 private:
  std::unique_ptr<Node> root_;
};

}  // namespace haetae::test
