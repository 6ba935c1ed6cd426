#include "list/phrase_set.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "list/phrase_self_test.h"

namespace haetae::list {
namespace {

// What a set cannot hold; lib/config refuses the most of it with file and line.
std::optional<std::string> beyond_limits(const std::vector<Phrase>& phrases) {
  if (phrases.empty()) return "there are no phrases";
  if (phrases.size() > limits::kPhrasesMax) return "these are too many phrases";
  std::size_t parts = 0;
  for (const Phrase& phrase : phrases) {
    HAETAE_ASSERT(!phrase.parts.empty() && phrase.parts.size() <= limits::kPhrasePartsMax);
    HAETAE_ASSERT(phrase.category != kNoCategory);
    parts += phrase.parts.size();
  }
  if (parts > limits::kPhraseLiteralsMax) return "the phrases have too many parts together";
  return std::nullopt;
}

}  // namespace

PhraseSet::PhraseSet(std::vector<Phrase> phrases)
    : phrases_(std::move(phrases)),
      source_(digest_of(phrases_)),
      plan_(phrases_),
      index_(plan_.literals()) {
  for (const Phrase& phrase : phrases_) {
    const auto known = std::ranges::find(columns_, phrase.category);
    column_of_.push_back(static_cast<std::uint8_t>(known - columns_.begin()));
    if (known == columns_.end()) columns_.push_back(phrase.category);
  }
}

std::expected<std::shared_ptr<const PhraseSet>, std::string> PhraseSet::compile(
    std::vector<Phrase> phrases) {
  if (auto what = beyond_limits(phrases)) return std::unexpected(std::move(*what));
  std::shared_ptr<const PhraseSet> set(new PhraseSet(std::move(phrases)));
  if (set->columns_.size() > limits::kPhraseCategoriesMax) {
    return std::unexpected("the phrases speak of too many categories");
  }
  if (auto wrong = first_wrong_answer(set)) return std::unexpected(std::move(*wrong));
  return set;
}

}  // namespace haetae::list
