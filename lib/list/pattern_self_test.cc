#include "list/pattern_self_test.h"

#include <algorithm>
#include <vector>

namespace haetae::list {
namespace {

class Examiner {
 public:
  explicit Examiner(const PatternSet& set)
      : set_(set), scratch_(set.make_scratch()), was_hit_(set.patterns().size()) {}

  // Every word of the set that the text holds is a hit and no other word is; so is `expected`.
  std::optional<std::string> ask(const std::string& text, std::size_t expected) {
    const std::uint64_t errors_before = set_.scan_errors();
    std::fill(was_hit_.begin(), was_hit_.end(), false);
    for (const std::uint16_t place : set_.hits(text, *scratch_)) was_hit_[place] = true;
    if (set_.scan_errors() != errors_before) return "the pattern engine failed a known answer";
    if (!was_hit_[expected]) return wrong("misses", expected);
    for (std::size_t i = 0; i < was_hit_.size(); ++i) {
      const std::string& word = set_.patterns()[i].word;
      if (word.empty() || was_hit_[i] == text.contains(word)) continue;
      return wrong(was_hit_[i] ? "invents" : "misses", i);
    }
    return std::nullopt;
  }

 private:
  std::string wrong(const char* what, std::size_t place) const {
    return std::string("the pattern engine ") + what + " the known answer of " +
           set_.patterns()[place].id;
  }

  const PatternSet& set_;
  std::unique_ptr<PatternScratch> scratch_;
  std::vector<bool> was_hit_;
};

}  // namespace

std::optional<std::string> first_wrong_answer(const PatternSet& set) {
  Examiner examiner(set);
  std::string previous = "haetae";
  for (std::size_t i = 0; i < set.patterns().size(); ++i) {
    const Pattern& pattern = set.patterns()[i];
    const std::string& known = pattern.word.empty() ? pattern.sample : pattern.word;
    if (known.empty()) continue;
    if (auto wrong = examiner.ask(known, i)) return wrong;
    if (pattern.word.empty()) continue;  // an anchored sample must stand alone
    if (auto wrong = examiner.ask("q" + known + "-" + previous + "7.example", i)) return wrong;
    previous = known;
  }
  return std::nullopt;
}

}  // namespace haetae::list
