#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "list/rule.h"

namespace haetae::list {

// What the patterns of one set are asked about.
enum class PatternText : std::uint8_t {
  Host,    // a host name, as host_scan_text() writes it
  Url,     // "host/path?query", as url_scan_text() does; words count behind the host only
  Search,  // what somebody searches for, as TermsText does
};
inline constexpr std::size_t kPatternTextsCount = 3;

// Where in a text a word must stand to count. Whatever is no letter and letters of another script
// end a word; a host's top-level domain is never searched, except by Tld.
enum class WordPlace : std::uint8_t {
  Anywhere,
  Start,  // nothing but a boundary before it: "bet" in my-bets.example
  End,    // nothing but a boundary after it
  Edge,   // a boundary on at least one side
  Word,   // a boundary on both sides: "bet" in bet-365.example
  Label,  // of a host: a whole label, digits and hyphens at its ends set aside: avsee in
          // avsee12.example
  Tld,    // of a host: the word is the whole top-level domain
};

// One pattern of rules/patterns/*.yaml, already expanded to a regular expression in the language
// of list/pattern_language.h, which both engines know.
struct Pattern {
  std::string id;          // for people: "adult/en/…"
  std::string expression;  // matched case-insensitively against a lower-case text
  CategoryId category = kNoCategory;
  std::int16_t weight = 0;  // negative: speaks for innocence in that category

  // A word has the literal here, and its expression is no more than that literal. The engine finds
  // the few texts that hold it; our own code then asks where it stands. This keeps the engine's set
  // one of plain literals, its fastest kind, and exceptions exact to the letter.
  std::string word;
  WordPlace place = WordPlace::Anywhere;
  // Innocent words that hold this one ("sussex"): an occurrence inside one of them does not count.
  std::vector<std::string> except;

  std::string sample;  // a text that expression must hit; self-tests ask it. Words need none.
};

// What these patterns say, in 128 bits: patterns of the same digest are the same, field by field
// and in the same order.
using PatternDigest = std::array<std::uint64_t, 2>;
PatternDigest digest_of(std::span<const Pattern> patterns);

}  // namespace haetae::list
