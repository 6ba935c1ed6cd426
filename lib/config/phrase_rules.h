#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_file.h"
#include "list/phrase.h"

// Phrases that speak for or against a page, in rules/patterns/phrases/CATEGORY-LANGUAGE.yaml, and
// context-LANGUAGE.yaml for what is innocent in several categories:
//
//   category: adult                 # id or alias; or categories: [adult, drugs]: each gets every
//   phrase language: en                    # part of the phrases' ids, no more phrases:
//     - {weight: 40, any: ["hardcore porn videos", "xxx tube"]}  # each counts once in a page, and
//                                                                # once more if it is in a title
//     - {weight: 80, all: [free, webcam, girls naked]}           # counts when all are in the page
//     - {weight: -60, any: [contraception]}                      # speaks for innocence
//     - {weight: 25, at: start, any: [masturbat]}                # masturbated, masturbating
//     - {weight: 50, in: title, any: [nsfw]}                     # counts in titles alone, once
//
// Phrases are written as pages are read: lower-case letters and digits, one blank between words, no
// apostrophe ("dont"). at: word (nothing but whole words; the default), start (the last word may go
// on), end (the first word may have begun before), anywhere (the default of phrases that hold
// Hangul, kana or ideographs; with end for those alone).
namespace haetae::config {

struct PhraseRules {
  std::vector<list::Phrase> phrases;  // in order of file name, then of lines
  Faults faults;
};

// Reads every *.yaml of a folder; one that is missing holds no phrases. A phrase that stands in two
// places of the folder for the same category is a fault. Whoever finds faults should use none of
// the phrases.
PhraseRules load_phrase_rules(const std::filesystem::path& folder,
                              const CategoryFinder& category_of);

// The same for one file's text; file is its name for faults.
PhraseRules parse_phrase_rules(std::string_view yaml, const std::string& file,
                               const CategoryFinder& category_of);

}  // namespace haetae::config
