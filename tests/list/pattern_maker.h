#pragma once

#include <random>
#include <string>
#include <string_view>

namespace haetae::list {

// Random expressions of list/pattern_language.h, and texts that they often match.
class PatternMaker {
 public:
  explicit PatternMaker(unsigned seed) : random_(seed) {}

  // A small alphabet, so that random texts are hit often.
  std::string text() {
    constexpr std::string_view kOctets = "aaabbbccc01-._ \xea\xb0\x80\xffz";
    std::string made;
    for (std::size_t left = pick(24); left > 0; --left) made += kOctets[pick(kOctets.size())];
    return made;
  }

  std::string expression() {
    std::string made = pick(6) == 0 ? "^" : "";
    made += sequence(3);
    if (pick(6) == 0) made += "$";
    return made;
  }

 private:
  std::size_t pick(std::size_t below) { return random_() % below; }

  std::string sequence(int depth) {
    std::string made;
    for (std::size_t left = 1 + pick(4); left > 0; --left) made += repeated(depth);
    if (depth > 0 && pick(6) == 0) made += "|" + sequence(depth - 1);
    return made;
  }

  std::string repeated(int depth) {
    constexpr const char* kRepeats[] = {"*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"};
    std::string made = atom(depth);
    if (pick(3) == 0) made += kRepeats[pick(std::size(kRepeats))];
    return made;
  }

  std::string atom(int depth) {
    constexpr const char* kAtoms[] = {"a",
                                      "b",
                                      "c",
                                      "B",
                                      "0",
                                      "\\.",
                                      "-",
                                      ".",
                                      "[ab]",
                                      "[^a]",
                                      "\\d",
                                      "\\w",
                                      "\\s",
                                      "[b-z]",
                                      "[A-B0]",
                                      "[\\d_-]",
                                      "(?:\xea\xb0\x80)",
                                      "[^\\w.]"};
    if (depth > 0 && pick(5) == 0) {
      return (pick(2) == 0 ? "(" : "(?:") + sequence(depth - 1) + ")";
    }
    return kAtoms[pick(std::size(kAtoms))];
  }

  std::mt19937 random_;
};

}  // namespace haetae::list
