#pragma once

#include <array>
#include <random>

#include "list/rule.h"

namespace haetae::list {

// Names over a tiny alphabet, so that most stand above, below or beside one another.
class RandomRules {
 public:
  explicit RandomRules(std::uint64_t seed, std::size_t labels_max = 5)
      : random_(seed), labels_max_(labels_max) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  Name name() {
    Name name;
    for (std::size_t left = below(labels_max_ + 1); left > 0; --left) {
      std::array<std::uint8_t, 21> label;
      label.fill(static_cast<std::uint8_t>('a' + below(4)));
      label[0] = static_cast<std::uint8_t>('a' + below(3));
      (void)name.append_label(Bytes(label).first(below(20) == 0 ? label.size() : 1));
    }
    return name;
  }
  Rule rule() {
    return {.name = name(),
            .action = below(4) == 0 ? RuleAction::Allow : RuleAction::Block,
            .scope = below(3) == 0 ? RuleScope::Exact : RuleScope::Subtree,
            .important = below(8) == 0};
  }

 private:
  std::mt19937_64 random_;
  std::size_t labels_max_;
};

}  // namespace haetae::list
