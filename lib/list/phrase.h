#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "list/pattern.h"

// Limits of phrases. A phrase that breaks one is a fault of its file.
namespace haetae::limits {
// Phrases of one set, each as often as it has categories: each costs some 300 octets, and eight in
// every body that is scanned.
inline constexpr std::size_t kPhrasesMax = 60'000;
// Octets of one phrase (32 syllables of Hangul). As many are looked at twice where a scan is cut.
inline constexpr std::size_t kPhraseBytesMax = 96;
// Parts of one combination.
inline constexpr std::size_t kPhrasePartsMax = 8;
// Distinct parts of the phrases of one set.
inline constexpr std::size_t kPhraseLiteralsMax = 60'000;
// Categories that the phrases of one set speak of: a sum of each stands in every scan.
inline constexpr std::size_t kPhraseCategoriesMax = 32;
}  // namespace haetae::limits

namespace haetae::list {

// Where in a page a text stands.
enum class PhrasePlace : std::uint8_t {
  Body,
  Title,  // title, headings, and what the page tells of itself: what it says of its subject
};
inline constexpr std::size_t kPhrasePlacesCount = 2;

// Words that stand behind each other in a page.
struct PhrasePart {
  std::string text;  // as phrase_text() writes it
  // What the text must stand between: letters and digits beside it make another word of it. Hangul
  // is written without blanks between a word and its particles, so there both are usually false.
  bool starts_word = true;
  bool ends_word = true;
  friend auto operator<=>(const PhrasePart&, const PhrasePart&) = default;
};

// One phrase of rules/patterns/phrases/*.yaml. It counts once in a page however often it stands
// there, and once more if it stands in a title.
struct Phrase {
  std::string id;  // for people: "phrases/adult/en/…"
  CategoryId category = kNoCategory;
  std::int16_t weight = 0;  // negative: speaks for innocence in that category
  // One, or a combination: it counts when all of them are in the page.
  std::vector<PhrasePart> parts;
  bool title_only = false;  // counts in titles alone, and there once
};

// What these phrases say: phrases of the same digest are the same, and in the same order.
PatternDigest digest_of(std::span<const Phrase> phrases);

}  // namespace haetae::list
