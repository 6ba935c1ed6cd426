#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"
#include "config/rule_file.h"
#include "list/pattern_set.h"

// Words and expressions that speak for or against a text: those on host names in
// rules/patterns/*.yaml, those on URLs in url/ below it, and those on what people search for in
// search/.
//
//   category: adult                # id or alias, or a list of them: each gets every pattern
//   language: en                   # part of the patterns' ids; no more
//   words:                         # groups of words that weigh the same
//     - {weight: 60, at: anywhere, words: [casino, poker]}
//     - {weight: -60, words: [education]}                      # speaks for innocence
//     - {weight: 100, at: tld, words: [xxx]}
//   except: [sussex, essex]        # innocent words: a word inside one of them does not count
//   expressions:                   # list/pattern_language.h; sample: a text that it must hit
//     - {id: hop, regex: '^avsee[0-9]+\.', weight: 60, sample: avsee12.example}
//
// at: anywhere (default), start, end, edge, word, and of host names label and tld; see
// list::WordPlace. `except` holds for the words of every file of the folder. Words of searches may
// be several with a blank between them, and hold no hyphens: "how to buy vodka".
namespace haetae::config {

struct PatternRules {
  std::vector<list::Pattern> patterns;  // in order of file name, then of lines
  Faults faults;
};

// Reads every *.yaml of a folder, all on one kind of text. A folder that is missing holds no
// patterns. Whoever finds faults should use none of the patterns.
PatternRules load_pattern_rules(const std::filesystem::path& folder, list::PatternText text,
                                const CategoryFinder& category_of);

// The same for one file's text; file is its name for faults.
PatternRules parse_pattern_rules(std::string_view yaml, const std::string& file,
                                 list::PatternText text, const CategoryFinder& category_of);

}  // namespace haetae::config
