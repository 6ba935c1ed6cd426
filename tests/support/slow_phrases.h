#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "list/phrase.h"

namespace haetae::test {

// The judge of list::PhraseScan: the same answers, found the slow way, sharing no code with it.
struct SlowPhrase {
  bool counted = false;
  bool twice = false;
  friend bool operator==(const SlowPhrase&, const SlowPhrase&) = default;
};

// body, title: all that stands at these places of one page. Returns one answer for each phrase.
std::vector<SlowPhrase> slow_phrases(const std::vector<list::Phrase>& phrases,
                                     std::string_view body, std::string_view title);

// Words as a page that holds them is read, with the blank behind the last one.
std::string slow_text(std::string_view text);

}  // namespace haetae::test
