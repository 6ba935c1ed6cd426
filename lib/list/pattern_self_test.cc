#include "list/pattern_self_test.h"

#include <algorithm>
#include <array>
#include <vector>

namespace haetae::list {
namespace {

// Which words of a set a text holds, found without the engine that is examined. By first octet:
// asking every word of every text would make each start wait for the square of their number.
class HeldWords {
 public:
  explicit HeldWords(const std::vector<Pattern>& patterns) : patterns_(patterns) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (patterns[i].word.empty()) continue;
      by_first_[first_of(patterns[i].word)].push_back(static_cast<std::uint16_t>(i));
    }
  }

  // The places of the patterns whose word stands in the text, in order.
  void find(std::string_view text, std::vector<std::uint16_t>& held) const {
    held.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
      const std::string_view rest = text.substr(at);
      for (const std::uint16_t i : by_first_[first_of(rest)]) {
        if (rest.starts_with(patterns_[i].word)) held.push_back(i);
      }
    }
    sort_once(held);
  }

  static void sort_once(std::vector<std::uint16_t>& places) {
    std::ranges::sort(places);
    const auto repeated = std::ranges::unique(places);
    places.erase(repeated.begin(), repeated.end());
  }

 private:
  static std::uint8_t first_of(std::string_view text) {
    return static_cast<std::uint8_t>(text.front());
  }

  const std::vector<Pattern>& patterns_;
  std::array<std::vector<std::uint16_t>, 256> by_first_;
};

class Examiner {
 public:
  explicit Examiner(const PatternSet& set)
      : set_(set), words_(set.patterns()), scratch_(set.make_scratch()) {}

  // Every word of the set that the text holds is a hit and no other word is; so is `expected`.
  std::optional<std::string> ask(const std::string& text, std::size_t expected) {
    const std::uint64_t errors_before = set_.scan_errors();
    const auto found = set_.hits(text, *scratch_);
    hits_.assign(found.begin(), found.end());
    if (set_.scan_errors() != errors_before) return "the pattern engine failed a known answer";
    if (std::ranges::find(hits_, expected) == hits_.end()) return wrong("misses", expected);
    std::erase_if(hits_, [&](std::uint16_t i) { return set_.patterns()[i].word.empty(); });
    HeldWords::sort_once(hits_);
    words_.find(text, held_);
    const auto [hit, held] = std::ranges::mismatch(hits_, held_);
    if (hit == hits_.end() && held == held_.end()) return std::nullopt;
    const bool invented = hit != hits_.end() && (held == held_.end() || *hit < *held);
    return invented ? wrong("invents", *hit) : wrong("misses", *held);
  }

 private:
  std::string wrong(const char* what, std::size_t place) const {
    return std::string("the pattern engine ") + what + " the known answer of " +
           set_.patterns()[place].id;
  }

  const PatternSet& set_;
  HeldWords words_;
  std::unique_ptr<PatternScratch> scratch_;
  std::vector<std::uint16_t> hits_;
  std::vector<std::uint16_t> held_;
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
